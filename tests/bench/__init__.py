"""`make bench`: figures of the running program, each measured beside its floor in the same run.

    python -m tests.bench               # all figures
    python -m tests.bench submission    # chosen ones: submission desk weight

The exit code is 1 when a target is missed. A new figure is a function in `tests.bench.figures` that yields `Figure`
rows, named in `MEASURES`.
"""
