"""From a bare checkout to a Python environment: the first step of every `make` target.

    python3 -m liaison.run.bootstrap run     # then starts the system
    python3 -m liaison.run.bootstrap test    # with the test tools; starts nothing

Standard library only, and readable by an old Python, so that an old Python gets a sentence and not a syntax error.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from liaison.run import preflight
from liaison.run.errors import StartError

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
VAR = Path(os.environ.get("VAR_DIR", str(ROOT / "var")))
REQUIREMENTS = {"run": ROOT / "requirements.txt", "test": ROOT / "tests" / "requirements.txt"}


def main(arguments: list[str]) -> int:
    purpose = arguments[0] if arguments else "run"
    try:
        if purpose == "run":
            preflight.check_port(*preflight.address_from_environment())
        prepare_environment(purpose)
    except StartError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if purpose == "run":
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, "-m", "liaison.run"])
    return 0


def prepare_environment(purpose: str) -> None:
    """Make or mend `.venv` and install what `purpose` needs; does nothing when nothing changed."""
    preflight.check_python()
    preflight.check_writable(ROOT)
    preflight.check_writable(VAR / "log")
    with open(VAR / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second waits
        if VENV.exists() and not _is_usable():
            print("· 虚拟环境来自别处，重新创建 / the virtual environment belongs elsewhere: making a new one")
            shutil.rmtree(VENV)
        if not VENV.exists():
            _call([sys.executable, "-m", "venv", str(VENV)], "创建虚拟环境", "making the virtual environment")
        _install(REQUIREMENTS[purpose], VENV / f".installed-{purpose}")


def _is_usable() -> bool:
    """The environment was made at this place and its Python still runs."""
    pip = VENV / "bin" / "pip"
    try:
        made_here = str(VENV) in pip.read_text(errors="replace")[:1000]
        return made_here and subprocess.run([str(VENV / "bin" / "python"), "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def _install(requirements: Path, stamp: Path) -> None:
    wanted = hashlib.sha256()
    for path in sorted({REQUIREMENTS["run"], requirements}):
        wanted.update(path.read_bytes())
    done = stamp.read_text() if stamp.exists() else ""
    if done == wanted.hexdigest() and not preflight.missing_distributions(requirements, VENV):
        return
    print("· 安装 Python 依赖，首次约一分钟 / installing Python packages, about a minute the first time", flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--requirement"]
    _call([*pip, str(requirements)], "安装 Python 依赖", "installing the Python packages")
    stamp.write_text(wanted.hexdigest())


def _call(command: list[str], chinese: str, english: str) -> None:
    """Run one set-up command; its output goes to the log, its failure into one sentence."""
    log = VAR / "log" / "setup.log"
    with open(log, "a") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, cwd=str(ROOT), check=False).returncode
    if code != 0:
        raise StartError(
            f"{chinese}失败，请检查网络和磁盘空间，详情见 {log}。 "
            f"Failed while {english}: check the network and the disk space; details are in {log}."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
