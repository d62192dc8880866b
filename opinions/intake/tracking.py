"""What the tracking page shows: to everybody the four stages, to the holder of the private key the rest as well."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from deputies.organisations.models import JUDICIAL_KINDS
from liaison.base.audit.models import Audience, Event
from liaison.base.codes import grouped, normalise
from liaison.base.web import parts
from opinions.clocks.models import Clock
from opinions.clocks.queries import told
from opinions.companions.queries import signers_of
from opinions.handling.models import Reply
from opinions.handling.queries import public_replies
from opinions.intake.models import Opinion
from opinions.intake.stages import Course, next_words, stages
from opinions.invitations.queries import invite_of
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.matters.queries import TierChange, tier_changes
from opinions.matters.states import OPINION, Status
from opinions.plans.queries import PublicMeasure, public_measures
from opinions.promises.queries import PublicPromise, public_promises

RELATED = ("street", "holder", "holder_deputy", "deputy", "merged_into__street", "merged_into__holder")
DEPTH = 5
"""How many mergers are followed."""


@dataclass
class TrackPage:
    """The page of one matter. `reporter` is the resident whose key opened it, if any."""

    matter: Matter
    shown: Matter
    steps: list[parts.Stage]
    next: str
    reporter: Reporter | None = None
    opinion: Opinion | None = None
    lines: list[Line] = field(default_factory=list)
    photos: list[parts.Thumb] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    moves: list[TierChange] = field(default_factory=list)
    """The steps from tier to tier, with why."""
    measures: list[PublicMeasure] = field(default_factory=list)
    """What the handling body plans, without people."""
    promises: list[PublicPromise] = field(default_factory=list)
    """What was promised, also after closing: who, what, by which day."""
    declined: Event | None = None
    sum: list[str] = field(default_factory=list)
    """How the day came about that the page names."""
    rate_url: str = ""

    @property
    def code(self) -> str:
        return grouped(self.matter.code)

    @property
    def draft_keys(self) -> list[str]:
        """Names of the unsent text that the browser need not keep any longer."""
        opinion = self.opinion
        if opinion is None:
            return []
        deputy, point = opinion.addressed_to, opinion.contact_point
        return [f"intake-d-{deputy.code}"] if deputy else [f"intake-p-{point.code}"] if point else []

    @property
    def before_court(self) -> bool:
        """Whether a court, procuratorate or supervisory commission holds it, which handles no lawsuit here."""
        return self.shown.holder is not None and self.shown.holder.kind in JUDICIAL_KINDS

    @property
    def is_merged(self) -> bool:
        return self.shown.pk != self.matter.pk

    @property
    def waits_for_me(self) -> bool:
        return self.shown.status == Status.WAITING

    @property
    def may_supply(self) -> bool:
        return self.shown.is_open

    @property
    def may_withdraw(self) -> bool:
        return not self.is_merged and self.matter.status in OPINION["withdraw"].sources

    @property
    def may_confirm(self) -> bool:
        opinion = self.opinion
        entered = opinion is not None and opinion.assisted_by_id is not None and opinion.confirmed_at is None
        return entered and self.shown.is_open and self.shown.status != Status.REPLIED

    @property
    def question(self) -> Line | None:
        """What is asked of the resident: the last line of a body while the matter waits."""
        return next((line for line in reversed(self.lines) if line.by_id), None) if self.waits_for_me else None


def find_matter(code: str) -> Matter | None:
    """The matter of a tracking code, however it is typed."""
    return Matter.objects.select_related(*RELATED).filter(code=normalise(code)).first()


def reporter_with(matter: Matter, key: str) -> Reporter | None:
    """The resident whose private link carries `key`."""
    if not key or len(key) > 100:
        return None
    rows = Reporter.objects.filter(matter=matter).select_related("matter")
    return next((row for row in rows if constant_time_compare(row.link_key.encode(), key.encode())), None)


def own_matter(code: str, key: str) -> tuple[Matter, Reporter] | None:
    """The matter and the resident that code and key name together; None unless both fit."""
    matter = find_matter(code)
    reporter = reporter_with(matter, key) if matter else None
    return (matter, reporter) if matter is not None and reporter is not None else None


def track(matter: Matter, reporter: Reporter | None, *, today: date) -> TrackPage:
    """Gather the page."""
    shown = acting_for(matter)
    course = course_of(shown, today)
    submitted, *steps = stages(course)
    page = TrackPage(matter, shown, [replace(submitted, when=matter.opened_at), *steps], next_words(course), reporter)
    promised = course.promised
    page.sum = told(promised) if promised else []
    if reporter is not None:
        _add_own(page, reporter, course)
    return page


def acting_for(matter: Matter) -> Matter:
    """The matter itself, or the one that it was merged into in the end."""
    for _step in range(DEPTH):
        if matter.merged_into_id is None:
            break
        matter = Matter.objects.select_related(*RELATED).get(pk=matter.merged_into_id)
    return matter


def course_of(matter: Matter, today: date) -> Course:
    """The public way of a matter, by two statements."""
    events = Event.objects.filter(chain=matter.chain, audience=Audience.PUBLIC).order_by("seq")
    running = Clock.objects.filter(matter=matter, stopped_at__isnull=True, paused_on__isnull=True)
    due: dict[str, Clock] = {}
    for clock in running.only("matter", "kind", "due_on", "provisional", "explanation").order_by("due_on"):
        due.setdefault(clock.kind, clock)
    return Course(matter, list(events), due, today)


def _add_own(page: TrackPage, reporter: Reporter, course: Course) -> None:
    page.opinion = Opinion.objects.select_related("addressed_to", "contact_point").get(pk=page.matter.pk)
    mine = Q(reporter=reporter) | Q(reporter__isnull=True, by__isnull=False)
    page.lines = list(_lines_of(page).filter(mine, audience=Audience.PUBLIC).order_by("id"))
    page.photos = photos_of(page, reporter)
    page.replies = public_replies(page.shown)
    _add_signers(page, course)
    page.moves = tier_changes(course.events)
    page.measures = public_measures(page.shown) if course.last("assign", "reopen") else []
    if page.replies:
        page.promises = public_promises((page.matter, page.shown), reporter, course.today)
    page.declined = course.last("decline")
    page.rate_url = _rate_url(page.shown, reporter)
    if page.waits_for_me:
        page.next = _("需要您补充情况，请写在下面。")


def _lines_of(page: TrackPage) -> QuerySet[Line]:
    """What was said on the resident's matter and, once it goes with another, there: nobody reads what was said to
    others before."""
    if not page.is_merged:
        return page.matter.lines.all()
    since = page.matter.closed_at
    return Line.objects.filter(Q(matter=page.matter) | Q(matter=page.shown, at__gte=since))


def _add_signers(page: TrackPage, course: Course) -> None:
    """The names of the deputies who signed an answer with the one who gave it."""
    names = signers_of(page.replies) if course.last("sign_answer") else {}
    for reply in page.replies:
        reply.signers = names.get(reply.pk, [])  # type: ignore[attr-defined]


def photos_of(page: TrackPage, reporter: Reporter) -> list[parts.Thumb]:
    """The files that the resident may see, by the resident's own addresses."""
    query = urlencode({"k": reporter.link_key})
    code = page.matter.code
    return [
        parts.Thumb.of(row.stored, f"{reverse('intake:own_file', args=[code, row.pk])}?{query}")
        for row in attachments(page.matter, page.shown)
    ]


