"""催办: one notice for each body however many matters, once in a working day, and nobody reminds itself."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import NotAllowed
from liaison.base.notices.models import Channel, Notice
from liaison.base.stamps import forget_all
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import ReasonKind
from opinions.handling import services as handling
from opinions.matters.states import Status
from supervision.orders import services as orders
from supervision.orders.models import Reminder, ReminderMatter
from supervision.orders.queries import ENDED, OURS, WITH_DEPUTY
from supervision.orders.services import NothingToRemind
from tests.factories.matters import NOW, HandlingWorld, bring_to, later, open_matter, reason, signed

TEXT = "群众在等，请抓紧。"


def notices(body_users: list[str]) -> list[Notice]:
    rows = Notice.objects.filter(key__startswith="remind:", channel=Channel.IN_APP)
    return list(rows.filter(recipient__username__in=body_users))


def test_many_matters_are_one_notice_for_each_person_of_the_body(world: HandlingWorld) -> None:
    matters = [signed(world) for _n in range(4)]
    told = orders.remind(matters=matters, text=TEXT, by=world.staff, now=NOW)
    assert (len(told.sent), len(told.matters)) == (1, 4)
    assert len(notices(["handler", "head"])) == 2
    assert "4" in notices(["handler"])[0].subject
    for matter in matters:
        event = Event.objects.get(chain=matter.chain, verb="remind")
        assert (event.data, event.reason) == ({"body": world.department.name}, TEXT)
    assert list(verify()) == []


def test_same_matter_is_not_reminded_twice_in_a_working_day(world: HandlingWorld) -> None:
    matter = signed(world)
    orders.remind(matters=[matter], text=TEXT, by=world.staff, now=NOW)
    with pytest.raises(NothingToRemind):
        orders.remind(matters=[matter], text=TEXT, by=world.leader, now=later(0.2))
    assert orders.remind(matters=[matter], text=TEXT, by=world.staff, now=later(1)).sent


def test_weekend_is_one_working_day_with_the_monday(world: HandlingWorld) -> None:
    matter = signed(world)
    saturday = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
    orders.remind(matters=[matter], text=TEXT, by=world.staff, now=saturday)
    for day in (29, 30):
        with pytest.raises(NothingToRemind):
            orders.remind(matters=[matter], text=TEXT, by=world.staff, now=saturday.replace(day=day))
    assert orders.remind(matters=[matter], text=TEXT, by=world.staff, now=datetime(2026, 12, 1, 9, tzinfo=SHANGHAI))


def test_what_cannot_be_reminded_is_left_out_with_why(world: HandlingWorld) -> None:
    good, deputys = signed(world), open_matter(world, deputy=world.deputy)
    ours, closed = open_matter(world), bring_to(world, Status.CLOSED)
    told = orders.remind(matters=[good, deputys, ours, closed], text=TEXT, by=world.staff, now=NOW)
    assert told.matters == [good]
    assert {matter: str(why) for matter, why in told.skipped} == {
        deputys: str(WITH_DEPUTY), ours: str(OURS), closed: str(ENDED)
    }  # fmt: skip
    assert Event.objects.filter(verb="remind").count() == 1


def test_district_reminds_the_street_and_the_street_never_itself(world: HandlingWorld) -> None:
    matter = open_matter(world)
    with pytest.raises(NothingToRemind):
        orders.remind(matters=[matter], text=TEXT, by=world.secretary, now=NOW)
    told = orders.remind(matters=[matter], text=TEXT, by=world.leader, now=NOW)
    assert told.sent[0].body == world.committee
    assert len(notices(["staff", "secretary"])) == 2
    assert not notices(["helper"])


@pytest.mark.parametrize("who", ["handler", "head", "deputy_user", "helper", "other_staff", "admin"])
def test_nobody_else_reminds(world: HandlingWorld, who: str) -> None:
    with pytest.raises(NotAllowed):
        orders.remind(matters=[signed(world)], text=TEXT, by=world.users[who], now=NOW)
    assert not Reminder.objects.exists()


def test_body_that_returned_it_is_reminded_until_another_has_signed(world: HandlingWorld) -> None:
    matter = signed(world)
    why = reason(ReasonKind.RETURN)
    handling.return_assignment(matter=matter, reason=why, text="道路属交通局管养", by=world.handler, now=NOW)
    assert matter.holder == world.committee
    told = orders.remind(matters=[matter], text=TEXT, by=world.staff, now=NOW)
    assert told.sent[0].body == world.department


def test_statements_do_not_grow_with_the_matters(world: HandlingWorld) -> None:
    counts = []
    for number in (1, 12):
        matters = [signed(world) for _n in range(number)]
        with CaptureQueriesContext(connection) as caught:
            orders.remind(matters=matters, text=TEXT, by=world.staff, now=NOW)
        counts.append(len(caught))
    assert counts[1] <= counts[0] + 1
    assert ReminderMatter.objects.count() == 13


def test_body_without_accounts_hears_by_its_public_address(world: HandlingWorld) -> None:
    matter = signed(world)
    world.department.users.update(is_active=False)
    Organisation.objects.filter(pk=world.department.pk).update(email="cg@example.org")
    forget_all()
    orders.remind(matters=[matter], text=TEXT, by=world.leader, now=NOW)
    (told,) = Notice.objects.filter(key__startswith="remind:")
    assert (told.channel, told.address, told.recipient) == (Channel.EMAIL, "cg@example.org", None)
