from tests.smallreference import folders, small_data  # noqa: F401 (fixtures)
