"""Pictures of an echo: copies of their own. A person looks at each; parts are blacked out."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext_lazy

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import discard, remove, store_generated
from liaison.base.step import step
from opinions.echo.models import Echo, EchoPhoto, Moment
from opinions.echo.pictures import COLUMNS, ROWS, box_of, copied
from opinions.echo.queries import consents, pictures_for
from opinions.echo.services.common import hold_text
from opinions.echo.states import PICTURE
from opinions.matters.models import Attachment

MOST = 6
"""Pictures of one echo."""
JPEG = "image/jpeg"


class Unreadable(DomainError):
    message = gettext_lazy("这张照片打不开了，请换一张。")


class NotOffered(InvalidInput):
    message = gettext_lazy("请从列出的照片里选，最多 6 张。没有居民同意时，居民拍的照片不能用。")


@step
def choose(*, echo: Echo, chosen: Mapping[int, str], by: User, now: datetime) -> Echo:
    """The pictures, by the key of the attachment, each as before or after. What was chosen already keeps its blackened
    parts; what is chosen no longer goes. Raises NotAllowed, StaleState, NotOffered, Unreadable."""
    hold_text(echo, by=by)
    offered = {one.pk: one for one in pictures_for(echo.matter, own=echo.own_words and consents(echo.matter))}
    if len(chosen) > MOST or not set(chosen) <= set(offered) or not set(chosen.values()) <= set(Moment):
        raise NotOffered(field="photos")
    photos = list(echo.photos.select_related("stored", "card"))
    leave_out(one for one in photos if one.source_id not in chosen)
    held = {one.source_id: one for one in photos if one.source_id in chosen}
    with _all_or_none() as made:
        for key, moment in chosen.items():
            if key not in held:
                _copy(echo, offered[key], moment, made, by=by, now=now)
            elif held[key].moment != moment:
                EchoPhoto.objects.filter(pk=held[key].pk).update(moment=moment)
    record(echo.chain, Fact(verb=PICTURE, data={"chosen": len(chosen)}), by=by, now=now)
    return echo


@contextmanager
def _all_or_none() -> Iterator[list[StoredFile]]:
    """Collects what is written; it is deleted when a further picture fails, since the rows go as well."""
    made: list[StoredFile] = []
    try:
        yield made
    except Exception:
        discard(made)
        raise


def _copy(
    echo: Echo, source: Attachment, moment: str, made: list[StoredFile], *, by: User, now: datetime
) -> None:  # fmt: skip
    full, card, width, height = _made(source.stored, (), made, by=by, now=now)
    EchoPhoto.objects.create(
        echo=echo, source=source, moment=moment, stored=full, card=card, width=width, height=height
    )  # fmt: skip


def _made(
    stored: StoredFile, boxes: Iterable[tuple[int, ...]], made: list[StoredFile], *, by: User, now: datetime
) -> tuple[StoredFile, StoredFile, int, int]:
    """Both sizes of a copy, stored and added to `made`. Raises Unreadable."""
    try:
        with stored.file.open("rb") as held:
            copy = copied(held.read(), boxes)
    except OSError as error:
        raise Unreadable from error
    for name, content in (("echo.jpg", copy.full), ("card.jpg", copy.card)):
        made.append(store_generated(name=name, content=content, content_type=JPEG, by=by, now=now))
    full, card = made[-2:]
    return full, card, copy.width, copy.height


def leave_out(photos: Iterable[EchoPhoto]) -> None:
    """Delete pictures with their files, those of an edition before excepted, which shows them still."""
    for photo in photos:
        stored = (photo.stored, photo.card)
        photo.delete()
        _remove_unused(stored)


def _remove_unused(stored: Iterable[StoredFile]) -> None:
    for one in stored:
        if not EchoPhoto.objects.filter(stored=one).exists() and not EchoPhoto.objects.filter(card=one).exists():
            remove(one)


@step
def black_out(*, photo: EchoPhoto, cells: Iterable[int], by: User, now: datetime) -> EchoPhoto:
    """涂黑 these cells of the grid and no others, from the original anew; somebody must look at it again.

    Raises NotAllowed, StaleState, InvalidInput, Unreadable.
    """
    photo = _held(photo, by=by)
    ticked = sorted(set(cells))
    if photo.source is None:
        raise Unreadable
    if any(cell not in range(COLUMNS * ROWS) for cell in ticked):
        raise InvalidInput(field="cells")
    before = (photo.stored, photo.card)
    photo.boxes = [box_of(cell) for cell in ticked]
    photo.checked_by, photo.checked_at = None, None
    with _all_or_none() as made:
        copy = _made(photo.source.stored, photo.boxes, made, by=by, now=now)
        photo.stored, photo.card, photo.width, photo.height = copy
        photo.save()
    _remove_unused(before)
    record(photo.echo.chain, Fact(verb=PICTURE, data={"blacked": len(ticked)}), by=by, now=now)
    return photo


def _held(photo: EchoPhoto, *, by: User) -> EchoPhoto:
    """The picture as it stands while the matter is held. `photo.stored_id` says which copy the user has seen: of
    another one nothing is said. Raises NotAllowed, StaleState."""
    hold_text(photo.echo, by=by)
    related = ("echo__matter", "source__stored", "stored", "card")
    held = EchoPhoto.objects.filter(pk=photo.pk, stored=photo.stored_id).select_related(*related).first()
    if held is None:
        raise StaleState
    return held


@step
def check(*, photo: EchoPhoto, by: User, now: datetime) -> EchoPhoto:
    """Somebody has looked: no face, no plate, no house number. Raises NotAllowed, StaleState."""
    photo = _held(photo, by=by)
    photo.checked_by, photo.checked_at = by, now
    photo.save(update_fields=["checked_by", "checked_at"])
    record(photo.echo.chain, Fact(verb=PICTURE, data={"checked": photo.pk}), by=by, now=now)
    return photo
