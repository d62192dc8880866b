"""Writing monthly reports: drafting, notes, signing, handing up, taking in, sending back, correcting, reminding."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint, PointKind
from deputies.organisations.models import STREET_KINDS, Organisation, OrganisationKind
from deputies.organisations.queries import bodies, current, district_of, predecessors, street_committees_of
from liaison.base.audit.services import Fact, record, record_new
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.files.models import StoredFile
from liaison.base.files.services import discard, store_generated
from liaison.base.notices.services import queue
from liaison.base.step import step
from liaison.base.workdays.arithmetic import add_months, local_today
from liaison.base.workflow import advance
from opinions.matters.services import checked_text, drafts_for, fitting
from supervision.dashboards.access import Scope
from supervision.dashboards.queries import Numbers, acting, proposed_by_tier, standing
from supervision.dashboards.services import at_hand, caught_up
from supervision.reports.access import points_of, takes_in, writes
from supervision.reports.layouts import Unusable, own
from supervision.reports.models import Edition, EditionFile, Level, MonthlyReport, Note
from supervision.reports.papers import FORMS, Paper, made
from supervision.reports.queries import (
    BY_TIER,
    below,
    compose,
    differences,
    digest_of,
    layout_for,
    side_of_scope,
)
from supervision.reports.registry import SECTIONS, STANDING, values_of
from supervision.reports.states import ARRIVED, REPORT

DRAFTED = _("{month}月报已生成，请核对、签发")
MOST_NOTE = 2000
MOST_WHY = 500
OWN = "own"
"""The form of the document in the district's own layout."""
WRITERS = {
    Level.STATION: (Role.LIAISON_OFFICER, Role.STREET_STAFF, Role.DISTRICT_STAFF),
    Level.STREET: (Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR),
    Level.DISTRICT: (Role.DISTRICT_STAFF, Role.DISTRICT_LEADER),
}
"""Who hears that there is something to do with a report of a level."""


class NotBuilt(DomainError):
    message = _("数字正在汇总，请过几分钟再试。")
    status_code = 503
    retry_after = 120


class MonthNotOver(InvalidInput):
    message = _("这个月还没有过完，不能生成月报。")


class Changed(StaleState):
    """What was signed is not what was read."""

    message = _("您打开页面以后，数字或者说明有了变化。请看过现在的内容，再签发。")


class NobodyMissing(DomainError):
    message = _("没有要催的：都已上报，或者今天已经催过。")


def brought_up(now: datetime) -> None:
    """Bring the rollups up to now for whoever reads figures. Raises NotBuilt."""
    if at_hand(now=now) is None:
        raise NotBuilt


def _all_counted(now: datetime) -> None:
    """Bring the rollups up until nothing waits, for figures that are kept. Raises NotBuilt."""
    if not caught_up(now=now):
        raise NotBuilt


def draft_month(*, month: date, now: datetime, organisation: Organisation | None = None) -> int:
    """Draft the reports of a month that are not there yet, of all districts or below one body; returns how many.

    Two at once are harmless: the district's row is held. Raises MonthNotOver, NotBuilt.
    """
    if month >= local_today(now).replace(day=1):
        raise MonthNotOver(field="month")
    _all_counted(now)
    districts = [one for one in bodies().by_id.values() if one.active and one.kind == OrganisationKind.CONGRESS]
    return sum(_draft_district(district=one, month=month, now=now, only=organisation) for one in districts)


