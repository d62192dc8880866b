"""What a load draws from: the district's bodies and people, invented texts, dummy numbers, limits by day."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from deputies.accounts.models import Role, User
from deputies.organisations.models import Division, DivisionLevel, Organisation
from deputies.organisations.queries import division_tree, street_committees_of, street_office_of
from deputies.roster.models import Deputy
from liaison.base.privacy import blind_index
from liaison.base.words import index_words
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today, subtract_workdays
from liaison.base.workdays.explain import explanation
from liaison.base.workdays.queries import current_calendar
from liaison.demo.cast import estate_of, issues
from liaison.demo.names import names, phones
from liaison.demo.source import chance
from opinions.catalog.models import Category, ClockKind, TimeLimitPolicy, Urgency
from opinions.catalog.queries import categories, policy_for, responsible_for
from opinions.intake.services.submission import title_from
from opinions.matters.models import Reporter
from opinions.matters.services import new_link_key

RESIDENTS = 400
"""People behind all matters; each has raised many."""
HOUSES = 6
"""Houses of an estate in which the same thing happens."""


class Street(NamedTuple):
    """A street's committee with its places, its deputies with an account, and its office."""

    committee: Organisation
    communities: list[Division]
    deputies: list[Deputy]
    office: Organisation | None


class Resident(NamedTuple):
    """What a reporter's row holds, encrypted once."""

    name: str
    phone: str
    phone_index: str
    link_key: str


class Text(NamedTuple):
    """One opinion in words, and what is answered."""

    title: str
    content: str
    place: str
    words: str
    category: Category
    reply: str
    measure: str


class Limit(NamedTuple):
    """A limit that begins on a day, as a clock keeps it."""

    policy: TimeLimitPolicy
    start: str
    warn: str
    due: str
    provisional: bool
    explanation: str


@dataclass
class World:
    """All that matters of a load refer to. Everything is looked up once and kept: the memory of a load is flat."""

    district: Organisation
    now: datetime

    def __post_init__(self) -> None:
        self.today = local_today(self.now)
        self._texts: dict[tuple[int, int, int], Text] = {}
        self._policies: dict[tuple[str, int, int], TimeLimitPolicy | None] = {}
        self._limits: dict[tuple[int, date], Limit] = {}
        self._users = {(one.organisation_id, one.role): one for one in User.objects.exclude(role=Role.DEPUTY)}

    @cached_property
    def streets(self) -> list[Street]:
        deputies: dict[int | None, list[Deputy]] = {}
        for one in Deputy.objects.active().select_related("user").filter(user__isnull=False).order_by("id"):
            deputies.setdefault(one.organisation_id, []).append(one)
        return [self._street(one, deputies.get(one.pk, [])) for one in street_committees_of(self.district)]

    def _street(self, committee: Organisation, deputies: list[Deputy]) -> Street:
        below = division_tree().descendants(committee.division_id)
        places = [one for one in below if one.level == DivisionLevel.COMMUNITY and one.active]
        return Street(committee, places or [committee.division], deputies, street_office_of(committee.division))

    @cached_property
    def issues(self) -> list[tuple[dict[str, Any], Category]]:
        """What is raised, with its category; an unknown one falls to the first."""
        known = {one.code: one for one in categories()}
        return [(one, known.get(one["category"]) or categories()[0]) for one in issues()]

    @cached_property
    def residents(self) -> list[Resident]:
        encrypt = [Reporter._meta.get_field(name).get_prep_value for name in ("phone", "link_key")]  # type: ignore[union-attr]
        called, numbers = names(chance("load")), phones(900_000)
        held = [(next(called), next(numbers)) for _n in range(RESIDENTS)]
        return [
            Resident(name, encrypt[0](phone), blind_index(phone), encrypt[1](new_link_key())) for name, phone in held
        ]

    def text(self, issue: int, place: Division, house: int) -> Text:
        """The words of an opinion; the same issue at the same house reads the same."""
        found = self._texts.get((issue, place.pk, house))
        if found is None:
            found = self._texts[issue, place.pk, house] = self._written(*self.issues[issue], place, house)
        return found

    def _written(self, issue: dict[str, Any], category: Category, place: Division, house: int) -> Text:
        where = f"{estate_of(place)}{house + 1}区"
        content = issue["text"].format(place=where, spot=issue["spot"])
        title, spot = title_from(content), f"{where}{issue['spot']}"
        reply, measure = (issue[name].format(place=where, spot=issue["spot"]) for name in ("reply", "measure"))
        return Text(title, content, spot, index_words(title, content, spot), category, reply, measure)

    def body_for(self, category: Category, street: Street, *, local: bool) -> Organisation:
        """Who handles: the street's own office, or the body that answers for the category."""
        office = street.office or street.committee
        return office if local else responsible_for(category, self.district.pk) or office

    def user(self, body: Organisation, *roles: Role) -> User | None:
        """Somebody in one of these offices of a body."""
        return next((self._users[body.pk, role] for role in roles if (body.pk, role) in self._users), None)

    def limit(self, kind: ClockKind, tier: int, category: Category, day: date) -> Limit | None:
        """The limit of a step that begins on `day`, by the policy that holds today."""
        key = (kind.value, tier, category.pk)
        if key not in self._policies:
            self._policies[key] = policy_for(
                kind, on=self.today, district_id=self.district.pk, tier=tier, category=category, urgency=Urgency.NORMAL
            )
        policy = self._policies[key]
        if policy is None:
            return None
        found = self._limits.get((policy.pk, day))
        if found is None:
            found = self._limits[policy.pk, day] = _limit(policy, day)
        return found


def _limit(policy: TimeLimitPolicy, day: date) -> Limit:
    calendar = current_calendar()
    found = compute_due(calendar, day, policy.amount, Unit(policy.unit))
    warn = max(day, subtract_workdays(calendar, found.due, policy.warn_before))
    told = json.dumps([explanation(found)], ensure_ascii=False)
    return Limit(policy, day.isoformat(), warn.isoformat(), found.due.isoformat(), found.provisional, told)
