"""Files kept for a while: photos of a form that was not taken yet, tables that are about to be imported."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from deputies.accounts.models import User
from liaison.base.files.models import StoredFile
from liaison.base.files.services import remove, save_prepared, store_generated
from opinions.intake.models import ImportFile, KeptPhoto

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep_photos(rows: Sequence[StoredFile], *, key: UUID, client_hash: str, now: datetime) -> list[KeptPhoto]:
    """Save prepared photos for the form with this key."""
    saved = save_prepared(rows)
    kept = [KeptPhoto(submission_key=key, stored=row, client_hash=client_hash, created_at=now) for row in saved]
    return KeptPhoto.objects.bulk_create(kept)


@transaction.atomic
def drop_photos(photos: Iterable[KeptPhoto]) -> None:
    """Delete kept photos with their files."""
    for photo in photos:
        stored = photo.stored
        photo.delete()
        remove(stored)


def drop_stale_tables(*, now: datetime, limit: int = 100) -> int:
    """Delete uploaded tables that were not imported. Returns how many."""
    found = list(
        ImportFile.objects.filter(created_at__lt=now - KEPT_FOR).select_related("stored").order_by("id")[:limit]
    )
    for table in found:
        drop_table(table=table)
    return len(found)


@transaction.atomic
def keep_table(*, name: str, content: bytes, by: User, now: datetime) -> ImportFile:
    """Keep an uploaded table until it is imported."""
    stored = store_generated(name=name, content=content, content_type="application/octet-stream", by=by, now=now)
    return ImportFile.objects.create(stored=stored, by=by, created_at=now)


@transaction.atomic
def drop_table(*, table: ImportFile) -> None:
    """Delete an uploaded table with its file."""
    stored = table.stored
    table.delete()
    remove(stored)


def drop_stale_photos(*, now: datetime, limit: int = 500) -> int:
    """Delete photos whose form never came back. Returns how many."""
    stale = KeptPhoto.objects.filter(created_at__lt=now - KEPT_FOR).select_related("stored").order_by("id")
    found = list(stale[:limit])
    drop_photos(found)
    return len(found)
