"""Reading echoes: for staff, and what is told of an outcome beside its text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from deputies.roster.models import Deputy
from liaison.base.stamps import cached
from liaison.base.workdays.arithmetic import Light, local_today, midnight
from opinions.catalog.models import Category
from opinions.echo.models import LOST, Echo, EchoQuerySet
from opinions.echo.states import UNDER_WAY, EchoStatus
from opinions.evaluation.models import Rating, Solved
from opinions.handling.models import Reply, ReplyPoint, ReplyStatus
from opinions.intake.models import Opinion
from opinions.matters.models import Attachment, Matter, ReplyClass, Reporter, Satisfaction
from opinions.matters.queries import files_of
from opinions.matters.states import Status
from opinions.promises.models import Promise
from opinions.promises.states import PromiseStatus

STAMP = "echo"
"""The stamp of everything that the wall shows; who publishes or takes back bumps it."""
RELATED = ("area", "category", "matter")
ORDER = ("-published_at", "-id")
"""The newest first."""
PROMISING = (ReplyClass.BEING_SOLVED, ReplyClass.PLANNED)


def piles() -> dict[str, Q]:
    """What the tabs of the desk hold, each by its condition."""
    return {
        "pending": Q(status=EchoStatus.PENDING),
        "writing": Q(status__in=(EchoStatus.DRAFT, EchoStatus.SENT_BACK)),
        "published": Q(status=EchoStatus.PUBLISHED) & ~LOST,
        "taken_back": Q(status=EchoStatus.TAKEN_BACK) | LOST,
        "all": Q(),
    }


def consents(matter: Matter) -> bool:
    """Whether the resident agrees, as of now, that the own words are made public without what leads to a person."""
    return Opinion.objects.filter(pk=matter.pk, consent_publish=True).exists()


def names_in(matter: Matter) -> list[str]:
    """The people known in a matter: who raised it, who handles it. Not the deputy, whose name stands on every plaque.
    Four statements."""
    reporters = Reporter.objects.filter(Q(matter=matter) | Q(matter__merged_into=matter)).values_list("name", flat=True)
    persons = matter.assignments.values_list("person", flat=True)
    points = ReplyPoint.objects.filter(reply__matter=matter).values_list("person", flat=True)
    replies = Reply.objects.filter(matter=matter, deputy__isnull=True)
    pairs = replies.values_list("written_by__name", "approved_by__name")
    written = [name for pair in pairs for name in pair if name]
    return sorted({name.strip() for name in (*reporters, *persons, *points, *written) if len(name.strip()) > 1})


def answer_of(matter: Matter) -> Reply | None:
    """The reply that is told of: the last one that residents read."""
    rows = Reply.objects.filter(matter=matter, status=ReplyStatus.ISSUED).select_related("organisation", "deputy")
    return rows.order_by("-issued_at", "-id").first()


def problem_of(matter: Matter) -> str:
    """What it was about in the words of the body, which are shorter; else the title of the matter."""
    points = ReplyPoint.objects.filter(reply__matter=matter, reply__status=ReplyStatus.ISSUED).exclude(problem="")
    return points.order_by("-reply", "order").values_list("problem", flat=True).first() or matter.title


def bodies_of(matter: Matter) -> list[str]:
    """Who handled it, by name: bodies and deputies, never an official. It is stored, thus in the language of all."""
    rows = Reply.objects.filter(matter=matter, status=ReplyStatus.ISSUED).select_related("organisation", "deputy")
    with override(settings.LANGUAGE_CODE):
        named = [_body(row.organisation, row.deputy) for row in rows.order_by("id")]
    return list(dict.fromkeys(name for name in named if name))


def _body(organisation: Any, deputy: Deputy | None) -> str:
    if organisation is not None:
        return str(organisation.name)
    return _("%(name)s代表") % {"name": deputy.name} if deputy is not None else ""


def may_show(source: Attachment | None, matter: Matter, *, own: bool) -> bool:
    """Whether an echo of the matter may show this picture: what a body took, always; the resident's only with the
    resident's words (`own`), and no other resident's, whose matter was merged. One whose source is gone counts as the
    resident's."""
    if source is not None and (source.by_id or source.organisation_id):
        return True
    return own and (source is None or source.matter_id == matter.pk)


def pictures_for(matter: Matter, *, own: bool) -> list[Attachment]:
    """The pictures that may be chosen."""
    return [one for one in files_of(matter).filter(stored__kind="image") if may_show(one, matter, own=own)]


def under_way(matter: Matter) -> Echo | None:
    """The edition that is being written or read."""
    return Echo.objects.filter(matter=matter, status__in=UNDER_WAY).select_related(*RELATED).first()


def editions_of(matter: Matter) -> list[Echo]:
    """All editions, the newest first."""
    rows = Echo.objects.filter(matter=matter).select_related("drafted_by", "submitted_by", "decided_by")
    return list(rows.order_by("-id"))


def public_code(*matters: Matter) -> str:
    """The address of what is public of one of these matters; empty where nothing is."""
    keys = {one.pk for one in matters}
    return Echo.objects.shown().filter(matter__in=keys).values_list("code", flat=True).order_by("-id").first() or ""


