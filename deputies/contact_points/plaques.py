"""Plaques of contact points and deputies: one for printing, or hundreds as one PDF in the background."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import override

from deputies.accounts.access import Permission, can
from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint, ContactPointQuerySet, Stationing
from deputies.organisations.queries import division_tree
from deputies.roster.models import Deputy, DeputyQuerySet, PublicField
from liaison.base.codes import grouped, qr_svg
from liaison.base.documents.plaques import PlaqueData, plaques
from liaison.base.errors import DomainError
from liaison.base.jobs.kinds import Product, Progress, job
from liaison.base.jobs.models import Job

KIND = "plaques"
Form = Literal["pdf", "png", "svg"]
CONTENT_TYPES: dict[str, str] = {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}
SEATS = 3
"""Contact points named on a deputy's plaque, the last stationed first."""
MOST = 1_000
"""Plaques in one file; more would be slow to print and to download."""


class NothingToPrint(DomainError):
    """The choice holds no plaque."""

    message = _l("所选范围内没有在用的联系点或在任代表，没有可制作的公示牌。")


class TooMany(DomainError):
    """The choice holds more plaques than one file should."""


def point_url(point: ContactPoint) -> str:
    """The address in a point's QR symbol."""
    return f"{settings.PUBLIC_URL}/p/{point.code}/"


def deputy_url(deputy: Deputy) -> str:
    """The address in a deputy's QR symbol."""
    return f"{settings.PUBLIC_URL}/d/{deputy.code}/"


def point_symbol(point: ContactPoint) -> str:
    """A point's QR symbol as SVG."""
    return qr_svg(point_url(point))


def deputy_symbol(deputy: Deputy) -> str:
    """A deputy's QR symbol as SVG."""
    return qr_svg(deputy_url(deputy))


@override(settings.LANGUAGE_CODE)
def plaques_of_points(points: QuerySet[ContactPoint]) -> list[PlaqueData]:
    """What the plaques of `points` say, in three statements."""
    served = Stationing.objects.served().select_related("deputy").order_by("deputy__pinyin", "id")
    rows = points.select_related("division", "electoral_district").prefetch_related(
        Prefetch("stationings", queryset=served, to_attr="seated")
    )
    return [_of_point(point) for point in rows]


@override(settings.LANGUAGE_CODE)
def plaques_of_deputies(deputies: QuerySet[Deputy]) -> list[PlaqueData]:
    """What the plaques of `deputies` say, in three statements; only what each agreed to have shown."""
    current = Stationing.objects.current().filter(contact_point__active=True).select_related("contact_point")
    rows = deputies.select_related("electoral_district", "organisation", "photo").prefetch_related(
        Prefetch("stationings", queryset=current.order_by("-since", "-id"), to_attr="seats")
    )
    return [_of_deputy(deputy) for deputy in rows]


def render(data: Sequence[PlaqueData], form: Form, *, progress: Progress | None = None) -> bytes:
    """The plaques as one document."""
    return plaques(data, place_name=settings.PLACE_NAME, form=form, progress=progress)


def points_for(user: User, organisations: Iterable[int] = ()) -> ContactPointQuerySet:
    """The points whose plaques `user` may print, in the order in which they are put up: by body, then name."""
    rows = ContactPoint.objects.visible_to(user).in_use()
    chosen = list(organisations)
    return (rows.filter(organisation__in=chosen) if chosen else rows).order_by("organisation__code", "name", "id")


def deputies_for(user: User, organisations: Iterable[int] = ()) -> DeputyQuerySet:
    """The deputies in office whose plaques `user` may print, by body, then name."""
    rows = Deputy.objects.visible_to(user).active()
    chosen = list(organisations)
    return (rows.filter(organisation__in=chosen) if chosen else rows).order_by("organisation__code", "pinyin", "id")


def how_many(user: User, what: str, organisations: Iterable[int]) -> int:
    """How many plaques the choice holds. Raises NothingToPrint, TooMany."""
    count = points_for(user, organisations).count() if what == "points" else deputies_for(user, organisations).count()
    if count == 0:
        raise NothingToPrint
    if count > MOST:
        words = {"count": count, "most": MOST}
        raise TooMany(_("共 %(count)s 块，一次最多 %(most)s 块，请按机构分批制作。") % words, field="organisations")
    return count


@job(KIND, allows=can)
def make_plaques(work: Job, progress: Progress) -> Product:
    """The worker's part: read the scope afresh, as the person who started it sees it now."""
    what, organisations = work.params["what"], work.params.get("organisations", ())
    user: Any = work.by
    how_many(user, what, organisations)
    if what == "points":
        data = plaques_of_points(points_for(user, organisations))
    else:
        data = plaques_of_deputies(deputies_for(user, organisations))
    content = render(data, "pdf", progress=progress)
    return Product(f"{work.title}.pdf", content, CONTENT_TYPES["pdf"])


def job_title(what: str, count: int) -> str:
    """What the list of jobs calls it."""
    words = _("联系点公示牌（%(count)s 块）") if what == "points" else _("代表公示牌（%(count)s 块）")
    return words % {"count": count}


def job_permission() -> str:
    """What is asked for when the job is started, run and downloaded."""
    return str(Permission.PLAQUE_PRINT)


def _of_point(point: ContactPoint) -> PlaqueData:
    seated: list[Stationing] = point.seated  # type: ignore[attr-defined]
    return PlaqueData(
        heading=point.name,
        standing=str(point.get_kind_display()),
        place=point.address or point.division.name,
        url=point_url(point),
        code=grouped(point.code),
        phone=point.phone,
        hours=[point.hours] if point.hours else [],
        people=[(row.deputy.name, row.deputy.standing) for row in seated],
    )


def _of_deputy(deputy: Deputy) -> PlaqueData:
    seats: list[Stationing] = deputy.seats  # type: ignore[attr-defined]
    title = deputy.title if deputy.shows(PublicField.TITLE) else ""
    return PlaqueData(
        heading=deputy.name,
        standing=" · ".join(part for part in (deputy.standing, title) if part),
        place=_constituency(deputy),
        url=deputy_url(deputy),
        code=grouped(deputy.code),
        phone=deputy.organisation.phone,
        hours=[_seat(row.contact_point) for row in seats[:SEATS]],
        photo=_photo(deputy),
    )


def _constituency(deputy: Deputy) -> str:
    """The electoral district, else the body that links the deputy."""
    if deputy.electoral_district is None:
        return deputy.organisation.name
    return division_tree().path(deputy.electoral_district_id) or deputy.electoral_district.name


def _seat(point: ContactPoint) -> str:
    return f"{point.name}：{point.hours}" if point.hours else point.name


def _photo(deputy: Deputy) -> bytes:
    """The portrait's thumbnail (JPEG), only with consent; a file that is gone leaves the place empty."""
    if deputy.photo is None or not deputy.shows(PublicField.PHOTO):
        return b""
    try:
        with (deputy.photo.thumbnail or deputy.photo.file).open("rb") as content:
            return bytes(content.read())
    except OSError:
        return b""
