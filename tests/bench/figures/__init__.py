"""A measure is a function of the web server's port that yields its rows; `tests.bench.__main__` names it."""
