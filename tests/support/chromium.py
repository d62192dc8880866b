"""The browser of the journeys: the machine's Chromium with Chinese letters, installed when that is allowed."""

import os
import shutil
import subprocess

NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
"""The first is the same browser without windows: it takes a third less of the processor."""
BROWSERS = ["chromium-headless-shell", "chromium"]
"""Packages of which one is enough, the better one first."""
TYPEFACES = ["fonts-noto-cjk", "fontconfig"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class NoBrowser(Exception):
    """There is no browser and none could be installed; the message says what to do."""


def find_chromium() -> str | None:
    """Path of the browser: CHROMIUM_PATH, or the first known name on PATH."""
    named = os.environ.get("CHROMIUM_PATH")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def has_chinese_letters() -> bool:
    """Some installed typeface draws Chinese; without one every page would be boxes."""
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def ensure_chromium() -> str:
    """Path of a browser that draws Chinese; installs what is missing with apt-get, as root or by sudo."""
    if find_chromium() and has_chinese_letters():
        return find_chromium() or ""
    apt = _apt_get()
    if apt:
        print("· 安装 Chromium 与中文字体 / installing Chromium and a Chinese typeface", flush=True)
        subprocess.run([*apt, "update", "-qq"], check=False)
        _install(apt, *TYPEFACES)
        for browser in BROWSERS:
            if not find_chromium():
                _install(apt, browser)
    found = find_chromium()
    if not found or not has_chinese_letters():
        raise NoBrowser(
            f"浏览器测试需要 Chromium 和中文字体，请先安装：apt-get install {' '.join([BROWSERS[-1], *TYPEFACES])} "
            "The browser journeys need Chromium and a Chinese typeface: install them as named, or point CHROMIUM_PATH "
            "to a browser."
        )
    return found


def _install(apt: list[str], *packages: str) -> None:
    subprocess.run([*apt, "install", "-y", "-qq", "--no-install-recommends", *packages], check=False)


def _apt_get() -> list[str] | None:
    """The command that may install packages here, or None."""
    if shutil.which("apt-get") is None:
        return None
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return quiet
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", *quiet]
    return None
