"""What versions of rules would have done with opinions of the past: the engine's own plan, for very many at a time.

Reads only. The rule that fires is found by `quick`; the body that it means is looked for once by the engine itself for
each place, category or deputy that the rule looks at. No statement is made for a single opinion.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import partial
from json import dumps
from typing import Any, NamedTuple

from django.db.models import F

from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import Deputy
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.queries import category_tree
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import Status
from opinions.routing.conditions import Facts, SimilarAsk
from opinions.routing.engine import ReadyRule
from opinions.routing.facts import MOST_TEXT, Raised, facts_of, moment_of, taken_in
from opinions.routing.models import Resolver, RoutingDecision, Rule, RuleSet, RuleSetStatus
from opinions.routing.planning import Plan, draw_up
from opinions.routing.queries import Compiled, active_set, compile_set, names
from opinions.routing.quick import Quick
from opinions.routing.resolve import Roster
from opinions.routing.wording import Why, in_words, why
from opinions.similar.models import Alikeness
from opinions.similar.queries import SAME_FROM, within_metres

MOST_KEPT = 50_000
LOOKS_AT: dict[str, tuple[str, ...]] = {
    Resolver.ADDRESSED_DEPUTY: ("deputy",),
    Resolver.DISTRICT_DEPUTY: ("electoral", "division"),
    Resolver.COMMUNITY: ("division",),
    Resolver.STREET_OFFICE: ("division",),
    Resolver.STREET: ("street",),
    Resolver.RESPONSIBLE: ("category",),
    **dict.fromkeys(
        (
            Resolver.COURT, Resolver.PROCURATORATE, Resolver.SUPERVISORY, Resolver.NAMED, Resolver.COMMITTEE,
            Resolver.PROPOSAL_DRAFT, Resolver.NEXT_CONGRESS,
        ),
        (),
    ),
}  # fmt: skip
"""What of an opinion decides whom a resolver finds, within one district."""
EVERYTHING = ("deputy", "electoral", "division", "street", "category")


class Fate(IntEnum):
    """How a decision ended."""

    FOUND = 0
    NO_MATCH = 1
    BROKEN = 2
    NO_BODY = 3
    UNRECORDED = 4
    """Nothing was decided by rules, e.g. an opinion from before there were any."""


class Past(NamedTuple):
    """One opinion of the past, as it comes out of the database; keys only."""

    id: int
    category: int | None
    division: int
    street: int
    district: int
    urgency: str
    at: datetime
    title: str
    channel: str
    content: str
    reach: str
    wish: str
    place: str
    latitude: Decimal | None
    longitude: Decimal | None
    deputy: int | None
    electoral: int | None


COLUMNS = (
    "id", "category_id", "division_id", "street_id", "district_id", "urgency", "opened_at", "title", "opinion__channel",
    "opinion__content", "opinion__reach", "opinion__wish", "opinion__place", "opinion__latitude", "opinion__longitude",
    "opinion__addressed_to_id", "opinion__contact_point__electoral_district_id",
)  # fmt: skip
"""The columns of `Past`."""


class Outcome(NamedTuple):
    """What a version decides: `body` or `deputy` is whom the rule found, `terms` what goes along (co-handlers, limit,
    tags, urgency); `confirm` says that a person must look."""

    tier: int | None = None
    body: int | None = None
    deputy: int | None = None
    rule: int | None = None
    fate: Fate = Fate.FOUND
    confirm: bool = True
    terms: str = ""

    @property
    def effect(self) -> tuple[Any, ...]:
        """What makes a difference: not which rule it was."""
        return self.tier, self.body, self.deputy, self.fate, self.confirm, self.terms


UNRECORDED = Outcome(fate=Fate.UNRECORDED)
Similar = Callable[[SimilarAsk], int]


def pasts(matters: MatterQuerySet) -> list[Past]:
    """Opinions as they would be routed; one statement, no models made."""
    return [Past._make(row) for row in matters.values_list(*COLUMNS)]


class Ground:
    """What all versions share in a replay: deputies by key, the roster of electoral districts, similar opinions."""

    def __init__(self) -> None:
        self.deputies: dict[int, Deputy] = {}
        self.roster = Roster()
        self.alike: dict[int, list[_Tie]] = {}

    def prepare(self, rows: Sequence[Past], *, similar: bool) -> None:
        """Look up what a batch needs: one statement while there are new deputies, two where rules ask for similar."""
        new = {row.deputy for row in rows if row.deputy} - self.deputies.keys()
        if new:
            if len(self.deputies) > MOST_KEPT:
                self.deputies.clear()
            self.deputies |= Deputy.objects.in_bulk({row.deputy for row in rows if row.deputy} - self.deputies.keys())
        self.alike = _ties_of([row.id for row in rows]) if similar else {}

    def raised(self, row: Past) -> Raised:
        """An opinion of the past as the engine takes it; asks the database nothing."""
        places, held = division_tree().by_id, bodies().by_id
        position = None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)
        return Raised(
            division=places[row.division], street=held[row.street], district=held[row.district], channel=row.channel,
            text=f"{row.title}\n{row.content}", category=category_tree()[row.category] if row.category else None,
            deputy=self.deputies.get(row.deputy) if row.deputy else None, reach=row.reach, wish=row.wish,
            electoral_district=places.get(row.electoral) if row.electoral else None, urgency=row.urgency,
            place=row.place, position=position, at=row.at, matter_id=row.id, similar=partial(self._similar, row),
        )  # fmt: skip

    def _similar(self, row: Past, ask: SimilarAsk) -> int:
        """How many similar opinions there were when this one was raised, by the ties that are kept."""
        today, within = local_today(row.at), taken_in(row.division, ask)
        count = 0
        for tie in self.alike.get(row.id, ()):
            recent = today - timedelta(days=ask.days) <= tie.raised_on <= today
            near = tie.division in within if within is not None else _within(tie, row, ask.metres)
            count += recent and near
        return count


class _Tie(NamedTuple):
    """A similar opinion that came before."""

    raised_on: Any
    division: int
    latitude: float | None
    longitude: float | None


def _within(tie: _Tie, row: Past, metres: int | None) -> bool:
    """Whether a tie lies so near, or nobody knows how far it is."""
    if metres is None or row.latitude is None or row.longitude is None:
        return True
    return within_metres((float(row.latitude), float(row.longitude)), (tie.latitude, tie.longitude), metres)


def _ties_of(matter_ids: Sequence[int]) -> dict[int, list[_Tie]]:
    """The opinions tied with these as telling of the same thing that were raised before them; two statements."""
    found: dict[int, list[_Tie]] = {}
    for one, other in (("newer", "older"), ("older", "newer")):
        rows = Alikeness.objects.filter(**{f"{one}__in": matter_ids}, score__gte=SAME_FROM)
        rows = rows.filter(**{f"{other}__opened_at__lte": F(f"{one}__opened_at")})
        rows = rows.exclude(**{f"{other}__status__in": (Status.WITHDRAWN, Status.DRAFT)})
        told = (f"{other}__likeness__{name}" for name in ("raised_on", "latitude", "longitude"))
        for matter, division, day, latitude, longitude in rows.values_list(f"{one}_id", f"{other}__division_id", *told):
            if day is not None:
                found.setdefault(matter, []).append(_Tie(day, division, latitude, longitude))
    return found


class Replay:
    """One version put to opinions of its district: a district's with the streets' rules that are in force, a street's
    within the district's in force. Compiled once; statements grow with the streets, not with the opinions."""

    def __init__(self, rule_set: RuleSet | None, ground: Ground) -> None:
        self._ground = ground
        self._compiled = _compiled(rule_set)
        self._quick = {key: Quick(one.rules) for key, one in self._compiled.items()}
        self._plans: dict[Hashable, Outcome] = {}
        self._looks = {row.pk: _looks_at(row) for compiled in self._compiled.values() for row in compiled.rows.values()}

    @property
    def asks_similar(self) -> bool:
        return any(quick.asks for quick in self._quick.values())

    @property
    def rule_names(self) -> dict[int, str]:
        """What the rules are called, streets' rules included."""
        return {key: row.name for one in self._compiled.values() for key, row in one.rows.items()}

    @property
    def lineages(self) -> dict[int, str]:
        """What the copies of a rule in several versions share."""
        return {key: str(row.lineage) for one in self._compiled.values() for key, row in one.rows.items()}

    def _key(self, row: Past) -> int:
        return row.street if row.street in self._compiled else 0

    def outcome(self, row: Past, moment: Hashable) -> Outcome:
        """What the version decides about an opinion; `moment` is `moment_key(row.at)`."""
        key = self._key(row)
        text = f"{row.title}\n{row.content}"[:MOST_TEXT].casefold()
        aspects = {
            "category": row.category, "division": row.division, "channel": row.channel, "deputy": row.deputy,
            "reach": row.reach, "urgency": row.urgency, "wish": row.wish, "moment": moment,
        }  # fmt: skip
        rule = self._quick[key].first(aspects, text, _Once(lambda: facts_of(self._ground.raised(row))))
        if rule is None:
            return Outcome(fate=Fate.NO_MATCH)
        if rule.problem:
            return Outcome(fate=Fate.BROKEN, rule=rule.key)
        plan_key = (key, rule.key, *(getattr(row, name) for name in self._looks[rule.key]))
        return self._plans.get(plan_key) or self._plan(plan_key, rule, row, self._compiled[key])

    def _plan(self, key: Hashable, rule: ReadyRule, row: Past, compiled: Compiled) -> Outcome:
        """The engine's own plan for the rule that fired, kept for all opinions that look the same to it."""
        fires = ReadyRule(rule.key, rule.order, rule.name)
        alone = Compiled(compiled.rule_set, (fires,), compiled.rows, compiled.street_set)
        made = outcome_of(draw_up(alone, self._ground.raised(row), now=row.at, roster=self._ground.roster))
        if len(self._plans) >= MOST_KEPT:
            self._plans.clear()
        self._plans[key] = made
        return made

    def plan(self, row: Past) -> Plan:
        """The engine's plan for one opinion, with its reasons."""
        return draw_up(
            self._compiled[self._key(row)], self._ground.raised(row), now=row.at, roster=self._ground.roster
        )  # fmt: skip

    def why(self, row: Past) -> Why:
        """The engine's reasons for one opinion in the reader's words."""
        return in_words(self.plan(row).decision, names())


