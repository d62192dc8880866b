"""One clear sentence for each thing that can be wrong before the start."""

import errno
import re
import socket
import sys
from pathlib import Path

import pytest

from liaison.run import preflight
from liaison.run.errors import StartError

SENTENCE = re.compile(r"^[^\n]*[一-鿿][^\n]*。 [^\n]*[a-z][^\n]*\.$")
"""Chinese first, English after it, on one line."""


@pytest.mark.parametrize("text", ["", "0", "65536", "99999", "-1", "80a", "8000 ", "8 000", "١", "1" * 400])
def test_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(StartError) as refused:
        preflight.parse_port(text)
    assert SENTENCE.match(str(refused.value))


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("8000", 8000), ("65535", 65535)])
def test_port_is_read(text: str, port: int) -> None:
    assert preflight.parse_port(text) == port


@pytest.mark.parametrize("other_host", ["127.0.0.1", "0.0.0.0"])
def test_taken_port_is_named(other_host: str) -> None:
    with socket.socket() as other:
        other.bind((other_host, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"PORT={port + 1}") as refused:
            preflight.check_port("127.0.0.1", port)
    assert SENTENCE.match(str(refused.value))
    preflight.check_port("127.0.0.1", port)  # free again


def test_unknown_address_is_refused() -> None:
    with pytest.raises(StartError) as refused:
        preflight.check_port("192.0.2.1", 8000)
    assert SENTENCE.match(str(refused.value))


def test_folder_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError) as refused:
        preflight.check_writable(tmp_path / "file" / "var")
    assert SENTENCE.match(str(refused.value))


def test_writable_folder_is_made(tmp_path: Path) -> None:
    preflight.check_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_system_error_becomes_a_sentence_with_its_place(number: int) -> None:
    said = preflight.explain_os_error(OSError(number, "reason", "/srv/place"))
    assert SENTENCE.match(said)
    assert "/srv/place" in said


def test_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(StartError, match=r"3\.9\.2") as refused:
        preflight.check_python()
    assert SENTENCE.match(str(refused.value))


def test_python_without_venv_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(StartError, match="python3-venv") as refused:
        preflight.check_python()
    assert SENTENCE.match(str(refused.value))


def test_missing_distributions_are_found_whatever_their_spelling(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "# all\nDjango==5.2.*  # web\ndrf-spectacular[sidecar]==0.30.*\nPyYAML>=6  # yaml\n\nabsent\n"
    )
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("django-5.2.19", "drf_spectacular-0.30.0", "pyyaml-6.0"):
        (packages / f"{name}.dist-info").mkdir(parents=True)
    assert preflight.missing_distributions(requirements, tmp_path) == ["absent"]


def test_included_requirements_count(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("alpha\n")
    (tmp_path / "more.txt").write_text("-r base.txt\nbeta  # tool\n")
    assert preflight.required_distributions(tmp_path / "more.txt") == {"alpha", "beta"}
