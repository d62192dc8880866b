"""A clock that is suddenly far ahead: nothing is swept by itself until it lasts, or until a person sweeps."""

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role, User
from opinions.clocks.models import Clock
from supervision.cases import pulse
from supervision.cases.models import Pulse
from supervision.cases.services import sweep
from supervision.cases.tasks import sweep as task
from supervision.escalation.models import Firing, Setback
from tests.factories.accounts import sign_in
from tests.factories.ladder import ladder_world, lit_matter
from tests.factories.matters import NOW, TODAY

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
MINUTE = timedelta(minutes=1)


def swept(moment: datetime) -> int:
    """What beat brings about at a moment; how many rungs have fired by then."""
    with patch("django.utils.timezone.now", return_value=moment):
        task()
    return Firing.objects.count()


@pytest.fixture(autouse=True)
def clock() -> Clock:
    """A limit that becomes yellow in twenty days, and a first sweep."""
    made = lit_matter(ladder_world(), warn_on=TODAY + timedelta(20), due_on=TODAY + timedelta(21))
    assert swept(NOW) == 0
    return made


def test_wrong_clock_fires_nothing_and_the_right_one_goes_on_at_once() -> None:
    assert swept(NOW + YEAR) == swept(NOW + YEAR + 5 * MINUTE) == 0
    assert Pulse.objects.get().held_since == NOW + YEAR
    assert swept(NOW + 10 * MINUTE) == 0
    assert Pulse.objects.get().held_since is None
    assert swept(NOW + timedelta(10)) == 0
    assert swept(NOW + timedelta(20)) == 2, "the warning day has come"


def test_outage_of_weeks_is_made_up_once_the_clock_has_lasted() -> None:
    back = NOW + timedelta(30)
    assert [swept(back + minute * MINUTE) for minute in (0, 10, 20, 29)] == [0] * 4
    assert swept(back + 30 * MINUTE) == 5
    assert swept(back + 31 * MINUTE) == 5


def test_clock_that_jumps_on_while_it_is_held_begins_to_wait_anew() -> None:
    assert swept(NOW + YEAR) == swept(NOW + 2 * YEAR) == swept(NOW + 2 * YEAR + 29 * MINUTE) == 0
    assert swept(NOW + YEAR + 31 * MINUTE) == 0, "back, and still a year ahead"


def test_clock_that_is_wrong_twice_is_not_taken_for_one_that_lasts() -> None:
    assert swept(NOW + YEAR) == swept(NOW + YEAR + timedelta(2)) == swept(NOW + YEAR + timedelta(4)) == 0


def test_two_clocks_of_which_one_is_wrong_never_make_each_other_believed() -> None:
    for minute in range(0, 90, 5):
        assert swept(NOW + minute * MINUTE) == swept(NOW + YEAR + minute * MINUTE) == 0
        assert swept(NOW - YEAR + minute * MINUTE) == 0
    assert Pulse.objects.get().swept_at == NOW + 85 * MINUTE


def test_person_who_sweeps_is_believed_in_both_directions() -> None:
    for moment in (NOW + YEAR, NOW + timedelta(1)):
        with patch("django.utils.timezone.now", return_value=moment):
            call_command("sweep", verbosity=0)
        assert Pulse.objects.get().swept_at == moment
    assert Firing.objects.count() == 6


def test_part_that_fails_does_not_make_the_sweep_look_old() -> None:
    with (
        patch.dict("supervision.cases.services.PARTS", {"fired": lambda **_now: 1 / 0}),
        pytest.raises(ExceptionGroup),
    ):
        sweep(now=NOW + MINUTE)
    assert Pulse.objects.get().swept_at == NOW + MINUTE


def test_machines_are_told_of_age_and_of_what_is_set_aside(client: Client, clock: Clock) -> None:
    Setback.objects.create(clock=clock, error="ValueError: x", since=NOW)
    with patch("django.utils.timezone.now", return_value=NOW + 2 * MINUTE):
        told = client.get("/metrics").content.decode()
        assert client.get("/readyz").json() == {"status": "ok", "failing": {}}
    assert "liaison_sweep_set_aside 1.0" in told
    assert "liaison_sweep_age_seconds 120.0" in told
    assert "liaison_sweep_held 0.0" in told


@pytest.mark.parametrize("hours", [2, -24 * 11])
def test_sweep_that_is_late_or_far_ahead_is_degraded_and_ready(client: Client, hours: int) -> None:
    with patch("django.utils.timezone.now", return_value=NOW + timedelta(hours=hours)):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert "2026-11-23 02:00" in response.json()["failing"]["sweep"]


def test_clock_that_is_not_believed_is_told_by_readyz(client: Client) -> None:
    swept(NOW + YEAR)
    assert client.get("/readyz").json()["failing"] == {"sweep": "held: the clock went on from 2026-11-23 to 2027-11-23"}
    assert pulse.believed(now=NOW)


def test_clock_that_is_not_believed_is_told_to_who_supervises_and_to_who_sweeps(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    chair, deputy = User.objects.get(username="chair"), User.objects.filter(role=Role.DEPUTY).earliest("id")
    lights, told = reverse("escalation:lights"), "督办巡查已暂停：上次巡查是 2026-11-23 10:00"
    assert told not in sign_in(client, chair).get(lights).content.decode()
    swept(NOW + YEAR)
    page = client.get(lights).content.decode()
    assert f"{told}，服务器时钟却一下走到了 2027-11-23 10:00" in page
    assert "manage.py sweep" in page
    assert told not in sign_in(Client(), deputy).get(reverse("promises:list")).content.decode()
    for options in (["--dry-run"], []):
        call_command("sweep", *options)
        err = capsys.readouterr().err
        assert err.startswith("held since the clock went on from 2026-11-23 to 2027-11-23: ")
    assert told not in client.get(lights).content.decode()
    assert pulse.held() is None
