"""Looks before starting, so that a person reads one sentence and not a traceback. Standard library only."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
import tempfile
from pathlib import Path

from liaison.run.errors import StartError

OLDEST_PYTHON = (3, 11)
DEFAULT_PORT = 8000


def check_python() -> None:
    """Python is new enough and can make virtual environments (Debian ships those parts on their own)."""
    if sys.version_info < OLDEST_PYTHON:
        have = ".".join(str(part) for part in sys.version_info[:3])
        raise StartError(
            f"需要 Python 3.11 或更高版本，当前是 {have}；可用 make run PYTHON=python3.11 指定。 "
            f"Python 3.11 or newer is needed, this is {have}; choose one with make run PYTHON=python3.11."
        )
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError as missing:
        raise StartError(
            f"这个 Python 缺少模块 {missing.name}，请先安装（Debian、Ubuntu：apt install python3-venv）。 "
            f"This Python lacks the module {missing.name}: install it first (Debian, Ubuntu: apt install python3-venv)."
        ) from missing


def check_writable(folder: Path) -> None:
    """`folder` exists, or can be made, and takes a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        raise StartError(explain_os_error(error, folder)) from error


def explain_os_error(error: OSError, folder: object = "") -> str:
    """One sentence for a full disk, a missing right, a read-only disk."""
    where = error.filename if isinstance(error.filename, str) and not folder else folder
    if error.errno == errno.ENOSPC:
        return f"磁盘已满，无法写入 {where}。 The disk is full: cannot write to {where}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
        return f"无法写入文件夹 {where}，请检查权限。 Cannot write to the folder {where}: check its permissions."
    return f"系统拒绝了操作：{where} {error.strerror}。 The system refused: {where} {error.strerror}."


def parse_port(text: str) -> int:
    """The port number in `text`."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise StartError(
            f"端口号“{text}”不正确，应为 1 到 65535 之间的整数。 "
            f"“{text}” is not a port: PORT must be a whole number from 1 to 65535."
        )
    return int(text)


def check_port(host: str, port: int) -> None:
    """`port` is free on `host`."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StartError(_explain_port(error, host, port)) from error


def _explain_port(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"端口 {port} 已被其他程序占用；请先关闭它，或换一个端口：PORT={port + 1} make run。 "
            f"Port {port} is taken by another program: stop it, or choose another port: PORT={port + 1} make run."
        )
    if error.errno == errno.EACCES:
        return (
            f"没有权限使用端口 {port}，请选 1024 以上的端口：PORT=8000 make run。 "
            f"No permission to use port {port}: choose one above 1024, as in PORT=8000 make run."
        )
    return f"无法监听地址 {host}:{port}。 Cannot listen on {host}:{port} ({error.strerror or error})."


def required_distributions(requirements: Path) -> set[str]:
    """Normalised names in a requirements file and in those that it includes."""
    names = set()
    for line in requirements.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            names |= required_distributions(requirements.parent / text[3:].strip())
        elif text:
            names.add(_normal(re.split(r"[\[=<>!~; ]", text)[0]))
    return names


def missing_distributions(requirements: Path, venv: Path) -> list[str]:
    """Names in `requirements` that are not installed in `venv`."""
    installed = {_normal(path.name.split("-")[0]) for path in venv.glob("lib/python3*/site-packages/*.dist-info")}
    return sorted(required_distributions(requirements) - installed)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def address_from_environment() -> tuple[str, int]:
    """Host and port to listen on: BIND and PORT, or this machine only at 8000."""
    return os.environ.get("BIND", "127.0.0.1"), parse_port(os.environ.get("PORT", str(DEFAULT_PORT)))
