"""Official quarterly files: read as they are, shown as a difference, published by a second deliberate action.

    bytes -> members.py (which file of the zip) -> table.py (cells as text) -> asp.py, addendum_b.py, ... (rows)
          -> limited.py (all of that in a process with limits) -> staging.py (difference, publish, withdraw)

Everything before staging.py is plain Python and pandas, without Django: it runs in the process with limits.
"""
