"""The demo district: invented, complete, alive, and never where real people work."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint, DutySlot, PointKind
from deputies.organisations.models import Division, DivisionLevel
from deputies.roster.models import CongressLevel, Deputy, Identity
from deputies.roster.states import DeputyStatus
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.notices.models import Notice, NoticeStatus
from liaison.base.workdays.arithmetic import SHANGHAI, Light, light, local_today
from liaison.demo.accounts import PASSWORD, SHOWN
from liaison.demo.build import build_world, district
from liaison.demo.chronicle import tell_stories
from liaison.demo.lights import tell_of_lights
from liaison.demo.names import names
from liaison.demo.show import listing
from liaison.demo.source import chance, data
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.promises.models import Promise
from opinions.promises.states import PromiseStatus
from supervision.escalation.models import Firing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)
"""A Wednesday, so that limits of one day differ from those of three."""


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The whole demo, built once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        build_world(now=NOW)
        tell_stories(district(), now=NOW)
        tell_of_lights(district(), now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize(("demo", "development"), [(False, True), (True, False)])
def test_demo_is_refused_outside_development(settings: Any, demo: bool, development: bool) -> None:
    settings.DEMO, settings.DEVELOPMENT = demo, development
    for arguments in ([], ["--show"]):
        with pytest.raises(CommandError, match="development only"):
            call_command("demo", *arguments)


def test_every_status_of_an_opinion_is_there(demo: None) -> None:
    assert set(Matter.objects.values_list("status", flat=True)) == set(Status) - {Status.DRAFT}


def test_all_three_lights_burn_and_most_are_green(demo: None) -> None:
    today = local_today(NOW)
    lights = Counter(light(matter.due_on, matter.warn_on, today) for matter in Matter.objects.open())
    assert min(lights[one] for one in Light) >= 5
    assert lights[Light.GREEN] > lights[Light.RED]


def test_nothing_happens_after_the_present_or_before_its_time(demo: None) -> None:
    for matter in Matter.objects.exclude(closed_at=None):
        assert matter.opened_at < matter.closed_at <= NOW  # type: ignore[operator]
    assert Matter.objects.filter(opened_at__lt=NOW - timedelta(days=95)).count() == 0


def test_promises_were_kept_and_missed_and_no_day_is_ahead_of_its_verdict(demo: None) -> None:
    settled = Promise.objects.exclude(settled_at=None)
    assert set(settled.values_list("status", flat=True)) == {PromiseStatus.KEPT, PromiseStatus.NOT_KEPT}
    missed = settled.filter(status=PromiseStatus.NOT_KEPT)
    assert all(one.due_on < local_today(one.settled_at) for one in missed)  # type: ignore[arg-type]


def test_lights_turned_on_days_of_their_own_and_after_what_was_done(demo: None) -> None:
    fired = Firing.objects.values_list("fired_at", flat=True)
    assert len(set(fired)) >= 4
    for chain in Event.objects.filter(verb="light").values_list("chain", flat=True).distinct():
        times = list(Event.objects.filter(chain=chain).order_by("seq").values_list("at", flat=True))
        assert times == sorted(times)


def test_every_chain_of_the_ledger_holds(demo: None) -> None:
    assert list(verify()) == []


def test_no_old_notice_waits_for_a_worker(demo: None) -> None:
    assert Notice.objects.exists()
    assert not Notice.objects.filter(status=NoticeStatus.PENDING).exists()


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.STREET_STAFF, Role.HANDLER, Role.DISTRICT_STAFF])
def test_something_waits_on_the_desk_of_each_shown_account(demo: None, role: Role) -> None:
    user = User.objects.get(username=SHOWN[role])
    held = {"holder_deputy__user": user} if role == Role.DEPUTY else {"holder": user.organisation}
    assert Matter.objects.visible_to(user).open().filter(**held).count() >= 3


def test_every_role_has_an_account_that_signs_in(demo: None) -> None:
    users = User.objects.filter(username__in=SHOWN.values())
    assert {user.role for user in users} == set(Role)
    assert all(user.is_active and not user.must_change_password for user in users)
    assert users[0].check_password(PASSWORD)


def test_deputies_of_all_levels_and_standings_are_there(demo: None) -> None:
    assert set(Deputy.objects.exclude(level="").values_list("level", flat=True)) == set(CongressLevel)
    assert set(Deputy.objects.values_list("status", flat=True)) == set(DeputyStatus)
    assert Deputy.objects.filter(identity=Identity.CONSULTANT).exists()
    assert 55 <= Deputy.objects.count() <= 70


def test_coverage_list_has_gaps_to_show(demo: None) -> None:
    communities = Division.objects.filter(level=DivisionLevel.COMMUNITY)
    stations = ContactPoint.objects.filter(kind=PointKind.STATION).values_list("division", flat=True)
    assert communities.count() == 31
    assert communities.exclude(pk__in=stations).count() == 4


def test_turns_are_ahead_and_behind(demo: None) -> None:
    assert DutySlot.objects.filter(starts_at__gt=NOW).exists()
    assert DutySlot.objects.filter(starts_at__lt=NOW).exists()


def test_every_code_is_of_no_real_province(demo: None) -> None:
    official = Division.objects.exclude(level=DivisionLevel.ELECTORAL).values_list("code", flat=True)
    assert all(code.startswith("99") for code in official)


def test_every_telephone_is_a_dummy(demo: None) -> None:
    phones = [user.phone for user in User.objects.all()] + [deputy.phone for deputy in Deputy.objects.all()]
    assert all(re.fullmatch(r"1380000\d{4}", phone) for phone in phones)


def test_listing_names_each_role_and_an_open_address(demo: None) -> None:
    told = listing()
    assert all(f"  {username} " in told for username in SHOWN.values())
    code = re.search(r"/d/(\w+)/", told)
    assert code is not None
    assert Client().get(f"/d/{code.group(1)}/").status_code == 200


def test_demo_again_changes_nothing(demo: None, settings: Any) -> None:
    settings.DEMO = settings.DEVELOPMENT = True
    before = Matter.objects.count(), User.objects.count(), Deputy.objects.count()
    call_command("demo", stdout=StringIO())
    assert (Matter.objects.count(), User.objects.count(), Deputy.objects.count()) == before


def test_invented_names_are_marked_and_each_once() -> None:
    made = names(chance("test"))
    some = [next(made) for _n in range(400)]
    assert len(set(some)) == 400
    assert all(set(name[1:]) & set(data("people")["markers"]) for name in some)


def test_issues_have_all_their_texts() -> None:
    for issue in data("opinions")["issue"]:
        assert {"category", "spot", "text", "problem", "measure", "reply", "answer"} <= issue.keys(), issue["text"]
