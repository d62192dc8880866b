"""The sweep, from the act that causes it to the screen where its result is seen."""

from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deputies.roster.services import office
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from supervision.cases.services import sweep
from supervision.cases.tasks import sweep as task
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, open_matter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["suspend", "end"])
def test_deputy_out_of_office_at_the_desk_puts_the_matter_into_the_streets_queue(
    world: HandlingWorld, verb: str, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = open_matter(world, deputy=world.deputy, title="凉亭漏雨")
    desk = sign_in(Client(), world.staff)
    assert "凉亭漏雨" not in desk.get("/desk/?queue=triage").content.decode()
    posted = {"reason": "接受审查", "on": local_today(timezone.now()).isoformat()}
    at_once = patch("celery.current_app.send_task", lambda name, **_how: task() if name == task.name else None)
    monkeypatch.setattr(office.SWEEP, "quiet_until", 0.0)
    with at_once, django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        answer = desk.post(reverse("roster:office", args=[world.deputy.pk, verb]), posted)
    assert answer.status_code == 302
    assert "凉亭漏雨" in desk.get("/desk/?queue=triage").content.decode()
    page = desk.get(f"/desk/matters/{matter.code}/").content.decode()
    assert "代表离岗，移交街道" in page
    track = Client().get(f"/t/{matter.code}/").content.decode()
    assert "原来的代表已不再办理这件事" in track
    assert world.committee.name in track


def test_end_of_a_term_with_a_dead_broker_tries_it_once(
    world: HandlingWorld, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refuse(name: str, **_how: object) -> None:
        tried.append(name)
        raise OSError("connection refused")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    monkeypatch.setattr(office.SWEEP, "quiet_until", 0.0)
    now = timezone.now()
    assert world.deputy.term is not None
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert office.end_term(term=world.deputy.term, by=None, now=now, on=local_today(now)) == 2
    assert tried == [task.name]


def test_end_of_a_term_hands_all_its_matters_over(world: HandlingWorld) -> None:
    for deputy in (world.deputy, world.other_deputy):
        open_matter(world, deputy=deputy)
    now = timezone.now()
    assert world.deputy.term is not None
    office.end_term(term=world.deputy.term, by=None, now=now, on=local_today(now))
    assert sweep(now=now)["handed_over"] == 2
    assert sweep(now=now)["handed_over"] == 0
    assert not Matter.objects.exclude(holder=world.committee, holder_deputy=None).exists()
