"""The outbox: claimed once, tried again, given up, and never sent twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from liaison.base.notices import channels
from liaison.base.notices.channels import Refused, Unclear
from liaison.base.notices.delivery import BACK_OFF, LEASE, deliver, due
from liaison.base.notices.models import Channel, Notice, NoticeStatus
from liaison.base.notices.services import DELIVER, Draft, queue
from liaison.base.workdays.arithmetic import SHANGHAI
from liaison.base.workdays.hours import Hours

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Recorder:
    """A channel that remembers what it was given, and fails as told."""

    idempotent = True
    sent: list[str]

    def __init__(self) -> None:
        self.sent = []
        self.failures: list[Exception] = []

    def send(self, notice: Notice) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(notice.key)


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr("liaison.base.notices.delivery.sender", lambda _name: recorder)
    return recorder


def sms(key: str = "m1:assigned:sms") -> Notice:
    queue([Draft(key=key, channel=Channel.SMS, address="13800000000", subject="已交办")], now=NOW)
    return Notice.objects.get(key=key)


def test_queue_same_key_twice_keeps_one_row() -> None:
    sms()
    sms()
    assert Notice.objects.count() == 1


def test_queue_address_is_encrypted_at_rest() -> None:
    from django.db import connection

    notice = sms()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM base_notice WHERE id = %s", [notice.pk])
        assert "13800000000" not in cursor.fetchone()[0]
    assert Notice.objects.get().address == "13800000000"


@transaction.atomic
def _queue_and_fail() -> None:
    sms()
    raise ZeroDivisionError


def test_queue_in_a_rolled_back_transaction_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError):
        _queue_and_fail()
    assert not Notice.objects.exists()


def test_deliver_marks_sent(channel: Recorder) -> None:
    notice = sms()
    assert deliver(notice, NOW)
    notice.refresh_from_db()
    assert (notice.status, notice.attempts, channel.sent) == (NoticeStatus.SENT, 1, ["m1:assigned:sms"])
    assert due(NOW + timedelta(days=1)) == []


def test_deliver_by_two_workers_sends_once(channel: Recorder) -> None:
    sms()
    mine, theirs = due(NOW)[0], due(NOW)[0]
    assert deliver(mine, NOW)
    assert not deliver(theirs, NOW)
    assert channel.sent == ["m1:assigned:sms"]


def test_deliver_after_failure_backs_off_then_gives_up(channel: Recorder) -> None:
    sms()
    now = NOW
    for wait in BACK_OFF:
        channel.failures = [OSError("gateway down")]
        [row] = due(now)
        assert not deliver(row, now)
        assert due(now + wait - timedelta(seconds=1)) == []
        now += wait
    channel.failures = [OSError("gateway down")]
    deliver(due(now)[0], now)
    assert Notice.objects.get().status == NoticeStatus.FAILED
    assert due(now + timedelta(days=30)) == []


def test_deliver_refused_is_not_tried_again(channel: Recorder) -> None:
    channel.failures = [Refused("no such number")]
    deliver(sms(), NOW)
    notice = Notice.objects.get()
    assert (notice.status, notice.error) == (NoticeStatus.FAILED, "no such number")


def test_deliver_one_poison_notice_does_not_stop_the_rest(channel: Recorder) -> None:
    channel.failures = [RuntimeError("poison")]
    sms("a")
    sms("b")
    assert [deliver(row, NOW) for row in due(NOW)] == [False, True]
    assert channel.sent == ["b"]


def _abandon(notice: Notice) -> None:
    """As a worker leaves it that was killed while sending."""
    Notice.objects.filter(pk=notice.pk).update(status=NoticeStatus.SENDING, attempts=1, due_at=NOW + LEASE)


def test_abandoned_row_is_left_alone_during_the_lease(channel: Recorder) -> None:
    _abandon(sms())
    assert due(NOW + LEASE - timedelta(seconds=1)) == []


def test_abandoned_row_goes_out_again_where_repetition_is_dropped(channel: Recorder) -> None:
    _abandon(sms())
    later = NOW + LEASE
    assert deliver(due(later)[0], later)
    assert channel.sent == ["m1:assigned:sms"]


def test_abandoned_row_is_uncertain_where_repetition_would_reach_the_person(channel: Recorder) -> None:
    channel.idempotent = False
    _abandon(sms())
    later = NOW + LEASE
    assert not deliver(due(later)[0], later)
    assert channel.sent == []
    assert Notice.objects.get().status == NoticeStatus.UNCERTAIN


def test_unclear_hand_over_is_tried_again_where_repetition_is_dropped(channel: Recorder) -> None:
    channel.failures = [Unclear("timed out")]
    assert not deliver(sms(), NOW)
    later = NOW + BACK_OFF[0]
    assert deliver(due(later)[0], later)
    assert channel.sent == ["m1:assigned:sms"]


def test_unclear_hand_over_is_left_to_a_person_where_repetition_would_reach_the_person(channel: Recorder) -> None:
    channel.idempotent, channel.failures = False, [Unclear("timed out")]
    assert not deliver(sms(), NOW)
    notice = Notice.objects.get()
    assert (notice.status, notice.error) == (NoticeStatus.UNCERTAIN, "timed out")
    assert due(NOW + timedelta(days=30)) == []


def test_every_configured_channel_can_be_made(settings: Any) -> None:
    channels.sender.cache_clear()
    assert {name for name in settings.NOTICE_CHANNELS if channels.sender(name)} == set(Channel.values)


def test_nudge_with_a_dead_broker_is_quick_and_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        calls.append(1)
        raise OSError("connection refused")

    monkeypatch.setattr(DELIVER, "quiet_until", 0.0)
    monkeypatch.setattr("celery.current_app.send_task", refuse)
    DELIVER()
    DELIVER()
    assert calls == [1]


def test_one_nudge_serves_what_is_queued_soon_after(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, calls = [100.0], []
    monkeypatch.setattr(DELIVER, "quiet_until", 0.0)
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr("celery.current_app.send_task", lambda _name, **options: calls.append(options["countdown"]))
    for clock[0] in (100.0, 100.0 + DELIVER.gather - 0.01, 100.0 + DELIVER.gather):
        DELIVER()
    assert calls == [DELIVER.gather, DELIVER.gather]


EVENING = datetime(2026, 11, 23, 17, 58, tzinfo=SHANGHAI)


def timed(hours: Hours | None) -> Notice:
    draft = Draft(key="m1", channel=Channel.EMAIL, address="a@example.cn", subject="督办提醒", hours=hours)
    queue([draft], now=EVENING)
    return Notice.objects.get()


def test_notice_with_hours_that_failed_in_the_evening_is_not_tried_again_at_night(channel: Recorder) -> None:
    channel.failures = [OSError("refused"), OSError("refused")]
    assert not deliver(timed(Hours()), EVENING)
    night = EVENING.replace(hour=23)
    (row,) = due(night)
    assert not deliver(row, night)
    assert (channel.sent, due(night)) == ([], [])
    notice = Notice.objects.get()
    assert (notice.due_at, notice.attempts) == (datetime(2026, 11, 24, 8, tzinfo=SHANGHAI), 1)
    assert not deliver(notice, notice.due_at)
    saturday = datetime(2026, 11, 28, 10, tzinfo=SHANGHAI)
    (row,) = due(saturday)
    assert not deliver(row, saturday)
    monday = datetime(2026, 11, 30, 8, tzinfo=SHANGHAI)
    (row,) = due(monday)
    assert deliver(row, monday)
    assert channel.sent == ["m1"]


@pytest.mark.parametrize("hours", [None, Hours(0, 24, any_day=True)])
def test_urgent_notice_is_tried_again_at_night(channel: Recorder, hours: Hours | None) -> None:
    channel.failures = [OSError("refused")]
    assert not deliver(timed(hours), EVENING)
    night = EVENING + timedelta(hours=8)
    (row,) = due(night)
    assert deliver(row, night)
