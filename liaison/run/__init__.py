"""Starting the whole system on one machine: what stands behind `make run`.

`bootstrap` runs on any Python 3 and needs nothing but the standard library; the rest runs inside `.venv`.
"""
