"""A small district at work, and matters brought to any status by the services themselves.

`handling_world()` builds the bodies, the people and the reference data; `open_matter(world)` raises an opinion;
`bring_to(world, Status.HANDLING)` walks one there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from deputies.roster.models import CongressLevel, Deputy
from liaison.base.audit.services import Fact, record
from liaison.base.codes import new_code
from liaison.base.privacy import blind_index
from liaison.base.words import index_words
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workflow import WrongState
from opinions.catalog.models import Category, ClockKind, Reason, ReasonKind, SourceChannel, Tier
from opinions.catalog.services import load_defaults
from opinions.clocks.services import start_clock
from opinions.handling import services as handling
from opinions.handling.content import Content, Point
from opinions.intake.models import Opinion
from opinions.matters.models import Matter, Reporter
from opinions.matters.services import new_link_key, turn_of
from opinions.matters.states import Status
from opinions.proposals.queries import proposals_of
from opinions.proposals.services import raise_to_proposal, unlink_matter
from opinions.relays import services as relays
from tests.factories.accounts import UserFactory
from tests.factories.organisations import StreetWorld, street_world
from tests.factories.roster import ConsultantFactory, DeputyFactory, TermFactory
from tests.support.replay import replayed
from tests.support.steps import step

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
"""A Monday morning; the following fortnight has no holiday."""
TODAY = NOW.date()
PHONE = "13800000000"


def later(days: float = 1) -> datetime:
    """So many days after NOW."""
    return NOW + timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class HandlingWorld:
    """One district with its people. `places` has the divisions and bodies, the most used ones stand here as well."""

    places: StreetWorld
    congress: Organisation
    committee: Organisation
    other_committee: Organisation
    department: Organisation
    other_department: Organisation
    office: Organisation
    deputy: Deputy
    other_deputy: Deputy
    consultant: Deputy
    city_deputy: Deputy
    deputy_user: User
    other_deputy_user: User
    consultant_user: User
    city_deputy_user: User
    helper: User
    staff: User
    secretary: User
    other_staff: User
    handler: User
    head: User
    other_handler: User
    other_head: User
    office_handler: User
    office_head: User
    district_staff: User
    leader: User
    admin: User

    @property
    def users(self) -> dict[str, User]:
        """Everybody by the name of the field."""
        return {name: held for name, held in vars(self).items() if isinstance(held, User)}


@replayed
def handling_world() -> HandlingWorld:
    """Build the district. Reference data are the defaults of the product."""
    places = street_world()
    people = _people(places)
    load_defaults(district=places.congress, by=None, now=NOW, valid_from=date(2026, 1, 1))
    return HandlingWorld(
        places=places,
        congress=places.congress,
        committee=places.committee,
        other_committee=places.other_committee,
        department=places.department,
        other_department=places.other_department,
        office=places.office,
        **people,
        **_deputies(places, people),
    )


def _people(places: StreetWorld) -> dict[str, Any]:
    def make(name: str, role: Role, organisation: Organisation | None) -> Any:
        return UserFactory(username=name, role=role, organisation=organisation)

    return {
        "deputy_user": make("deputy", Role.DEPUTY, places.committee),
        "other_deputy_user": make("deputy2", Role.DEPUTY, places.other_committee),
        "consultant_user": make("consultant", Role.DEPUTY, places.committee),
        "city_deputy_user": make("deputy3", Role.DEPUTY, places.congress),
        "helper": make("helper", Role.LIAISON_OFFICER, places.committee),
        "staff": make("staff", Role.STREET_STAFF, places.committee),
        "secretary": make("secretary", Role.STREET_SECRETARY, places.committee),
        "other_staff": make("staff2", Role.STREET_STAFF, places.other_committee),
        "handler": make("handler", Role.HANDLER, places.department),
        "head": make("head", Role.DEPARTMENT_HEAD, places.department),
        "other_handler": make("handler2", Role.HANDLER, places.other_department),
        "other_head": make("head2", Role.DEPARTMENT_HEAD, places.other_department),
        "office_handler": make("handler3", Role.HANDLER, places.office),
        "office_head": make("head3", Role.DEPARTMENT_HEAD, places.office),
        "district_staff": make("district", Role.DISTRICT_STAFF, places.congress),
        "leader": make("leader", Role.DISTRICT_LEADER, places.congress),
        "admin": make("admin", Role.SYSTEM_ADMIN, None),
    }


def _deputies(places: StreetWorld, people: dict[str, Any]) -> dict[str, Any]:
    term = TermFactory(division=places.district)
    city = TermFactory(level=CongressLevel.MUNICIPAL, division=places.district.parent)
    return {
        "deputy": DeputyFactory(
            organisation=places.committee, user=people["deputy_user"], helper=people["helper"], term=term
        ),
        "other_deputy": DeputyFactory(organisation=places.other_committee, user=people["other_deputy_user"], term=term),
        "consultant": ConsultantFactory(organisation=places.committee, user=people["consultant_user"]),
        "city_deputy": DeputyFactory(
            organisation=places.congress, user=people["city_deputy_user"], term=city, level=CongressLevel.MUNICIPAL
        ),
    }


@step
def open_matter(
    world: HandlingWorld, *, deputy: Deputy | None = None, now: datetime = NOW, phone: str = PHONE, **fields: Any
) -> Matter:
    """An opinion just raised, with its reporter, its first event and the limit for taking it.

    Held by `deputy` if one is given, else by the street. `fields` are those of Matter.
    """
    turn = turn_of(deputy=deputy) if deputy else turn_of(organisation=world.committee)
    values = {
        "code": new_code(),
        "title": "荷塘小区东门路灯不亮",
        "status": Status.SUBMITTED,
        "division": world.places.community,
        "street": world.committee,
        "district": world.congress,
        "deputy": deputy,
        "tier": Tier.DEPUTY if deputy else None,
        "category": Category.objects.filter(code="urban.lighting").first(),
        "opened_at": now,
        **turn,
        **fields,
    }
    values.setdefault("search_text", index_words(values["title"], values["code"]))
    matter = Matter.objects.create(**values)
    add_opinion(matter)
    add_reporter(matter, phone=phone, now=now)
    record(matter.chain, Fact(verb="submit", target=Status.SUBMITTED), by=None, actor="反映人", now=now, first=True)
    start_clock(matter=matter, kind=ClockKind.TAKE, now=now, organisation=matter.holder)
    return matter


def add_opinion(matter: Matter) -> Opinion:
    """What was said."""
    return Opinion.objects.create(
        matter=matter, channel=SourceChannel.QR, content="东门三盏路灯坏了两周，晚上看不见路。", place="荷塘小区东门",
        submission_key=uuid4(), addressed_to=matter.deputy,
    )  # fmt: skip


def add_reporter(matter: Matter, *, phone: str = PHONE, now: datetime = NOW) -> Reporter:
    """A resident behind the matter; without `phone` nobody can be written to."""
    return Reporter.objects.create(
        matter=matter, name="张三", phone=phone, phone_index=blind_index(phone), link_key=new_link_key(), created_at=now
    )


def reason(kind: ReasonKind) -> Reason:
    """The first reason of a kind."""
    found = Reason.objects.filter(kind=kind, active=True).first()
    assert found is not None, "load the defaults first"
    return found


def content(reply_class: str = "A", *, due_on: date | None = None, text: str = "") -> Content:
    """A reply that can be issued; only one of class B or C promises anything."""
    day = due_on or (TODAY + timedelta(days=30) if reply_class in "BC" else TODAY)
    point = Point(problem="东门三盏路灯不亮", measure="更换灯头和线缆，当晚试灯", person="李四", due_on=day)
    return Content(text=text or "经现场查看，三盏灯的线缆老化，已安排更换。", reply_class=reply_class, points=(point,))


@step
def taken(world: HandlingWorld, matter: Matter | None = None, **fields: Any) -> Matter:
    """Taken by the street, or by the deputy who holds it."""
    matter = matter or open_matter(world, **fields)
    by = world.deputy_user if matter.holder_deputy_id else world.staff
    return handling.take(matter=matter, by=by, now=NOW)


@step
def assigned(world: HandlingWorld, matter: Matter | None = None, *, co: tuple[Organisation, ...] = ()) -> Matter:
    """Given to the department as lead, not signed yet."""
    matter = matter or open_matter(world)
    handling.assign(
        matter=matter, tier=Tier.DEPARTMENT, lead=world.department, co=co, note="请现场查看", by=world.staff, now=NOW
    )
    return matter


@step
def signed(world: HandlingWorld, matter: Matter | None = None, *, co: tuple[Organisation, ...] = ()) -> Matter:
    """Signed by the lead."""
    matter = assigned(world, matter, co=co)
    handling.sign(matter=matter, person="李四", by=world.handler, now=NOW)
    return matter


@step
def replied(world: HandlingWorld, matter: Matter | None = None, *, reply_class: str = "A") -> Matter:
    """Replied by the department: drafted by the handler, issued by the head."""
    matter = signed(world, matter)
    handling.submit_for_approval(matter=matter, content=content(reply_class), by=world.handler, now=NOW)
    handling.issue_reply(matter=matter, by=world.head, now=NOW)
    return matter


@step
def answered(world: HandlingWorld, matter: Matter | None = None) -> Matter:
    """Answered by the deputy."""
    matter = matter or open_matter(world, deputy=world.deputy)
    handling.answer(matter=matter, text="已与城管局联系，今晚修好。", by=world.deputy_user, now=NOW)
    return matter


@step
def _waiting(world: HandlingWorld) -> Matter:
    return handling.ask(matter=taken(world), question="是哪几盏灯？", by=world.staff, now=NOW)


@step
def _returned(world: HandlingWorld) -> Matter:
    matter = assigned(world)
    handling.return_assignment(
        matter=matter, reason=reason(ReasonKind.RETURN), text="道路属交通局管养", by=world.handler, now=NOW
    )
    return matter


@step
def _declined(world: HandlingWorld) -> Matter:
    return handling.decline(
        matter=open_matter(world), reason=reason(ReasonKind.DECLINE), text="已在法院审理", by=world.staff, now=NOW
    )


@step
def _merged(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    handling.merge(matter=matter, target=open_matter(world), by=world.staff, now=NOW)
    return matter


@step
def _withdrawn(world: HandlingWorld) -> Matter:
    matter = open_matter(world)
    reporter = matter.reporters.get()
    return handling.withdraw(matter=matter, reporter=reporter, now=NOW)


@step
def _rework(world: HandlingWorld) -> Matter:
    return handling.send_to_rework(matter=replied(world), now=NOW, actor="反映人", reason="还是不亮")


@step
def _closed(world: HandlingWorld) -> Matter:
    return handling.close_rated(matter=replied(world), satisfaction="satisfied", now=NOW, actor="反映人")


@step
def proposed(world: HandlingWorld, matter: Matter | None = None) -> Matter:
    """Raised by the street into the draft of a proposal."""
    matter = matter or taken(world)
    raise_to_proposal(
        matter=matter, title="关于更新老旧小区路灯的建议", situation="共性问题", reason="统一改造", by=world.staff,
        now=NOW, lead=world.deputy,
    )  # fmt: skip
    return matter


def taken_out(*, matter: Matter, by: User, now: datetime) -> Matter:
    """Out of the draft that it was raised into; a matter that is in none is refused as the screen refuses it."""
    held = next(iter(proposals_of(matter)), None)
    if held is None:
        raise WrongState
    return unlink_matter(proposal=held, matter=matter, reason="另行办理", by=by, now=now)


@step
def relayed(world: HandlingWorld, matter: Matter | None = None) -> Matter:
    """Relayed by the district to a deputy of the city's congress."""
    matter = matter or taken(world)
    relays.relay(
        matter=matter, level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区道路",
        by=world.district_staff, now=NOW,
    )  # fmt: skip
    return matter


WAYS: dict[Status, Callable[[HandlingWorld], Matter]] = {
    Status.SUBMITTED: open_matter,
    Status.TAKEN: taken,
    Status.WAITING: _waiting,
    Status.HANDLING: signed,
    Status.RETURNED: _returned,
    Status.REPLIED: replied,
    Status.REWORK: _rework,
    Status.PROPOSED: proposed,
    Status.RELAYED: relayed,
    Status.CLOSED: _closed,
    Status.DECLINED: _declined,
    Status.MERGED: _merged,
    Status.WITHDRAWN: _withdrawn,
}
"""The ordinary way to each status."""


def bring_to(world: HandlingWorld, status: Status) -> Matter:
    """A matter in `status`, walked there by the services."""
    matter = WAYS[status](world)
    assert matter.status == status
    return matter
