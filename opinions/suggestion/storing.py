"""A model as a folder of plain data: JSON and arrays, nothing that runs when it is read (ADR 0010).

model.json    what it is: labels, date, rows, source, figures, checksum of the other two
terms.json    the words, runs and troubles that it knows, for each field
weights.npz   arrays of numbers, read with allow_pickle=False
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError

FORMAT = 2
META, TERMS, WEIGHTS = "model.json", "terms.json", "weights.npz"
MOST_BYTES = 60_000_000
"""A larger file is none of ours, and is not read into memory."""

Arrays = Mapping[str, Any]


class ModelBroken(DomainError):
    """The folder is missing, incomplete, changed, or of another format."""

    message = _("模型文件夹不完整或被改动过，不能使用。")


class FolderTaken(DomainError):
    """Something else lies where the model should go."""

    message = _("目标文件夹里有别的文件，没有写入。请换一个文件夹。")


@dataclass(frozen=True)
class Stored:
    """What a folder holds."""

    meta: dict[str, Any]
    terms: list[list[str]]
    arrays: Arrays

    @property
    def checksum(self) -> str:
        return str(self.meta["checksum"])


def write(folder: Path, *, meta: Mapping[str, Any], terms: list[list[str]], arrays: Arrays) -> str:
    """Write a model beside `folder` and then move it there, so that nothing half written is ever seen.

    Returns the checksum, which is the same for the same labels, terms and numbers. A model that lies there is
    replaced, anything else is left alone. Raises FolderTaken.
    """
    folder = folder.absolute()
    if folder.exists() and not _replaceable(folder):
        raise FolderTaken
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".model-", dir=folder.parent))
    try:
        checksum = _fill(made, meta, terms, arrays)
        made.chmod(0o755)
        _move(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return checksum


def _replaceable(folder: Path) -> bool:
    """Whether the folder is empty or holds a model and nothing else."""
    if not folder.is_dir():
        return False
    names = {one.name for one in folder.iterdir()}
    return not names or (META in names and names <= {META, TERMS, WEIGHTS})


def _fill(made: Path, meta: Mapping[str, Any], terms: list[list[str]], arrays: Arrays) -> str:
    (made / TERMS).write_text(json.dumps(terms, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    with (made / WEIGHTS).open("wb") as held:
        np.savez_compressed(held, **arrays)
    checksum = _checksum(made, meta["labels"])
    told = {"format": FORMAT, **meta, "checksum": checksum}
    (made / META).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return checksum


def _checksum(folder: Path, labels: object) -> str:
    """Over the labels in their order, the terms and the arrays."""
    told = hashlib.sha256(json.dumps(labels, ensure_ascii=False).encode())
    for name in (TERMS, WEIGHTS):
        told.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return told.hexdigest()


def _move(made: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; the old one goes only when the new one stands."""
    if not folder.exists():
        os.replace(made, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
    os.replace(folder, old)
    try:
        os.replace(made, folder)
    except OSError:
        os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def read(folder: Path) -> Stored:
    """The content of a model folder. Raises ModelBroken for whatever is wrong with it."""
    try:
        _check_sizes(folder)
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
        if meta["format"] != FORMAT or meta["checksum"] != _checksum(folder, meta["labels"]):
            raise ModelBroken
        terms = json.loads((folder / TERMS).read_text(encoding="utf-8"))
        with np.load(folder / WEIGHTS, allow_pickle=False) as held:
            return Stored(meta, terms, {name: held[name] for name in held.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelBroken from error


def _check_sizes(folder: Path) -> None:
    if any((folder / name).stat().st_size > MOST_BYTES for name in (META, TERMS, WEIGHTS)):
        raise ModelBroken


def size_of(folder: Path) -> int:
    """Bytes of the folder's files."""
    return sum(one.stat().st_size for one in folder.iterdir() if one.is_file())