class _Once:
    """A value worked out when it is asked for, once."""

    def __init__(self, make: Callable[[], Facts]) -> None:
        self._make = make
        self._made: Facts | None = None

    def __call__(self) -> Facts:
        if self._made is None:
            self._made = self._make()
        return self._made


def moment_key(at: datetime) -> tuple[int, bool, bool]:
    """Moments with the same key look the same to every rule."""
    moment = moment_of(at)
    return moment.minute, moment.workday, moment.workday_before


def _compiled(rule_set: RuleSet | None) -> dict[int, Compiled]:
    """By street, those with rules of their own; 0 stands for all others."""
    if rule_set is None:
        return {0: Compiled(None)}
    if rule_set.street_id:
        in_force = active_set(rule_set.district_id)
        return {0: compile_set(in_force), rule_set.street_id: compile_set(in_force, rule_set)}
    own = RuleSet.objects.filter(district=rule_set.district_id, street__isnull=False, status=RuleSetStatus.ACTIVE)
    rows = {one.street_id: compile_set(rule_set, one) for one in own.select_related("street", "district")}
    return {0: compile_set(rule_set), **{key: one for key, one in rows.items() if key is not None}}


def _looks_at(rule: Rule) -> tuple[str, ...]:
    asked = (rule.resolver, *(one.resolver for one in rule.co_handlers.all()))
    return tuple(dict.fromkeys(name for one in asked for name in LOOKS_AT.get(one, EVERYTHING)))


