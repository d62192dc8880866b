"""Browser packages: only the white list is served, and a broken run leaves the old set."""

from pathlib import Path

import pytest

from liaison.assets import fetch
from liaison.run.errors import StartError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as after npm ci, with one package of two files, of which one is wanted."""
    source = tmp_path / "assets"
    package = source / "node_modules" / "widget" / "dist"
    package.mkdir(parents=True)
    (package / "widget.js").write_text("wanted")
    (package / "everything.js").write_text("not wanted")
    for name in fetch.SOURCES:
        (source / name).write_text("{}")
    (source / "white_list.toml").write_text('[widget]\n"dist/widget.js" = "widget.js"\n')
    monkeypatch.setattr(fetch, "HERE", source)
    return source


def test_only_listed_files_are_copied(installed: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    assert fetch.fetch_assets(target, install=False)
    served = [str(path.relative_to(target / "vendor")) for path in (target / "vendor").rglob("*") if path.is_file()]
    assert served == ["widget/widget.js"]


def test_nothing_is_done_twice(installed: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    fetch.fetch_assets(target, install=False)
    assert not fetch.fetch_assets(target, install=False)


@pytest.mark.parametrize("name", ["package-lock.json", "white_list.toml"])
def test_change_of_a_source_fetches_again(installed: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    fetch.fetch_assets(target, install=False)
    with (installed / name).open("a") as source:
        source.write("\n")
    assert fetch.fetch_assets(target, install=False)


def test_lost_file_is_fetched_again(installed: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    fetch.fetch_assets(target, install=False)
    (target / "vendor" / "widget" / "widget.js").unlink()
    assert fetch.fetch_assets(target, install=False)


def test_failed_copy_keeps_the_old_set(installed: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    fetch.fetch_assets(target, install=False)
    (installed / "white_list.toml").write_text('[widget]\n"dist/absent.js" = "absent.js"\n')
    with pytest.raises(FileNotFoundError):
        fetch.fetch_assets(target, install=False)
    assert (target / "vendor" / "widget" / "widget.js").read_text() == "wanted"


def test_failed_npm_is_said_in_one_sentence(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_npm", lambda: ["/bin/false"])
    with pytest.raises(StartError, match=r"npm\.log") as said:
        fetch.fetch_assets(tmp_path / "target")
    assert "\n" not in str(said.value)


def test_every_listed_package_is_locked() -> None:
    locked = (fetch.HERE / "package-lock.json").read_text()
    assert fetch.white_list()
    assert all(
        f'"node_modules/{source.split("/dist")[0].split("/LICENSE")[0]}"' in locked for source, _ in fetch.white_list()
    )