@step
def _draft_district(*, district: Organisation, month: date, now: datetime, only: Organisation | None) -> int:
    streets = street_committees_of(district)
    if not streets:
        return 0
    list(Organisation.objects.select_for_update().filter(pk=district.pk))
    wanted = [one for one in _wanted(district, streets, month) if only is None or _concerns(one, only)]
    rows = MonthlyReport.objects.filter(month=month).values_list("organisation", "station")
    known = {(None if station else body, station) for body, station in rows}
    fresh = [one for one in wanted if (None if one.station_id else one.organisation_id, one.station_id) not in known]
    held = side_of_scope(Scope(district.pk, {}), now)
    numbers = {
        Level.DISTRICT: standing(held), Level.STREET: standing(held, "street"), Level.STATION: standing(held, "point"),
    }  # fmt: skip
    proposed = proposed_by_tier(district.pk)
    points = points_of([one.station_id for one in fresh if one.station_id])
    for one in fresh:
        keys = _keys(one, points)
        one.standing, one.standing_at = _standing(numbers[Level(one.level)], keys), now
        one.standing[BY_TIER] = _by_tier(proposed, Level(one.level), keys)
    made_ = MonthlyReport.objects.bulk_create(fresh)
    record_new({one.chain: [Fact(verb="draft_report", target=one.status)] for one in made_}, by=None, now=now)
    for level in Level if made_ else ():
        _tell_writers([one for one in made_ if one.level == level], Level(level), now=now)
    return len(made_)


def _wanted(district: Organisation, streets: Sequence[Organisation], month: date) -> list[MonthlyReport]:
    """Every report that there should be: the district's, each street's, and that of each station in use.

    A station in no street hands up to the district.
    """
    held = {one.pk for one in streets}
    points = ContactPoint.objects.filter(kind=PointKind.STATION, active=True).order_by("pk")
    found = [MonthlyReport(level=Level.DISTRICT, organisation=district, month=month)]
    found += [MonthlyReport(level=Level.STREET, organisation=one, upper=district, month=month) for one in streets]
    for point in points.select_related("organisation"):
        body = point.organisation
        street = _street_of(body)
        upper = street if street is not None and street.pk in held else None
        if upper is not None or (street is None and district_of(body) == district):
            found.append(
                MonthlyReport(
                    level=Level.STATION, organisation=body, station=point, upper=upper or district, month=month
                )
            )
    return found


def _street_of(body: Organisation) -> Organisation | None:
    """The street's committee to which a point's managing body belongs now."""
    held = bodies().get(body.pk)
    while held is not None and held.kind not in STREET_KINDS:
        held = held.parent
    return current(held) if held is not None else None


def _concerns(report: MonthlyReport, only: Organisation) -> bool:
    return only.pk in (report.organisation_id, report.upper_id)


def _keys(report: MonthlyReport, points: Mapping[int, Sequence[int]]) -> Sequence[Any]:
    """What counts for a report: a street has what was merged into it too, a station its points."""
    if report.level == Level.STREET:
        return predecessors(report.organisation_id)
    return points[report.station_id] if report.station_id else [None]


def _standing(numbers: Mapping[Any, Numbers], keys: Sequence[Any]) -> dict[str, Any]:
    """The numbers of the moment for one report."""
    total: Numbers = sum((numbers[key] for key in keys if key in numbers), Numbers())
    found = values_of(total, {})
    return {code: found[code] for section in SECTIONS if section.key == STANDING for code in section.codes}


def _by_tier(rows: Iterable[tuple[int, int, int, int]], level: Level, keys: Sequence[Any]) -> dict[str, int]:
    """How many of a report's matters stand as proposals now, by tier."""
    found: Counter[str] = Counter()
    for street, point, tier, count in rows:
        if {Level.STREET: street, Level.STATION: point}.get(level) in keys:
            found[str(tier)] += count
    return found


def _move(
    report: MonthlyReport, verb: str, *, by: User | None, now: datetime, reason: str = "", **changes: Any
) -> None:
    advance(report, verb, workflow=REPORT, by=by, now=now, chain=report.chain, reason=reason, changes=changes)


def _check_writer(report: MonthlyReport, by: User, permission: P = P.REPORT_EDIT) -> None:
    if not writes(by, report, permission):
        raise NotAllowed


def _check_upper(report: MonthlyReport, by: User) -> None:
    if not takes_in(by, report):
        raise NotAllowed


