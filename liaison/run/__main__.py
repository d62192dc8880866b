"""`python -m liaison.run`: prepare files and database, then run web, worker and beat.

Runs inside the virtual environment; `make run` comes here through `liaison.run.bootstrap`.
"""

import os
import re
import sys
from collections.abc import Callable
from importlib import import_module

from liaison.run import preflight
from liaison.run.errors import StartError


def main() -> int:
    try:
        host, port = preflight.address_from_environment()
        preflight.check_port(host, port)
        _set_defaults(port)
        listing = in_one_sentence(_prepare)
        return _serve(host, port, listing)
    except StartError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _set_defaults(port: int) -> None:
    """Development on this machine, unless the environment says otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    os.environ.setdefault("DEVELOPMENT", "1")
    os.environ.setdefault("DEMO", os.environ["DEVELOPMENT"])
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    os.environ["PORT"] = str(port)


def _prepare() -> str:
    for program in ("gunicorn", "honcho", "celery"):
        import_module(program)
    from liaison.run.catalogues import compile_catalogues
    from liaison.run.prepare import prepare_system

    compile_catalogues()
    return prepare_system()


def _serve(host: str, port: int, listing: str) -> int:
    from liaison.run.processes import run_processes

    reachable = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return run_processes(address=f"http://{reachable}:{port}", listing=listing)


def in_one_sentence(step: Callable[[], str]) -> str:
    """Run `step`; every expected failure becomes a `StartError`. DEBUG=1 shows the traceback instead."""
    if os.environ.get("DEBUG") == "1":
        return step()
    try:
        return step()
    except ImportError as error:
        raise StartError(_missing_module(error)) from error
    except OSError as error:
        raise StartError(preflight.explain_os_error(error)) from error
    except Exception as error:
        raise _translated(error) from error


def _missing_module(error: ImportError) -> str:
    name = error.name or str(error)
    return (
        f"缺少 Python 模块 {name}，请删除文件夹 .venv 后再执行 make run。 "
        f"The Python module {name} is missing or broken: delete the folder .venv, then run make run again."
    )


def _translated(error: Exception) -> Exception:
    """A `StartError` for what a person can mend; anything else is a fault of ours and stays as it is."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError
    from django.db import DatabaseError
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    if isinstance(error, (ImproperlyConfigured, CommandError)):
        return StartError(f"设置有误 / wrong setting: {' '.join(str(error).split())}")
    if isinstance(error, (DatabaseError, InconsistentMigrationHistory)):
        return StartError(_database_sentence(error))
    return error


def _database_sentence(error: Exception) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    chinese, english = f"数据库无法使用（{reason}）", f"The database cannot be used ({reason})"
    if re.search(r"not a database|malformed|no such|already exists|before its dependency", reason):
        return f"{chinese}；演示数据可用 make clean 清空后重来。 {english}; for the demo, make clean starts over."
    return f"{chinese}，请检查磁盘、权限或 DATABASE_URL。 {english}: check the disk, its permissions or DATABASE_URL."


if __name__ == "__main__":
    sys.exit(main())
