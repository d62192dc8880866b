"""gunicorn whose clock is wrong: `python -m tests.bad_input.other_time DAYS ARGUMENTS...`."""

import sys
from datetime import UTC, datetime, timedelta

import time_machine
from gunicorn.app.wsgiapp import run

if __name__ == "__main__":
    days = int(sys.argv.pop(1))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        run()