def attachments(matter: Matter, shown: Matter) -> Sequence[Attachment]:
    """Files that a resident may see: the own ones of the matter raised, and what bodies published on it or on the
    one that it was merged into."""
    own = Q(matter=matter, by__isnull=True, organisation__isnull=True)
    published = Q(matter__in=[matter.pk, shown.pk], audience=Audience.PUBLIC, by__isnull=False)
    rows = Attachment.objects.filter(own | published)
    return list(rows.select_related("stored").order_by("id"))


def _rate_url(matter: Matter, reporter: Reporter) -> str:
    """The one-time link again, while it can be used."""
    if matter.status != Status.REPLIED:
        return ""
    invite = invite_of(matter, reporter)
    return "" if invite is None or invite.used_at else f"/r/{invite.token}/"


def private_url(code: str, key: str) -> str:
    """The address that the resident keeps."""
    return f"{settings.PUBLIC_URL}{reverse('intake:track', args=[code])}?{urlencode({'k': key})}"


def public_summary(page: TrackPage) -> dict[str, Any]:
    """The page for programs: what everybody may know."""
    return {
        "code": page.matter.code,
        "status": page.shown.status,
        "status_label": str(page.shown.get_status_display()),
        "submitted_at": page.matter.opened_at,
        "next": str(page.next),
        "stages": [
            {
                "name": str(step.label),
                "state": step.state,
                "who": str(step.who),
                "at": _moment(step.when),
                "text": str(step.text),
            }
            for step in page.steps
        ],
    }


def _moment(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None


def done_words(page: TrackPage) -> list[str]:
    """What happens after submitting, step by step."""
    taking = page.steps[1]
    taken = _("%(who)s%(text)s") % {"who": taking.who, "text": taking.text}
    return [
        taken if taking.text else _("有人接单后，查询页上会写明是谁。"),
        _("接单后安排代表或单位办理，办理单位和最晚答复日期都写在查询页上。"),
        _("有了答复，请您来评价：满意不满意、解决没解决，由您说了算。"),
    ]
