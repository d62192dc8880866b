"""The demo's echo wall: six outcomes made public, one waiting to be read, one taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.demo.cast import Cast
from liaison.demo.pictures import place_photo
from liaison.demo.source import chance
from liaison.demo.store import keep_image
from opinions.echo import services
from opinions.echo.masking import undecided
from opinions.echo.models import Echo, Moment
from opinions.echo.queries import names_in
from opinions.handling.models import Assignment
from opinions.matters.models import Attachment, Matter
from opinions.matters.services import attach
from opinions.matters.states import Status
from opinions.promises.models import Promise

WITH_PICTURES, PLAIN = 3, 5
"""Outcomes with a picture before and after, and others."""


@transaction.atomic
def tell_of_echoes(congress: Organisation, *, now: datetime) -> int:
    """Publish what came of eight matters; returns how many editions there are. Once only."""
    if Echo.objects.exists():
        return 0
    cast = Cast(congress)
    days = [now - timedelta(days=5 * number + 1) for number in range(WITH_PICTURES + PLAIN)]
    echoes = [_written(cast, matter, now=day) for matter, day in zip(_chosen(), days, strict=False)]
    for echo, day in list(zip(echoes, days, strict=False))[:-1]:
        services.publish(echo=echo, by=_secretary(cast, echo), now=day + timedelta(hours=1))
    for echo in echoes[-2:-1]:
        reason = "居民打电话说邻居认出来了，先撤下。"
        services.take_back(echo=echo, reason=reason, by=_secretary(cast, echo), now=now)
    return len(echoes)


def _chosen() -> list[Matter]:
    """Ended with a reply of a body and with consent: some with a picture, one that promised, one without consent."""
    handled = Exists(Assignment.objects.filter(matter=OuterRef("pk")))
    pictured = Exists(Attachment.objects.filter(matter=OuterRef("pk"), by__isnull=True))
    promised = Exists(Promise.objects.filter(matter=OuterRef("pk")))
    ended = Matter.objects.filter(handled, status=Status.CLOSED, first_replied_at__isnull=False)
    agreed = ended.filter(opinion__consent_publish=True)
    first = _some(agreed.filter(pictured), WITH_PICTURES)
    rest = _some(agreed.filter(promised).exclude(pk__in=[one.pk for one in first]), 1)
    rest += _some(ended.filter(opinion__consent_publish=False), 1)
    others = agreed.exclude(pk__in=[one.pk for one in first + rest])
    return first + rest + _some(others, WITH_PICTURES + PLAIN - len(first) - len(rest))


def _some(rows: QuerySet[Matter], count: int) -> list[Matter]:
    return list(rows.select_related("street__division", "category").order_by("closed_at", "id")[:count])


def _secretary(cast: Cast, echo: Echo) -> User:
    return cast.at(echo.matter.street, Role.STREET_SECRETARY)


def _written(cast: Cast, matter: Matter, *, now: datetime) -> Echo:
    """Written by the street's staff, what was found covered, looked at and submitted."""
    by = cast.staff(matter.street)
    echo = services.begin(matter=matter, by=by, now=now)
    found = undecided(echo.texts(), echo.kept, names=names_in(matter))
    if found:
        services.settle(echo=echo, cover=list(found), keep={}, by=by, now=now)
    before = matter.attachments.filter(by__isnull=True, stored__kind="image").first()
    if before is not None and echo.own_words:
        _picture(echo, before, by=by, now=now)
    return services.submit(echo=echo, by=by, now=now)


def _picture(echo: Echo, before: Attachment, *, by: User, now: datetime) -> None:
    """The resident's picture, and one that the body took afterwards."""
    jpeg = place_photo("整改以后", chance(f"after {echo.matter_id}"))
    stored = keep_image(jpeg, name="整改以后.jpg", by=by, now=now)
    (after,) = attach(matter=echo.matter, stored=[stored], audience=Audience.PUBLIC, by=by, now=now)
    services.choose(echo=echo, chosen={before.pk: Moment.BEFORE, after.pk: Moment.AFTER}, by=by, now=now)
    for photo in echo.photos.select_related("echo__matter"):
        services.check(photo=photo, by=by, now=now)
