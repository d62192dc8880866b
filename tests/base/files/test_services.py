"""Storing: nothing is left behind when something fails."""

import errno
import io
import resource
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.http import Http404
from django.test import RequestFactory
from PIL import Image

from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.files.responses import file_response
from liaison.base.files.services import (
    StorageFull,
    clean_name,
    prepare_images,
    prepared_files,
    remove,
    save_prepared,
    store_generated,
    store_image,
)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photo(name: str = "路灯.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (50, 40), "blue").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_store_image_writes_photo_and_thumbnail_under_random_names(folder: Path) -> None:
    stored = store_image(upload=photo("../../etc/路灯.jpg"), by=None, now=NOW)
    assert stored.name == "路灯.jpg"
    assert len(files_in(folder)) == 2
    assert "路灯" not in str(stored.file.name)
    assert str(stored.file.name).startswith("2026/11/")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large"),
        NotADirectoryError(errno.ENOTDIR, "Not a directory"),
        FileExistsError("files exists and is not a directory."),
    ],
)
def test_store_image_disk_full_is_said_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def full(*_args: Any, **_kwargs: Any) -> str:
        raise error

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(StorageFull):
        store_image(upload=photo(), by=None, now=NOW)
    assert files_in(folder) == []
    assert not StoredFile.objects.exists()


def test_store_on_a_disk_that_fills_half_way_leaves_no_part(folder: Path) -> None:
    """The kernel itself refuses to go on writing, when the file is already there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(StorageFull):
            store_generated(name="a.pdf", content=bytes(100_000), content_type="application/pdf", by=None, now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files_in(folder) == []


def test_store_when_the_row_cannot_be_saved_deletes_the_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(StoredFile, "save", refuse)
    with pytest.raises(IntegrityError):
        store_image(upload=photo(), by=None, now=NOW)
    assert files_in(folder) == []


def test_prepare_images_takes_the_good_and_names_the_bad() -> None:
    bad = SimpleUploadedFile("notes.jpg", b"only text", "image/jpeg")
    batch = prepare_images([photo(), bad, photo()], by=None, now=NOW)
    assert (len(batch.rows), len(batch.refusals)) == (2, 1)
    assert "notes.jpg" in str(batch.refusals[0].message)


def test_prepare_images_leaves_nothing_when_the_disk_fills_at_the_third(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write: Any = FileSystemStorage._save  # type: ignore[attr-defined]
    written: list[str] = []

    def until_full(self: FileSystemStorage, name: str, content: Any) -> str:
        if len(written) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(name)
        return str(write(self, name, content))

    monkeypatch.setattr(FileSystemStorage, "_save", until_full)
    with pytest.raises(StorageFull):
        prepare_images([photo(), photo(), photo()], by=None, now=NOW)
    assert len(written) == 5
    assert files_in(folder) == []


def test_save_prepared_is_one_statement(django_assert_num_queries: Any) -> None:
    batch = prepare_images([photo() for _n in range(6)], by=None, now=NOW)
    with django_assert_num_queries(1):
        save_prepared(batch.rows)


def test_remove_deletes_the_files_after_commit(folder: Path, django_capture_on_commit_callbacks: Any) -> None:
    stored = store_image(upload=photo(), by=None, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        remove(stored)
    assert files_in(folder) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a/b\\c.jpg", "c.jpg"),
        ("", "file"),
        ("..", ".."),
        ("x\n\0y.png", "xy.png"),
        ("长" * 200 + ".jpeg", "长" * 115 + ".jpeg"),
    ],
)
def test_clean_name(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_response_of_a_document_is_a_download_that_nobody_sniffs() -> None:
    stored = store_generated(name="台账.pdf", content=b"%PDF-1.7", content_type="application/pdf", by=None, now=NOW)
    response = file_response(RequestFactory().get("/"), stored)
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%8F%B0%E8%B4%A6.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")
    response.close()


def test_response_of_a_file_that_is_gone_is_404() -> None:
    stored = store_image(upload=photo(), by=None, now=NOW)
    stored.file.storage.delete(str(stored.file.name))
    with pytest.raises(Http404):
        file_response(RequestFactory().get("/"), stored)


def test_prepared_files_takes_photos_and_documents_named_by_what_they_are() -> None:
    pdf = SimpleUploadedFile("纪要.exe", b"%PDF-1.7 minutes", "application/octet-stream")
    with prepared_files([photo(), pdf], by=None, now=NOW) as rows:
        held = save_prepared(rows)
    assert [(one.kind, one.name) for one in held] == [("image", "路灯.jpg"), ("document", "纪要.pdf")]
    response = file_response(RequestFactory().get("/"), held[1])
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 minutes"  # type: ignore[attr-defined]
    response.close()


def test_prepared_files_leaves_nothing_when_one_is_refused(folder: Path) -> None:
    bad = SimpleUploadedFile("notes.txt", b"only text", "text/plain")
    with pytest.raises(InvalidInput) as refused, prepared_files([photo(), bad], by=None, now=NOW):
        raise AssertionError
    assert (refused.value.field, files_in(folder)) == ("attachments", [])
