"""Echoes brought to any step by the services themselves."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.files.services import store_image
from opinions.echo import services
from opinions.echo.masking import undecided
from opinions.echo.models import Echo, Moment
from opinions.echo.queries import names_in
from opinions.intake.models import Opinion
from opinions.matters.models import Attachment, Matter
from opinions.matters.services import attach
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, bring_to

WHO: dict[str, Any] = {"now": NOW}


def jpeg(colour: str = "orange", size: tuple[int, int] = (400, 300)) -> bytes:
    """A picture as a phone sends it: with where it was taken."""
    out, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "PHONE-MAKER"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def picture(matter: Matter, *, by: User | None, colour: str = "orange") -> Attachment:
    """A picture of the matter: the resident's own without `by`."""
    upload = SimpleUploadedFile("灯.jpg", jpeg(colour), content_type="image/jpeg")
    stored = store_image(upload=upload, by=by, now=NOW)
    return attach(matter=matter, stored=[stored], audience=Audience.PUBLIC, by=by, now=NOW)[0]


def ended(world: HandlingWorld, *, consent: bool = True) -> Matter:
    """A matter at its end, whose resident agreed or not."""
    matter = bring_to(world, Status.CLOSED)
    Opinion.objects.filter(pk=matter.pk).update(consent_publish=consent)
    return matter


def covered(echo: Echo, *, by: User) -> Echo:
    """Everything that was found in the text is masked."""
    found = undecided(echo.texts(), echo.kept, names=names_in(echo.matter))
    return services.settle(echo=echo, cover=list(found), keep={}, by=by, now=NOW)


def submitted(world: HandlingWorld, matter: Matter | None = None, *, pictures: bool = False) -> Echo:
    """Waits for the second pair of eyes."""
    matter = matter or ended(world)
    echo = covered(services.begin(matter=matter, by=world.staff, **WHO), by=world.staff)
    if pictures:
        rows = [picture(matter, by=world.handler, colour=colour) for colour in ("red", "green")]
        chosen = {rows[0].pk: Moment.BEFORE, rows[1].pk: Moment.AFTER}
        services.choose(echo=echo, chosen=chosen, by=world.staff, **WHO)
        for photo in echo.photos.select_related("echo__matter"):
            services.check(photo=photo, by=world.staff, **WHO)
    return services.submit(echo=echo, by=world.staff, **WHO)


def published(
    world: HandlingWorld, matter: Matter | None = None, *, pictures: bool = False, now: datetime = NOW
) -> Echo:
    """Everybody may read it."""
    return services.publish(echo=submitted(world, matter, pictures=pictures), by=world.secretary, now=now)


def many(echo: Echo, count: int) -> None:
    """So many more like it, each of a matter of its own."""
    matters = []
    for number in range(count):
        row = Matter.objects.get(pk=echo.matter_id)
        row.pk, row.code = None, f"M{number:09}"
        matters.append(row)
    rows = []
    for number, matter in enumerate(Matter.objects.bulk_create(matters)):
        row = Echo.objects.get(pk=echo.pk)
        row.pk, row.matter, row.code, row.own_words = None, matter, f"E{number:06}", False
        rows.append(row)
    Echo.objects.bulk_create(rows)
