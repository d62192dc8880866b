"""Reading what matters share: their light, their way from tier to tier, and copies that lead to nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as told
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.models import Event
from liaison.base.codes import normalise
from liaison.base.errors import InvalidInput
from liaison.base.privacy import deidentified
from liaison.base.workdays.arithmetic import Light, light
from liaison.base.workdays.explain import how_far
from liaison.base.workdays.queries import current_calendar
from opinions.catalog.models import Tier
from opinions.matters.models import Attachment, Matter, Quality
from opinions.matters.states import OPEN


@dataclass(frozen=True)
class Lit:
    """The light of a matter with why (Z16): the worse of time and quality, each in words."""

    light: Light
    time: str = ""
    quality: str = ""

    @property
    def reason(self) -> str:
        """Why it is not green; empty when it is."""
        return told("；").join(filter(None, (self.time, self.quality)))


def lit(matter: Matter, today: date) -> Lit | None:
    """The light that `matter` shows: while it is open by its limit, and by its mark of quality to the end and beyond.

    None at an end without a mark. `light_condition` says the same in SQL.
    """
    marked = Quality(matter.quality) if matter.quality else None
    if not (matter.is_open or marked):
        return None
    by_time = light(matter.due_on, matter.warn_on, today) if matter.is_open else Light.GREEN
    shown = Light.worst(by_time, marked.light) if marked else by_time
    far = how_far(current_calendar(), matter.due_on, today) if matter.due_on and by_time != Light.GREEN else ""
    return Lit(shown, far, _quality_words(marked, matter.quality_note) if marked else "")


def _quality_words(marked: Quality, note: str) -> str:
    """The mark with what was found, e.g. 质量差：没有措施."""
    return told("%(what)s：%(body)s") % {"what": marked.label, "body": note} if note else str(marked.label)


def light_condition(shown: str, today: date) -> Q:
    """Matters that show this light today, as `lit` tells it."""
    late, near = Q(status__in=OPEN, due_on__lt=today), Q(status__in=OPEN, due_on__gte=today, warn_on__lte=today)
    low, poor = Q(quality=Quality.LOW), Q(quality=Quality.POOR)
    if shown == Light.RED:
        return late | poor
    if shown == Light.YELLOW:
        return (near | low) & ~late & ~poor
    return Q(Q(due_on__isnull=True) | Q(warn_on__gt=today), status__in=OPEN, quality__isnull=True)


@dataclass(frozen=True)
class TierChange:
    """One step from tier to tier, as the history keeps it. `who` is whoever has the matter then."""

    at: datetime
    verb: str
    source: Tier
    target: Tier
    who: str
    reason: str

    @property
    def plain(self) -> str:
        """Why, in the resident's words, whatever else was said."""
        return str(_PLAIN[self.target] if self.rises else _DOWN)

    @property
    def next_with(self) -> str:
        """Who has it from then on, in the resident's words; deputies follow up and handle nothing."""
        if not self.who:
            return ""
        told = _("接下来由{who}办理。") if self.target in _HANDLED else _("接下来由{who}跟进推动。")
        return str(told).format(who=self.who)

    @property
    def rises(self) -> bool:
        """Whether the matter went up."""
        return self.target > self.source


_PLAIN = {
    Tier.STREET: _("这件事要社区和街道来办。"),
    Tier.DEPARTMENT: _("社区和街道解决不了，要有关部门来办。"),
    Tier.PROPOSAL: _("一时解决不了，由代表写成建议，请有关单位研究。"),
    Tier.RELAY: _("超出本区能解决的范围，请上一级人大代表接着推动。"),
}
_DOWN = _("换到更合适的人来办。")
_HANDLED = (Tier.STREET, Tier.DEPARTMENT)


def tier_changes(events: Iterable[Event]) -> list[TierChange]:
    """The steps from tier to tier in a matter's `events`, given oldest first.

    A time without a tier (at a street that has not decided yet) is no step: the next one starts from the tier before.
    """
    found: list[TierChange] = []
    held: int | None = None
    for event in events:
        source, target = event.data.get("tiers") or (None, None)
        held = source or held
        if target and held and target != held:
            who = str(event.data.get("body", ""))
            found.append(TierChange(event.at, event.verb, Tier(held), Tier(target), who, event.reason))
        held = target or held
    return found


def open_copy(matter: Matter) -> tuple[str, str]:
    """Title and content of what the resident said, without what leads to a person; two statements at most."""
    names = list(matter.reporters.values_list("name", flat=True))
    opinion = getattr(matter, "opinion", None)
    return deidentified(matter.title, names=names), deidentified(opinion.content if opinion else "", names=names)


def files_of(matter: Matter) -> QuerySet[Attachment]:
    """The files of the matter and of those that were merged into it, oldest first."""
    rows = Attachment.objects.filter(Q(matter=matter) | Q(matter__merged_into=matter))
    return rows.select_related("stored").order_by("id")


def named_matters(user: User, text: str, *, kept: Iterable[Matter] = ()) -> list[Matter]:
    """The matters whose codes stand in `text`: in the user's scope, or among those `kept` from before.

    Raises InvalidInput that names the first code which leads to none.
    """
    for mark in "，、,；;":
        text = text.replace(mark, " ")
    codes = list(dict.fromkeys(normalise(one) for one in text.split()))
    held = Matter.objects.visible_to(user).filter(code__in=codes) if codes else []
    found = {row.code: row for row in (*kept, *held)}
    missing = next((code for code in codes if code not in found), None)
    if missing is not None:
        raise InvalidInput(_("没有找到编号 %(code)s，或者它不在您的范围内。") % {"code": missing[:20]}, field="codes")
    return [found[code] for code in codes]