@step
def annotate_report(*, report: MonthlyReport, section: str, text: str, by: User, now: datetime) -> None:
    """Write, change or (by an empty text) take away the note beside a section. Raises NotAllowed, InvalidInput."""
    _check_writer(report, by)
    if section not in {one.key for one in SECTIONS}:
        raise InvalidInput(field="text")
    text = fitting(text, field="text", most=MOST_NOTE)
    _move(report, "annotate_report", by=by, now=now, reason=text)
    held = Note.objects.filter(report=report, section=section)
    if not text:
        held.delete()
        return
    Note.objects.update_or_create(report=report, section=section, defaults={"text": text, "by": by, "at": now})


def sign_report(*, report: MonthlyReport, digest: str, by: User, now: datetime) -> Edition:
    """签发: freeze what the signer has read (`digest`) as an edition, with its papers.

    No paper is left behind when it fails, be it at the very end. Raises Changed, NotAllowed, NotBuilt.
    """
    _check_writer(report, by, P.REPORT_SIGN)
    _all_counted(now)
    stored: dict[str, StoredFile] = {}
    try:
        return _sign(report, digest, stored, by=by, now=now)
    except BaseException:
        discard(stored.values())
        raise


@step
def _sign(report: MonthlyReport, digest: str, stored: dict[str, StoredFile], *, by: User, now: datetime) -> Edition:
    content = compose(report, now=now)
    if digest != digest_of(content):
        raise Changed
    last = report.editions.order_by("-number").first()
    why = report.why if last else ""
    _move(report, "sign_report", by=by, now=now, reason=why, why="")
    edition = Edition.objects.create(
        report=report, number=last.number + 1 if last else 1, content=content, digest=digest, why=why, by=by, at=now,
        differs=differences(last.content, content) if last else [],
    )  # fmt: skip
    _issue(edition, stored, by=by, now=now)
    return edition


def paper_of(edition: Edition) -> Paper:
    """What an edition says on paper."""
    return Paper(edition.content, edition.number, local_today(edition.at), edition.why, edition.differs)


def _issue(edition: Edition, stored: dict[str, StoredFile], *, by: User, now: datetime) -> None:
    """Keep the very bytes of every document of the edition; a layout of the district's that fails is told of."""
    try:
        for form, (name, content, content_type) in _papers(edition):
            stored[form] = store_generated(name=name, content=content, content_type=content_type, by=by, now=now)
    except Unusable as error:
        record(edition.report.chain, Fact(verb="leave_layout_out", reason=str(error)), by=by, now=now)
    EditionFile.objects.bulk_create(EditionFile(edition=edition, form=form, file=file) for form, file in stored.items())


def _papers(edition: Edition) -> Iterator[tuple[str, tuple[str, bytes, str]]]:
    """Every document of an edition: the built-in ones, and last the district's own where it keeps a layout.

    Raises Unusable for that one.
    """
    paper = paper_of(edition)
    for form in FORMS:
        yield form, made(paper, form)
    layout = layout_for(edition.report)
    if layout is not None:
        with layout.file.file.open("rb") as held:
            content = held.read()
        yield OWN, own(content, paper)


@step
def hand_up_report(*, report: MonthlyReport, by: User, now: datetime) -> None:
    """上报 what was signed; the upper level hears of it."""
    _check_writer(report, by)
    if report.upper_id is None:
        raise NotAllowed
    _move(report, "hand_up_report", by=by, now=now, handed_up_at=now)
    _tell(report, _people([report.upper_id], _upper_level(report)), _("收到月报：{owner}{month}"), now=now)


@step
def receive_report(*, report: MonthlyReport, by: User, now: datetime) -> None:
    """接收, with a receipt that names the edition and its hash."""
    _check_upper(report, by)
    last = report.editions.order_by("-number").first()
    if last is None:
        raise NotAllowed
    receipt = f"{report.month:%Y%m}-{report.pk}-{last.number}-{last.digest[:8]}"
    _move(report, "receive_report", by=by, now=now, reason=receipt, receipt=receipt)
    _tell(report, _own_people(report), _("月报已接收：{owner}{month}"), now=now, body=receipt)


