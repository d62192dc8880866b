"""Bring files and database up to date before the processes start; quick when nothing changed."""

import hashlib
import io
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections


def prepare_system() -> str:
    """Migrate, collect static files, load the demo district; returns the list of addresses and accounts."""
    django.setup()
    for folder in ("queue", "control"):
        (settings.VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    load_reference()
    collect_static(settings.STATIC_ROOT)
    listing = load_demo()
    connections.close_all()  # the processes to come open their own
    return listing


def load_reference() -> None:
    """What supervision cannot do without, where it is missing (docker-compose.yml: `migrate` does the same)."""
    call_command("load_checklist", if_empty=True, stdout=io.StringIO())
    call_command("load_ladder", stdout=io.StringIO())


def load_demo() -> str:
    """Load the invented district and describe how to enter it; does nothing when it is there or when DEMO is off."""
    if not settings.DEMO:
        return f"  {settings.PUBLIC_URL}/\n"
    call_command("demo")
    listing = io.StringIO()
    call_command("demo", "--show", stdout=listing)
    return listing.getvalue()


def collect_static(root: Path) -> bool:
    """Run collectstatic when a source file changed; true when it ran."""
    wanted = _fingerprint_of_sources()
    stamp = root / ".collected"
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    print("· 汇集静态文件 / collecting static files", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)
    return True


def _fingerprint_of_sources() -> str:
    """Changes whenever a static file of any app changes, comes or goes, or the way of storing them does."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
