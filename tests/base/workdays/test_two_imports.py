"""Two imports at once: each says what it changed against what the one before it made."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from liaison.base.audit.services import verify
from liaison.base.workdays.models import CalendarDay
from liaison.base.workdays.official_list import OfficialList
from liaison.base.workdays.queries import calendar_version, differences
from liaison.base.workdays.services import CalendarChange, save_list

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAYS = [date(2026, 12, day) for day in (1, 2, 3, 4)]


def lists(count: int, *, alike: bool) -> list[OfficialList]:
    return [OfficialList(2026, "", ((DAYS[0 if alike else number], True, "示例节"),)) for number in range(count)]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("alike", "versions"), [(True, 1), (False, 4)])
def test_imports_at_once_stand_in_line(*, alike: bool, versions: int) -> None:
    ready, changes, errors = threading.Barrier(4), list[CalendarChange](), list[BaseException]()

    def go(official: OfficialList) -> None:
        try:
            ready.wait()
            changes.append(save_list(by=None, official=official, now=NOW))
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(one,)) for one in lists(4, alike=alike)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert calendar_version() == versions
    assert sum(not change.was_known for change in changes) == 1
    (last,) = CalendarDay.objects.values_list("date", flat=True)
    told = [differences(version, version + 1).days for version in range(versions)]
    assert told[-1] == ({last} if alike else {last, *told[-2] - told[-3]} if versions > 2 else set())
    assert not list(verify())
