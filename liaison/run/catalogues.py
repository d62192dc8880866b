"""Compile the translations (`.po` to `.mo`) without GNU gettext.

    python -m liaison.run.catalogues

The same result as `manage.py compilemessages`, which calls a program that a fresh machine lacks.
"""

from pathlib import Path

import polib

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; returns what was written."""
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = compiled.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(compiled)
        written.append(compiled)
    return written


if __name__ == "__main__":
    compile_catalogues()
