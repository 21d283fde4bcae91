"""How fast official files are read, compared and published, and how much memory that takes.

    .venv/bin/python tests/benchmarks/import_files.py [ROWS ...]        (default 1000 20000 200000)

Works on a database of its own, in a temporary folder. Prints one line a file: rows, seconds, rows a second, and
the highest memory of this process and of the process that reads the file.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "drugs" / "importers")]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def a_file(rows: int) -> bytes:
    import files

    codes = [f"{letter}{number:04}" for letter in LETTERS for number in range(10_000)][:rows]
    return files.asp(rows=[files.asp_price(code, "160.009", "19.924") for code in codes])


def megabytes(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def measure(rows: int) -> None:
    from drugs.importers import staging
    from drugs.importers.limited import read_limited

    data = a_file(rows)
    began = time.perf_counter()
    reading = read_limited("asp", "file.csv", data)
    read = time.perf_counter()
    batch = staging.staged("asp", "file.csv", reading)
    staged = time.perf_counter()
    staging.publish(batch, confirmed=True)
    done = time.perf_counter()
    print(
        f"{rows:>7,} rows, {len(data) / 1e6:5.1f} MB: read {read - began:6.2f} s, compared {staged - read:6.2f} s, "
        f"published {done - staged:6.2f} s, {rows / (done - began):7,.0f} rows/s; memory here "
        f"{megabytes(resource.RUSAGE_SELF):,} MB, in the reader {megabytes(resource.RUSAGE_CHILDREN):,} MB",
        flush=True,
    )
    staging.withdraw(batch)


def main(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ESTIMATOR_STATE": folder, "DJANGO_SETTINGS_MODULE": "estimator.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        for rows in sizes:
            measure(rows)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000, 20_000, 200_000])
