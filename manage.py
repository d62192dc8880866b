#!/usr/bin/env python
"""Command line of the platform."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(
            "✗ 找不到 Django，请使用 .venv/bin/python manage.py（make run 会创建 .venv）。 "
            "Django was not found: use .venv/bin/python manage.py (make run makes .venv)."
        ) from missing

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
