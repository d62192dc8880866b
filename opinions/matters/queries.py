"""Reading what matters share: their way from tier to tier, and copies of what was said that lead to nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Event
from liaison.base.privacy import deidentified
from opinions.catalog.models import Tier
from opinions.matters.models import Attachment, Matter


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
