"""What must not stand in a file, and what must."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import PRODUCT, ROOT, committed_files, name_of, python_files, templates

CONFIGURATION = [
    "requirements.txt",
    "tests/requirements.txt",
    "pyproject.toml",
    "Makefile",
    "Procfile",
    "Dockerfile",
    "docker-compose.yml",
    ".ci/run",
]
OWN_HOSTS = {"localhost", "127.0.0.1", "example.org", "liaison.example.org"}
HOST = re.compile(r"https?://([^/\s:\"'@$]+)")
REGISTRY = re.compile(
    r"""https?://[\w.:@-]*(?:registry|pypi|pythonhosted|npm|goproxy|nexus|artifactory|mirror)"""
    r"""|(?:index[-_]url|find-links|registry|resolved|goproxy)["']?[\s=:]+["']?https?://""",
    re.I,
)
"""An address of a package registry, or a setting that names one."""
WEB = "https:" + "//"
INLINE = re.compile(
    r"""\sstyle\s*=\s*["']|<style[\s>]|\son[a-z]+\s*=\s*["']|<script(?![^>]*\ssrc=)[^>]*>|javascript:""", re.I
)
SIGNALS = re.compile(r"^\s*from django\.(?:dispatch|db\.models\.signals)|@receiver\b", re.M)
SAVE = re.compile(r"^    def save\(self", re.M)


@pytest.mark.parametrize("name", CONFIGURATION)
def test_configuration_names_no_foreign_host(name: str) -> None:
    assert set(HOST.findall((ROOT / name).read_text())) - OWN_HOSTS == set()


def test_no_committed_file_names_a_package_registry() -> None:
    texts = {name_of(path): path.read_text(errors="ignore") for path in committed_files()}
    assert {".ci/run", "Dockerfile", "README.md", "requirements.txt"} <= set(texts)
    assert [name for name, text in texts.items() if REGISTRY.search(text)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'"resolved": "{WEB}packages.example.org/widget.tgz"', True),
        (f"--index-url {WEB}packages.example.org/simple", True),
        (f"registry={WEB}packages.example.org/", True),
        (f"{WEB}user@registry.example.org:4873/widget", True),
        (f"{WEB}liaison.example.org/d/ABC/", False),
        ("the registry of models", False),
    ],
)
def test_registry_is_recognised(text: str, expected: bool) -> None:
    assert bool(REGISTRY.search(text)) is expected


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_requirements_say_what_they_are_for(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    required = [line for line in lines if line.strip() and not line.startswith(("#", "-r"))]
    assert [line for line in required if not re.search(r"\s# \S.{3,}", line)] == []


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    assert [match.group() for match in INLINE.finditer(path.read_text())] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<p style="color:red">', True),
        ("<script>alert(1)</script>", True),
        ('<script src="x.js" defer></script>', False),
        ('<button onclick="x()">', True),
        ('<p class="style">', False),
    ],
)
def test_inline_code_is_recognised(text: str, expected: bool) -> None:
    assert bool(INLINE.search(text)) is expected


def test_no_signals_and_no_save_overrides() -> None:
    texts = {name_of(path): path.read_text() for path in python_files(*PRODUCT)}
    assert [name for name, text in texts.items() if SIGNALS.search(text)] == []
    assert [name for name, text in texts.items() if name.endswith("models.py") and SAVE.search(text)] == []


def test_no_path_of_one_machine_stands_in_a_file() -> None:
    home = re.compile(r"(?<![\w.{])/(?:home|root|Users)/\w")
    texts = {name_of(path): path.read_text() for path in [*python_files(*PRODUCT, "tests"), *templates()]}
    assert [name for name, text in texts.items() if home.search(text)] == []