def narrowed(rows: EchoQuerySet, chosen: Mapping[str, Any]) -> EchoQuerySet:
    """The echoes that fit what was chosen on the wall."""
    if chosen.get("area"):
        rows = rows.filter(area__code=chosen["area"])
    if chosen.get("category"):
        rows = rows.filter(Q(category__code=chosen["category"]) | Q(category__parent__code=chosen["category"]))
    if chosen.get("result"):
        rows = rows.filter(matter__reply_class__in=RESULTS[chosen["result"]])
    if chosen.get("month"):
        begin, end = _month(chosen["month"])
        rows = rows.filter(published_at__gte=begin, published_at__lt=end)
    return rows


RESULTS: dict[str, tuple[str, ...]] = {
    "done": (ReplyClass.SOLVED,), "promised": PROMISING, "explained": (ReplyClass.EXPLAINED,),
}  # fmt: skip


def _month(text: str) -> tuple[datetime, datetime]:
    year, month = map(int, text.split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    return midnight(date(year, month, 1)), midnight(following)


Offered = dict[str, list[tuple[str, str]]]
NAMES_KEPT = 300
"""Seconds after which names of streets and categories are read again."""


def offered() -> Offered:
    """What the filter of the wall offers: only what leads to something. Kept in the process, as the wall's answers."""
    held: dict[str | None, tuple[int, Offered]] = cached(STAMP, dict, part="offered")
    language, span = get_language(), int(timezone.now().timestamp()) // NAMES_KEPT
    found = held.get(language)
    if found is None or found[0] != span:
        found = held[language] = span, _offered()
    return found[1]


def _offered() -> Offered:
    shown: QuerySet[Echo] = Echo.objects.shown().order_by()
    areas = shown.values_list("area__code", "area__name").distinct().order_by("area__code")
    held = Category.objects.filter(pk__in=shown.values("category")).select_related("parent")
    tops = {(one.parent or one).code: (one.parent or one).name for one in held.order_by("order", "id")}
    months = shown.dates("published_at", "month", order="DESC")
    return {
        "area": list(areas), "category": list(tops.items()),
        "month": [(f"{day:%Y-%m}", _month_words(day)) for day in months],
    }  # fmt: skip


def _month_words(day: date) -> str:
    return _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month}


@dataclass(frozen=True)
class Outcome:
    """Three facts that are never one (rule 1): what was replied, whether the resident says it is solved, whether the
    resident is satisfied. And the promise, while it is one."""

    replied_on: date | None
    reply_class: str
    solved: str
    satisfaction: str
    again: bool
    """Whether it is being handled again."""
    promise: str = ""
    """running, missed, kept; empty where nothing is promised."""
    due_on: date | None = None

    @property
    def replied_words(self) -> str:
        return str(ReplyClass(self.reply_class).label)[2:] if self.reply_class else _("已答复")

    @property
    def solved_words(self) -> str:
        return str(Solved(self.solved).label) if self.solved else _("没有表态")

    @property
    def satisfaction_words(self) -> str:
        return str(Satisfaction(self.satisfaction).label) if self.satisfaction else _("未评价")


def outcomes(echoes: Iterable[Echo], today: date) -> dict[int, Outcome]:
    """What came of the matters of these echoes, by the key of the echo; three statements."""
    rows = list(echoes)
    keys = [row.matter_id for row in rows]
    said = {one.matter_id: one for one in Rating.objects.filter(matter__in=keys).order_by("id")}
    answered = dict(
        Reply.objects.filter(matter__in=keys, status=ReplyStatus.ISSUED)
        .order_by("id")
        .values_list("matter", "issued_at")
    )
    promised: dict[int, list[Promise]] = {}
    for one in Promise.objects.filter(matter__in=keys).exclude(status=PromiseStatus.WITHDRAWN).order_by("due_on"):
        promised.setdefault(one.matter_id, []).append(one)
    return {
        row.pk: _outcome(row.matter, said.get(row.matter_id), answered.get(row.matter_id), promised, today)
        for row in rows
    }


def _outcome(
    matter: Matter, said: Rating | None, at: datetime | None, promised: Mapping[int, list[Promise]], today: date
) -> Outcome:
    again = matter.status not in (Status.CLOSED, Status.REPLIED)
    state, due_on = ("", None)
    if matter.reply_class in PROMISING:
        state, due_on = _promise(promised.get(matter.pk, []), today)
    return Outcome(
        replied_on=local_today(at) if at else None, reply_class=matter.reply_class,
        solved=said.solved if said is not None and said.round == matter.round else "",
        satisfaction="" if again else matter.satisfaction, again=again, promise=state, due_on=due_on,
    )  # fmt: skip


def _promise(rows: list[Promise], today: date) -> tuple[str, date | None]:
    """How the promises of a matter stand together: one missed is missed, all kept is kept."""
    missed = [row for row in rows if row.light_on(today) == Light.RED]
    if missed:
        return "missed", missed[0].due_on
    waiting = [row for row in rows if row.status != PromiseStatus.KEPT]
    if waiting or not rows:
        return "running", waiting[0].due_on if waiting else None
    return "kept", rows[-1].due_on
