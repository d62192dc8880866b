"""The browser is found, installed, or asked for in a sentence."""

import pytest

from tests.support import chromium


def test_named_browser_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM_PATH", "/opt/browser")
    assert chromium.find_chromium() == "/opt/browser"


def test_missing_browser_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(chromium.NoBrowser, match="apt-get install chromium fonts-noto-cjk"):
        chromium.ensure_chromium()


def test_missing_typeface_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    letters = iter([False, True])
    monkeypatch.setenv("CHROMIUM_PATH", "/opt/browser")
    monkeypatch.setattr(chromium, "has_chinese_letters", lambda: next(letters))
    monkeypatch.setattr(chromium, "_apt_get", lambda: ["apt-get"])
    monkeypatch.setattr(chromium.subprocess, "run", lambda command, **_: calls.append(command))
    assert chromium.ensure_chromium() == "/opt/browser"
    assert [command[1] for command in calls] == ["update", "install"]
    assert "fonts-noto-cjk" in calls[1]


def test_lighter_browser_is_asked_for_first_and_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    there = {"chromium": "/usr/bin/chromium"}
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr(chromium, "has_chinese_letters", lambda: True)
    monkeypatch.setattr(chromium, "_apt_get", lambda: ["apt-get"])
    monkeypatch.setattr(chromium.shutil, "which", lambda name: there.get(name) if name in asked else None)
    monkeypatch.setattr(chromium.subprocess, "run", lambda command, **_: asked.append(command[-1]))
    assert chromium.ensure_chromium() == "/usr/bin/chromium"
    assert asked[-2:] == ["chromium-headless-shell", "chromium"]
