"""Settings of the test runs: the real settings over a fresh folder, and servers from TEST_DATABASE_URL, TEST_REDIS_URL.

Nothing of the product is switched off here but the cost of password hashing and of the disk.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path


def _session_folder() -> Path:
    """One folder for the whole run; the processes of pytest-xdist share it and each take a part."""
    known = os.environ.get("TEST_SESSION_DIR")
    if known:
        return Path(known)
    made = tempfile.mkdtemp(prefix="liaison-tests-")
    os.environ["TEST_SESSION_DIR"] = made
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
WORKER_NUMBER = int("".join(re.findall(r"\d", WORKER)) or 0)
SESSION_DIR = _session_folder()

os.environ["DEVELOPMENT"] = "1"
os.environ["DEBUG"] = "0"
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["VAR_DIR"] = str(SESSION_DIR / WORKER)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "")
if os.environ["REDIS_URL"]:
    # A numbered database for each process, so that clearing one does not disturb the other.
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rstrip('/')}/{WORKER_NUMBER + 1}"
for _part in ("broker/queue", "broker/control", "static"):
    (SESSION_DIR / WORKER / _part).mkdir(parents=True, exist_ok=True)

from liaison.settings import *  # noqa: E402, F403
from liaison.settings import DATABASES, STORAGES, VAR_DIR  # noqa: E402

# The first hasher makes new passwords; the real one stays, so that its own test can name it.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads then meet the same locks as in use.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
elif os.environ.get("TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TEST_TEMPLATE"]}
