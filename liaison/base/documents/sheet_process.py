"""Reads the first sheet of a spreadsheet as a program of its own, with bounded memory and time.

The library fills a grid up to the last cell before anything can be asked of it: one stray value in the far corner
of a small file asks for half a terabyte and aborts the process. So this process is not the web server's.

Bytes on standard input, one JSON list of trimmed texts for each row on standard output. Knows no Django.
"""

import io
import json
import resource
import sys
from typing import Any

UNREADABLE, TOO_LARGE = 2, 3
"""Exit codes; a negative one (a signal) means that a bound was hit."""
MOST_MEMORY = 1_500_000_000
MOST_SECONDS = 60
MOST_TOLD = 200_000_000
"""Bytes of output; one long text may be shared by a million cells."""


def text_of(cell: Any) -> str:
    """A spreadsheet's cell as people see it: whole numbers without a decimal point, dates as 2026-11-22."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return cell.isoformat(sep=" ") if hasattr(cell, "hour") and hasattr(cell, "year") else str(cell.isoformat())
    return str(cell).strip()


def main() -> int:
    """Read, tell, and say by the exit code whether it went well."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - of no use to who starts this program

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return _tell(CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0))
    except MemoryError:
        return TOO_LARGE
    except (CalamineError, ValueError, IndexError):
        return UNREADABLE


def _tell(sheet: Any) -> int:
    left = MOST_TOLD
    for row in sheet.iter_rows():
        line = json.dumps([text_of(cell) for cell in row]) + "\n"
        left -= len(line)
        if left < 0:
            return TOO_LARGE
        sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