def outcome_of(plan: Plan) -> Outcome:
    """What a plan comes to."""
    row = plan.decision
    fate = Fate.FOUND
    if plan.tier is None:
        fate = Fate.NO_BODY if row.rule_id else Fate.NO_MATCH
        fate = Fate.BROKEN if row.rule_id is None and _ended_early(row.why) else fate
    return Outcome(plan.tier, _pk(plan.body), row.deputy_id, row.rule_id, fate, plan.confirm, _terms(row))


def _ended_early(why: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the search ended at a broken rule: it was tried without asking anything."""
    return bool(why) and not why[-1]["matched"] and not why[-1]["asked"] and not why[-1].get("barred")


def _pk(one: Organisation | Deputy | None) -> int | None:
    return one.pk if one else None


def _terms(row: RoutingDecision) -> str:
    """What goes along with tier and body, to be compared."""
    told = {name: value for name, value in row.outcome.items() if name not in ("confirm", "missing")}
    if "co" in told:
        told["co"] = sorted(one["id"] for one in told["co"])
    return dumps(told, sort_keys=True, ensure_ascii=False) if told else ""


def decided_then(matter_ids: Iterable[int]) -> dict[int, Outcome]:
    """What really happened: the newest decision on each of these matters, a person's included; one statement."""
    rows = RoutingDecision.objects.filter(matter__in=list(matter_ids)).order_by("matter_id", "id")
    columns = (
        "matter_id",
        "tier",
        "organisation_id",
        "deputy_id",
        "rule_id",
        "rule_name",
        "overridden_by_id",
        "outcome",
    )
    return {row[0]: _then(*row[1:]) for row in rows.values_list(*columns)}


def _then(
    tier: int | None, body: int | None, deputy: int | None, rule: int | None, _name: str, by: int | None, kept: Any
) -> Outcome:
    fate = Fate.FOUND
    if tier is None:
        fate = Fate.NO_BODY if rule else Fate.NO_MATCH
    confirm = bool(by) or tier is None or bool(kept.get("confirm")) or bool(kept.get("missing"))
    return Outcome(tier, body, deputy, rule, fate, confirm, _terms(RoutingDecision(outcome=kept)))


def why_then(matter_id: int) -> Why | None:
    """The newest decision on a matter in words; None where none was kept."""
    return next(iter(why(Matter(pk=matter_id))), None)
