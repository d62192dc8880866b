"""Importing a year: all or nothing, every bad row named, and what changed."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import holidays
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from liaison.base.audit.models import Event
from liaison.base.workdays.arithmetic import ONE_DAY, Calendar
from liaison.base.workdays.list_files import as_json, read_list
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.official_list import BadCalendar, NotPublished, packaged_list, parse, parse_json
from liaison.base.workdays.queries import current_calendar
from liaison.base.workdays.services import load_packaged_year, planned_calendar, save_list

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MAKE_UP_2026 = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]


def listed(year: int = 2031, *days: tuple[str, bool]) -> dict[str, Any]:
    rows = days or ((f"{year}-01-01", True),)
    return {"year": year, "days": [{"name": "元旦", "date": day, "isOffDay": off} for day, off in rows]}


@pytest.mark.django_db
def test_import_replaces_the_year_and_is_used_at_once() -> None:
    save_list(by=None, official=parse(listed(2031, ("2031-01-01", True), ("2031-01-04", False))), now=NOW)
    assert current_calendar().is_workday(date(2031, 1, 4))
    change = save_list(by=None, official=parse(listed(2031, ("2031-01-01", True))), now=NOW)
    assert change.removed == (date(2031, 1, 4),)
    assert change.worked_differently == (date(2031, 1, 4),)
    assert not current_calendar().is_workday(date(2031, 1, 4))
    assert Event.objects.filter(chain="calendar:2031").count() == 2


@pytest.mark.django_db
def test_import_of_the_same_list_changes_nothing() -> None:
    save_list(by=None, official=parse(listed()), now=NOW)
    assert save_list(by=None, official=parse(listed()), now=NOW).is_empty


@pytest.mark.django_db
def test_import_names_every_bad_row_and_writes_nothing() -> None:
    days = [
        ("2031-01-01", True),
        ("2031-02-30", True),
        ("2030-01-01", True),
        ("2031-01-06", False),
        ("2031-01-01", True),
    ]
    with pytest.raises(BadCalendar) as refused:
        save_list(by=None, official=parse(listed(2031, *days)), now=NOW)
    assert [error.number for error in refused.value.errors] == [2, 3, 4, 5]
    assert not CalendarYear.objects.exists()
    assert not CalendarDay.objects.exists()


BROKEN: list[Any] = [None, [], "x", 3, {}, {"year": "2031", "days": []}, {"year": True, "days": [1]}, {"year": 2031}]


@pytest.mark.parametrize("payload", [*BROKEN, {"year": 1031, "days": [1]}, {"year": 2031, "days": [1, None, "x"]}])
def test_parse_refuses_what_is_no_list(payload: Any) -> None:
    with pytest.raises(BadCalendar):
        parse(payload)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 2_000_000])
def test_parse_json_refuses_what_is_no_json(content: bytes) -> None:
    with pytest.raises(BadCalendar):
        parse_json(content)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "date", "isOffDay", "x"]), inner)
    ),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_parse_never_fails_otherwise(rows: Any) -> None:
    with suppress(BadCalendar):
        assert parse({"year": 2031, "days": rows}).days


@pytest.mark.django_db
def test_packaged_year_has_the_make_up_days_of_2026() -> None:
    load_packaged_year(2026, by=None, now=NOW)
    calendar = current_calendar()
    assert [day for day, entry in sorted(calendar.days.items()) if not entry.is_off] == MAKE_UP_2026
    assert not calendar.is_workday(date(2026, 10, 1))
    assert "holidays" in CalendarYear.objects.get().source


def test_packaged_guess_for_a_year_to_come_is_not_taken_for_official() -> None:
    with pytest.raises(NotPublished):
        packaged_list(2035)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, Any], str]:
    def write(name: str, payload: Any) -> str:
        (tmp_path / name).write_text(json.dumps(payload), "utf-8-sig")
        return str(tmp_path / name)

    return write


@pytest.mark.django_db
def test_command_dry_run_writes_nothing(file: Callable[[str, Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_workdays", file("a.json", listed()), "--dry-run")
    assert "nothing was written" in capsys.readouterr().out
    assert not CalendarYear.objects.exists()


@pytest.mark.django_db
def test_command_imports_all_files_or_none(file: Callable[[str, Any], str]) -> None:
    good, bad = file("good.json", listed(2031)), file("bad.json", listed(2032, ("2032-13-01", True)))
    with pytest.raises(CommandError, match=r"bad\.json"):
        call_command("import_workdays", good, bad)
    assert not CalendarYear.objects.exists()
    call_command("import_workdays", good)
    assert CalendarYear.objects.get().year == 2031


@pytest.mark.django_db
def test_command_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.json"):
        call_command("import_workdays", str(tmp_path / "absent.json"))


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_packaged_year_agrees_with_its_package_for_every_day(year: int) -> None:
    official = packaged_list(year)
    calendar, known = Calendar.of([year], official.days), holidays.country_holidays("CN", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_workday(day) == known.is_working_day(day), day
        day += ONE_DAY


TABLE = "日期,至,名称,安排\n2031-01-01,2031-01-03,元旦,放假\n2031/1/4,,元旦,上班\n"


def test_table_is_read_as_the_published_format_is() -> None:
    official = read_list(TABLE.encode())
    assert (official.year, len(official.days)) == (2031, 4)
    assert parse_json(as_json(official).encode()) == official
    assert read_list(TABLE.replace(",", "\t").encode()).days == official.days, "pasted from a spreadsheet"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("昨天,,元旦,放假", "2027-01-01"),
        ("2031-01-03,2031-01-01,元旦,放假", "一个月"),
        ("2031-01-01,,元旦,休息", "放假"),
        ("2031-01-01,,,放假", "name"),
        ("2031-01-02,,元旦,上班", "本来就是工作日"),
    ],
)
def test_table_names_its_bad_row(row: str, told: str) -> None:
    with pytest.raises(BadCalendar) as refused:
        read_list(f"日期,至,名称,安排\n{row}\n".encode())
    assert told in str(refused.value)


@pytest.mark.django_db
def test_planned_calendar_is_the_one_that_the_import_makes() -> None:
    save_list(by=None, official=parse(listed(2031, ("2031-01-01", True))), now=NOW)
    official = read_list(TABLE.encode())
    planned = planned_calendar(official)
    save_list(by=None, official=official, now=NOW)
    assert planned == current_calendar()
