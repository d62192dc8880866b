"""Bad input against the running program: PostgreSQL, Redis, web server, worker, and nothing but HTTP.

    python -m tests.bad_input

prints a line for each thing tried, with status and the sentence that a person reads, and fails if one is not as it
should be. It takes two minutes, and root to mount a disk that it can fill, so it is no part of `make test`, which
holds the same rules piece by piece.
"""
