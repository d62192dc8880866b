"""Keeping drawn pictures: they go through the same checks as any upload."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from deputies.accounts.models import User
from liaison.base.files.models import StoredFile
from liaison.base.files.services import prepare_image, store_image


def keep_image(jpeg: bytes, *, name: str, by: User | None, now: datetime) -> StoredFile:
    """Store a picture that this package drew."""
    return store_image(upload=SimpleUploadedFile(name, jpeg), by=by, now=now)


def prepared_image(jpeg: bytes, *, name: str, now: datetime) -> StoredFile:
    """A drawn picture, written and not saved yet, as a submission takes it."""
    return prepare_image(upload=SimpleUploadedFile(name, jpeg), by=None, now=now)
