"""Photos of a form that was not taken yet: kept under its key, so that nobody has to choose them again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from liaison.base.files.models import StoredFile
from liaison.base.files.services import remove, save_prepared
from opinions.intake.models import KeptPhoto

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


def drop_stale_photos(*, now: datetime, limit: int = 500) -> int:
    """Delete photos whose form never came back. Returns how many."""
    stale = KeptPhoto.objects.filter(created_at__lt=now - KEPT_FOR).select_related("stored").order_by("id")
    found = list(stale[:limit])
    drop_photos(found)
    return len(found)
