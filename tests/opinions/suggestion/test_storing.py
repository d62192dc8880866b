"""A model folder is plain data: what is written is read back, and whatever was tampered with is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from opinions.suggestion.classifier import Classifier
from opinions.suggestion.storing import META, TERMS, WEIGHTS, FolderTaken, ModelBroken, read, write

TERM_LISTS = st.lists(st.lists(st.text(max_size=5), max_size=6), min_size=1, max_size=4)
NUMBERS = arrays.arrays(np.float16, arrays.array_shapes(max_dims=3, max_side=5), elements=st.floats(-9, 9, width=16))


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    """A model that may be broken."""
    return Path(shutil.copytree(trained, tmp_path / "copied"))


@given(terms=TERM_LISTS, numbers=NUMBERS, labels=st.lists(st.text(max_size=8), max_size=4))
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, terms: list[list[str]], numbers: Any, labels: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "model"
    checksum = write(folder, meta={"labels": labels}, terms=terms, arrays={"weights": numbers})
    found = read(folder)
    assert found.terms == terms
    assert found.meta["labels"] == labels
    assert found.checksum == checksum
    np.testing.assert_array_equal(found.arrays["weights"], numbers)


def test_same_content_has_the_same_checksum(tmp_path: Path) -> None:
    parts: dict[str, Any] = {"terms": [["灯"]], "arrays": {"weights": np.ones(3)}}
    first = write(tmp_path / "a", meta={"labels": ["甲"], "trained_on": "2026-11-01"}, **parts)
    assert write(tmp_path / "b", meta={"labels": ["甲"], "trained_on": "2026-12-01"}, **parts) == first
    assert write(tmp_path / "c", meta={"labels": ["乙"]}, **parts) != first


@pytest.mark.parametrize("name", [META, TERMS, WEIGHTS])
def test_missing_file_is_told(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelBroken):
        read(copied)


@pytest.mark.parametrize("name", [TERMS, WEIGHTS])
def test_changed_file_is_refused(copied: Path, name: str) -> None:
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(bytes(content))
    with pytest.raises(ModelBroken):
        read(copied)


@pytest.mark.parametrize("content", ["", "[]", "null", '{"format": 1}', '{"format": 99, "labels": [], "checksum": ""}'])
def test_strange_description_is_refused(copied: Path, content: str) -> None:
    (copied / META).write_text(content, encoding="utf-8")
    with pytest.raises(ModelBroken):
        read(copied)


def test_pickled_array_is_never_loaded(tmp_path: Path) -> None:
    """The checksum is right, as somebody who can write there can make it; the array still is not unpickled."""
    evil = np.array([Exploding()], dtype=object)
    write(tmp_path / "evil", meta={"labels": ["甲", "乙"]}, terms=[[]], arrays={"weights": evil})
    with pytest.raises(ModelBroken):
        read(tmp_path / "evil")
    assert not Exploding.unpickled


class Exploding:
    """Notes that it was unpickled."""

    unpickled = False

    def __reduce__(self) -> tuple[Any, ...]:
        return _exploded, ()


def _exploded() -> None:
    Exploding.unpickled = True


def test_parts_that_do_not_fit_are_refused(trained: Path, tmp_path: Path) -> None:
    held = read(trained)
    fewer = [*held.terms[:-1], held.terms[-1][1:]]
    write(tmp_path / "odd", meta=held.meta, terms=fewer, arrays=held.arrays)
    with pytest.raises(ModelBroken):
        Classifier.open(tmp_path / "odd")


def test_weights_that_are_no_numbers_are_refused(trained: Path, tmp_path: Path) -> None:
    held = read(trained)
    broken = {**held.arrays, "offsets": np.full_like(held.arrays["offsets"], np.nan)}
    write(tmp_path / "odd", meta=held.meta, terms=held.terms, arrays=broken)
    with pytest.raises(ModelBroken):
        Classifier.open(tmp_path / "odd")


def test_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "letter.docx").write_text("x")
    with pytest.raises(FolderTaken):
        write(tmp_path / "work", meta={"labels": []}, terms=[], arrays={})
    assert [one.name for one in tmp_path.rglob("*")] == ["work", "letter.docx"]


def test_model_in_the_folder_is_replaced(copied: Path) -> None:
    write(copied, meta={"labels": ["新"]}, terms=[["灯"]], arrays={})
    assert json.loads((copied / META).read_text(encoding="utf-8"))["labels"] == ["新"]
    assert [one.name for one in copied.parent.iterdir() if one.name.startswith(".")] == []


def test_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write(tmp_path / "model", meta={"labels": ["甲"], "figures": object()}, terms=[], arrays={})
    assert list(tmp_path.iterdir()) == []
