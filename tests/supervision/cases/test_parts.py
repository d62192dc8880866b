"""The sweep as a whole: what it would do is what it does, and trying it changes nothing."""

from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from liaison.base.workdays.arithmetic import local_today
from liaison.base.workdays.official_list import parse
from liaison.base.workdays.services import save_list
from opinions.clocks.models import Clock
from opinions.clocks.services import follow_calendar
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.cases import services
from supervision.cases.foresight import foresee
from supervision.cases.services import sweep
from supervision.escalation.models import Firing
from supervision.quality.models import ChecklistItem
from supervision.quality.services import load_checklist, mark_reply
from tests.factories.ladder import LadderWorld, ladder_world, lit_matter
from tests.factories.matters import NOW, bring_to
from tests.factories.orders import sponsored
from tests.factories.programme import given
from tests.supervision.escalation.test_taking_back import closed, red_clock
from tests.supervision.inspections.test_inspections import watched

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> LadderWorld:
    """A red light, a matter whose time for rating has run out, and one whose resident did not supply."""
    world = ladder_world()
    now, today = timezone.now(), local_today(timezone.now())
    lit_matter(world, warn_on=today - timedelta(3), due_on=today - timedelta(1), now=now)
    for status in (Status.REPLIED, Status.WAITING):
        matter = bring_to(world.world, status)
        due = {"started_on": today - timedelta(9), "warn_on": today - timedelta(9), "due_on": today - timedelta(1)}
        Clock.objects.filter(matter=matter, stopped_at=None).update(**due)
    return world


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    models = [model for model in apps.get_models() if model._meta.managed]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def test_dry_run_changes_nothing_and_foretells_the_run(one: LadderWorld) -> None:
    before, out = everything(), StringIO()
    call_command("sweep", "--dry-run", "--limit", "1", stdout=out)
    assert everything() == before
    foretold = {part.part: part.count for part in foresee(now=timezone.now())}
    assert set(foretold) == set(services.PARTS)
    assert foretold["lapsed"] == foretold["expired"] == 1
    done = sweep(now=timezone.now())
    assert (done["lapsed"], done["expired"]) == (1, 1)
    assert foretold["fired"]
    assert done["fired"] >= foretold["fired"], "what goes on by expiring may be red at once"
    assert f"fired: {foretold['fired']}\n" in out.getvalue()
    assert "黄灯提醒承办人" in out.getvalue()
    assert Matter.objects.filter(status=Status.CLOSED, satisfaction="").exists(), "unrated is never satisfied"


def test_dry_run_foretells_marks_sponsors_tasks_and_checks_and_that_nobody_is_written_to_at_night() -> None:
    load_checklist()
    world = ladder_world().world
    matter = bring_to(world, Status.CLOSED)
    mark = {"items": [ChecklistItem.objects.get(code="no_measure")], "reason": "只有一句话", "by": world.secretary}
    mark_reply(reply=matter.replies.get(), now=NOW, **mark)
    sponsored(world)
    given(world)
    watched(world)
    soon = {"sponsorship": "target_on", "task": "next_on", "watch": "next_on"}
    for name, field in soon.items():
        apps.get_model("supervision", name).objects.update(**{field: local_today(NOW)})
    parts = ("marks_settled", "sponsors_reminded", "tasks_reminded", "checks_asked")
    before = everything()
    night = {part.part: part for part in foresee(now=NOW + timedelta(hours=12))}
    told = {part.part: part for part in foresee(now=NOW)}
    assert everything() == before
    assert [night[name].count for name in parts] == [1, 0, 0, 0]
    assert "nobody is written to at this hour" in night["tasks_reminded"].lines[0]
    assert told["marks_settled"].lines[0].startswith(f"{matter.code} poor")
    assert all(told[name].lines for name in parts)
    done = sweep(now=NOW)
    assert [told[name].count for name in parts] == [done[name] for name in parts] == [1, 1, 1, 1]


def test_dry_run_foretells_what_a_corrected_calendar_takes_back() -> None:
    one = ladder_world()
    follow_calendar(now=NOW)
    clock, late = red_clock(one)
    save_list(by=None, official=parse(closed(NOW.date() + timedelta(1), NOW.date() + timedelta(30))), now=late)
    assert next(part.count for part in foresee(now=late)) == 1, "first the limit itself"
    follow_calendar(now=late)
    before = everything()
    told = {part.part: part for part in foresee(now=late)}["taken_back"]
    assert everything() == before
    assert told.lines[0].startswith(f"{clock.matter.code}: ")
    assert sweep(now=late)["taken_back"] == told.count == len(told.lines) > 0


def test_second_sweep_finds_nothing(one: LadderWorld) -> None:
    sweep(now=timezone.now())
    counts = sweep(now=timezone.now())
    assert not any(counts[name] for name in ("fired", "lapsed", "expired", "handed_over", "taken_back")), counts


def test_part_that_fails_holds_up_no_other_and_is_seen(one: LadderWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, now: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setitem(services.PARTS, "lapsed", broken)
    with pytest.raises(ExceptionGroup):
        sweep(now=timezone.now())
    assert Firing.objects.exists()
