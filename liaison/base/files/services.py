"""Storing files: the costly work before a transaction, the rows inside it, nothing left behind when it fails."""

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError, InvalidInput
from liaison.base.files.checks import UploadRefused, clean_image, document_type, is_photo
from liaison.base.files.models import SUFFIX_OF_TYPE, StoredFile

NAME_MAX = 120
_FULL = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO, errno.ENOTDIR,
    errno.EEXIST, errno.EMFILE, errno.ENFILE,
}  # fmt: skip
"""Ways in which a disk or a folder takes no file."""


class StorageFull(DomainError):
    """The file store takes nothing more."""

    message = _("系统暂时存不下文件，请先不带照片提交，或稍后再试。")
    status_code = 503


@dataclass
class Batch:
    """Uploads that were looked at: rows not saved yet, and a sentence for each that was refused."""

    rows: list[StoredFile] = field(default_factory=list)
    refusals: list[UploadRefused] = field(default_factory=list)


def clean_name(name: str) -> str:
    """The file's own name: no folders, no control characters, not too long."""
    bare = PurePath((name or "").replace("\\", "/")).name
    bare = "".join(character for character in bare if character.isprintable())
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: NAME_MAX - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else bare[:NAME_MAX] or "file"


def prepare_image(*, upload: Any, by: Any, now: datetime) -> StoredFile:
    """Check, re-encode and write one photo; the row is not saved yet. Raises UploadRefused, StorageFull."""
    name = clean_name(upload.name)
    image = clean_image(upload, name=name, size=upload.size)
    row = _row(name=f"{PurePath(name).stem}.jpg", content_type="image/jpeg", content=image.content, by=by, now=now)
    row.kind, row.width, row.height = StoredFile.Kind.IMAGE, image.width, image.height
    return _written(row, image.content, image.thumbnail)


def prepare_file(*, upload: Any, by: Any, now: datetime) -> StoredFile:
    """A photo, or a PDF, DOCX or XLSX checked and written as it is, named by what it is; the row is not saved yet.

    Raises UploadRefused, StorageFull.
    """
    if is_photo(upload):
        return prepare_image(upload=upload, by=by, now=now)
    name = clean_name(upload.name)
    kind = document_type(upload, name=name, size=upload.size)
    upload.seek(0)
    content = upload.read()
    row = _row(name=f"{PurePath(name).stem}{SUFFIX_OF_TYPE[kind]}", content_type=kind, content=content, by=by, now=now)
    return _written(row, content)


def prepare_images(
    uploads: Iterable[Any], *, by: Any, now: datetime, prepare: Callable[..., StoredFile] = prepare_image
) -> Batch:
    """Prepare several photos (or what else `prepare` takes); those refused are reported, the others prepared. Raises
    StorageFull and leaves none."""
    batch = Batch()
    try:
        for upload in uploads:
            _prepare_into(batch, prepare, upload, by, now)
    except Exception:
        discard(batch.rows)
        raise
    return batch


@contextmanager
def prepared_images(uploads: Iterable[Any], *, by: Any, now: datetime) -> Iterator[list[StoredFile]]:
    """All of the photos, for one service to save; deleted when it fails.

    Raises StorageFull, and InvalidInput at `photos` with the first refusal.
    """
    with _all_of(prepare_images(uploads, by=by, now=now), field="photos") as rows:
        yield rows


@contextmanager
def prepared_files(uploads: Iterable[Any], *, by: Any, now: datetime) -> Iterator[list[StoredFile]]:
    """All of the photos and documents, for one service to save; deleted when it fails.

    Raises StorageFull, and InvalidInput at `attachments` with the first refusal.
    """
    with _all_of(prepare_images(uploads, by=by, now=now, prepare=prepare_file), field="attachments") as rows:
        yield rows


@contextmanager
def _all_of(batch: Batch, *, field: str) -> Iterator[list[StoredFile]]:
    try:
        if batch.refusals:
            raise InvalidInput(batch.refusals[0].message, field=field)
        yield batch.rows
    except BaseException:
        discard(batch.rows)
        raise


def _prepare_into(batch: Batch, prepare: Callable[..., StoredFile], upload: Any, by: Any, now: datetime) -> None:
    try:
        batch.rows.append(prepare(upload=upload, by=by, now=now))
    except UploadRefused as refusal:
        batch.refusals.append(refusal)


def save_prepared(rows: Sequence[StoredFile]) -> list[StoredFile]:
    """Save prepared rows by one statement in the caller's transaction."""
    return StoredFile.objects.bulk_create(rows) if rows else []


def discard(rows: Iterable[StoredFile]) -> None:
    """Delete what was written for rows that will not be saved."""
    for row in rows:
        for held in (row.file, row.thumbnail):
            if held.name:
                held.storage.delete(held.name)


@transaction.atomic
def store_image(*, upload: Any, by: Any, now: datetime) -> StoredFile:
    """Check and store one photo. Raises UploadRefused, StorageFull."""
    return _saved(prepare_image(upload=upload, by=by, now=now))


@transaction.atomic
def store_generated(*, name: str, content: bytes, content_type: str, by: Any, now: datetime) -> StoredFile:
    """Store a file that the system itself made. Raises StorageFull."""
    return _saved(_written(_row(name=name, content_type=content_type, content=content, by=by, now=now), content))


def _row(*, name: str, content_type: str, content: bytes, by: Any, now: datetime) -> StoredFile:
    return StoredFile(
        kind=StoredFile.Kind.DOCUMENT, name=clean_name(name), content_type=content_type, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), created_at=now, created_by=by,
    )  # fmt: skip


def _written(row: StoredFile, content: bytes, thumbnail: bytes = b"") -> StoredFile:
    """Write the files of `row`. What was written before a failure is deleted, the part of a file too."""
    try:
        _put(row.file, content)
        if thumbnail:
            _put(row.thumbnail, thumbnail)
    except OSError as error:
        with suppress(OSError):
            discard([row])
        if error.errno in _FULL or isinstance(error, FileExistsError):  # Django's own, where the folder is a file
            raise StorageFull from error
        raise
    return row


def _put(held: Any, content: bytes) -> None:
    """Write one file. Its name is random and noted first: a disk that fills up half-way leaves a part to delete."""
    held.name = held.field.generate_filename(held.instance, held.instance.name)
    held.name = held.storage.save(held.name, ContentFile(content), max_length=held.field.max_length)


def _saved(row: StoredFile) -> StoredFile:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except Exception:
        discard([row])
        raise
    return row


def remove(stored: StoredFile) -> None:
    """Delete a stored file; its content goes once the transaction has committed."""
    row = stored
    StoredFile.objects.filter(pk=row.pk).delete()
    transaction.on_commit(lambda: discard([row]))
