"""Keeping drawn pictures in the file store."""

import hashlib
import io
from datetime import datetime

from django.core.files.base import ContentFile
from PIL import Image

from deputies.accounts.models import User
from liaison.base.files.models import StoredFile

THUMBNAIL = 320


def keep_image(jpeg: bytes, *, name: str, by: User | None, now: datetime) -> StoredFile:
    """Store a picture that this package drew, with its thumbnail."""
    image = Image.open(io.BytesIO(jpeg))
    stored = StoredFile(
        kind=StoredFile.Kind.IMAGE, name=name, content_type="image/jpeg", size=len(jpeg),
        sha256=hashlib.sha256(jpeg).hexdigest(), width=image.width, height=image.height, created_at=now, created_by=by,
    )  # fmt: skip
    small = io.BytesIO()
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    image.save(small, "JPEG", quality=80)
    stored.file.save(name, ContentFile(jpeg), save=False)
    stored.thumbnail.save(name, ContentFile(small.getvalue()), save=False)
    stored.save(force_insert=True)
    return stored