@step
def send_back_report(*, report: MonthlyReport, reason: str, by: User, now: datetime) -> None:
    """退回, with what is asked for; the next edition tells it."""
    _check_upper(report, by)
    reason = checked_text(reason, field="reason", missing=_("请写明要改什么。"), most=MOST_WHY)
    _move(report, "send_back_report", by=by, now=now, reason=reason, why=reason, receipt="")
    _tell(report, _own_people(report), _("月报被退回：{owner}{month}"), now=now, body=reason)


@step
def correct_report(*, report: MonthlyReport, reason: str, by: User, now: datetime) -> None:
    """更正 what was signed: the edition stays as it is, the next one says what differs and why."""
    _check_writer(report, by)
    reason = checked_text(reason, field="reason", missing=_("请写明为什么更正。"), most=MOST_WHY)
    arrived = report.status in ARRIVED
    _move(report, "correct_report", by=by, now=now, reason=reason, why=reason, receipt="")
    if arrived and report.upper_id is not None:
        people = _people([report.upper_id], _upper_level(report))
        _tell(report, people, _("月报要更正：{owner}{month}"), now=now, body=reason)


@step
def remind_missing(*, report: MonthlyReport, by: User, now: datetime) -> int:
    """Remind those below that have not handed up, each once a day; returns how many. Raises NobodyMissing."""
    _check_writer(report, by)
    today = local_today(now)
    missing = below(report).exclude(status__in=ARRIVED).exclude(reminded_on=today)
    rows = list(missing.select_for_update(of=("self",)))
    if not rows:
        raise NobodyMissing
    MonthlyReport.objects.filter(pk__in=[one.pk for one in rows]).update(reminded_on=today)
    for level in Level:
        held = [one for one in rows if one.level == level]
        if held:
            _tell_writers(held, level, now=now, words=_("请上报{month}月报"), tag=f"remind:{today}")
    return len(rows)


def _tell_writers(
    rows: Sequence[MonthlyReport], level: Level, *, now: datetime, words: Any = DRAFTED, tag: str = "drafted"
) -> None:  # fmt: skip
    """One notice to each person of the bodies, however many reports of theirs there are."""
    if not rows:
        return
    month = f"{rows[0].month:%Y-%m}"
    people = _people({one.organisation_id for one in rows}, level)
    link = f"/desk/supervision/reports/{rows[0].pk}/" if len(rows) == 1 else "/desk/supervision/reports/?waits=1"
    subject = format_lazy(words, month=month)
    queue(
        drafts_for(people, tag=f"reports:{month}:{level}:{tag}", about=rows[0].chain, subject=subject, link=link),
        now=now,
    )


def _upper_level(report: MonthlyReport) -> Level:
    street = report.upper is not None and report.upper.kind in STREET_KINDS
    return Level.STREET if street else Level.DISTRICT


def _people(ids: Iterable[int], level: Level) -> list[User]:
    """Who works on reports of a level at these bodies, or at those into which they were merged."""
    held = User.objects.filter(
        organisation__in={acting("body", one) for one in ids}, role__in=WRITERS[level], is_active=True
    )
    return list(held.order_by("pk"))


def _own_people(report: MonthlyReport) -> list[User]:
    return _people([report.organisation_id], Level(report.level))


def _tell(report: MonthlyReport, people: Sequence[User], words: Any, *, now: datetime, body: object = "") -> None:
    subject = format_lazy(words, owner=str(report.owner), month=f"{report.month:%Y-%m}")
    link = f"/desk/supervision/reports/{report.pk}/"
    tag = f"{report.chain}:{report.version}"
    queue(drafts_for(people, tag=tag, about=report.chain, subject=subject, link=link, body=body), now=now)


def last_month(now: datetime) -> date:
    """The month that is over."""
    return add_months(local_today(now).replace(day=1), -1)
