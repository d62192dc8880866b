"""Importing a roster: dry run, bad rows, nothing by halves, again without change, renewals."""

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from deputies.accounts.models import Role, User
from deputies.contact_points import importing
from deputies.contact_points.importing import apply_plan, plan_import
from deputies.contact_points.models import ContactPoint, Stationing
from deputies.roster.models import CongressLevel, Deputy, Group, Term
from deputies.roster.services.rows import ordinal
from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.imports import read_table
from liaison.base.privacy import blind_index
from tests.factories.accounts import UserFactory
from tests.factories.contact_points import ContactPointFactory, StationingFactory
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory, TermFactory
from tests.factories.roster_files import NOW, TODAY, imported, roster_csv, roster_row, roster_table

pytestmark = pytest.mark.django_db


def _errors(*rows: dict[str, str], by: User | None = None) -> list[tuple[int, str, str]]:
    plan = plan_import(roster_table(*rows), by=by, today=TODAY)
    return [(error.row, error.column, str(error.reason)) for error in plan.report.errors]


def test_import_takes_every_column(
    world: StreetWorld, staff: User, term: Term, point: ContactPoint, group: Group
) -> None:
    full = roster_row(
        身份="人大代表", 届次="第六届", 选区="第1选区", 代表团="云溪代表团", 专业代表组="法治组", 职务="示例职务",
        手机="138 0000 0001", 驻点代码=point.code.lower(), 公开项="照片、职务",
    )  # fmt: skip
    plan = imported(full, by=staff)
    assert (plan.report.created, plan.report.rows) == (1, 1)
    deputy = Deputy.objects.get()
    assert (deputy.name, deputy.level, deputy.term, deputy.electoral_district) == (
        "单样云",
        "county",
        term,
        world.electoral,
    )
    assert (str(deputy.delegation), deputy.title, deputy.certificate) == ("云溪代表团", "示例职务", "QX1")
    assert (deputy.phone, deputy.phone_index) == ("13800000001", blind_index("13800000001"))
    assert list(deputy.groups.all()) == [group]
    assert deputy.public_fields == ["photo", "title"]
    assert Stationing.objects.get().contact_point == point
    assert deputy.pinyin == "shan yangyun"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_file_is_read_alike_by_readers_of_either_language(staff: User, term: Term, group: Group, language: str) -> None:
    with override(language):
        plan = imported(roster_row(身份="人大代表", 公开项="照片、职务"), by=staff)
    assert plan.report.errors == []
    assert Deputy.objects.get().public_fields == ["photo", "title"]


def test_dry_run_writes_nothing(staff: User, term: Term) -> None:
    plan = plan_import(roster_table(roster_row()), by=staff, today=TODAY)
    assert plan.report.created == 1
    assert not Deputy.objects.exists()
    assert not Event.objects.exists()


def test_second_import_of_the_same_file_changes_nothing(
    staff: User, term: Term, point: ContactPoint, group: Group
) -> None:
    rows = (
        roster_row(驻点代码=point.code, 专业代表组="法治组", 公开项="简介"),
        roster_row(姓名="李例", 手机="", 代表证号=""),
        roster_row(姓名="王议", 身份="议政代表", 级别="", 届次="", 手机="", 代表证号=""),
    )
    imported(*rows, by=staff)
    before = (Event.objects.count(), Stationing.objects.count())
    again = imported(*rows, by=staff)
    assert (again.report.created, again.report.updated, again.report.unchanged) == (0, 0, 3)
    assert (Event.objects.count(), Stationing.objects.count()) == before
    assert Deputy.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"姓名": ""}, "姓名"),
        ({"姓名": "字" * 61}, "姓名"),
        ({"身份": "村民"}, "身份"),
        ({"级别": "星际"}, "级别"),
        ({"级别": ""}, "级别"),
        ({"届次": ""}, "届次"),
        ({"届次": "99"}, "届次"),
        ({"届次": "abc"}, "届次"),
        ({"选区": "第9选区"}, "选区"),
        ({"代表团": "没有的团"}, "代表团"),
        ({"专业代表组": "没有的组"}, "专业代表组"),
        ({"职务": "字" * 121}, "职务"),
        ({"手机": "12345"}, "手机"),
        ({"联系机构代码": "NONE"}, "联系机构代码"),
        ({"联系机构代码": "SQ"}, "联系机构代码"),
        ({"驻点代码": "XXXXXXX"}, "驻点代码"),
        ({"公开项": "住址"}, "公开项"),
        ({"身份": "议政代表"}, "级别"),
    ],
)
def test_bad_row_is_told_with_number_column_and_reason(
    staff: User, term: Term, values: dict[str, str], column: str
) -> None:
    good = roster_row(姓名="好例", 手机="13800000009", 代表证号="QX9")
    errors = _errors(good, roster_row(**values), by=staff)
    assert [(row, where) for row, where, _reason in errors] == [(3, column)]
    assert len(errors[0][2]) > 4


def test_every_bad_cell_of_a_row_is_told_at_once(staff: User, term: Term) -> None:
    errors = _errors(roster_row(姓名="", 届次="99", 手机="1", 公开项="住址"), by=staff)
    assert [(row, column) for row, column, _reason in errors] == [(2, "届次"), (2, "姓名"), (2, "手机"), (2, "公开项")]


def test_one_bad_row_imports_nothing(staff: User, term: Term) -> None:
    plan = plan_import(roster_table(roster_row(), roster_row(姓名="", 手机="", 代表证号="")), by=staff, today=TODAY)
    with pytest.raises(InvalidInput):
        apply_plan(plan, by=staff, now=NOW, today=TODAY)
    assert not Deputy.objects.exists()


def test_failure_in_the_middle_imports_nothing(staff: User, term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_import(
        roster_table(roster_row(), roster_row(姓名="李例", 手机="13800000002", 代表证号="QX2")), by=staff, today=TODAY
    )
    really, calls = importing.add_deputy, []

    def stumble(**values: Any) -> Deputy:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        return really(**values)

    monkeypatch.setattr(importing, "add_deputy", stumble)
    with pytest.raises(RuntimeError):
        apply_plan(plan, by=staff, now=NOW, today=TODAY)
    assert not Deputy.objects.exists()


def test_the_same_person_twice_in_a_file_is_told(staff: User, term: Term) -> None:
    errors = _errors(roster_row(), roster_row(代表证号="QX2"), roster_row(姓名="李例", 手机="13800000003"), by=staff)
    assert [error[0] for error in errors] == [3, 4]
    assert "第 2 行" in errors[0][2]


def test_blank_cells_keep_what_is_known(world: StreetWorld, staff: User, term: Term, group: Group) -> None:
    imported(roster_row(职务="示例职务", 专业代表组="法治组", 公开项="职务", 选区="第1选区"), by=staff)
    plan = imported(roster_row(手机="138****0001"), by=staff)
    assert plan.report.unchanged == 1
    deputy = Deputy.objects.get()
    assert (deputy.title, deputy.phone, deputy.electoral_district) == ("示例职务", "13800000001", world.electoral)
    assert list(deputy.groups.all()) == [group]


def test_changed_cells_are_written_and_told(staff: User, term: Term) -> None:
    imported(roster_row(), by=staff)
    plan = imported(roster_row(手机="13900000001", 职务="新职务"), by=staff)
    assert plan.report.updated == 1
    deputy = Deputy.objects.get()
    assert (deputy.phone, deputy.title, deputy.version) == ("13900000001", "新职务", 2)
    assert set(Event.objects.filter(chain=deputy.chain).latest("seq").data) == {"phone", "title"}


@pytest.mark.parametrize("known_by", ["certificate", "phone"])
def test_a_new_term_renews_the_same_record_and_code(world: StreetWorld, staff: User, term: Term, known_by: str) -> None:
    old = DeputyFactory.create(
        name="单样云", organisation=world.committee, term=term,
        certificate="QX1" if known_by == "certificate" else "OLD",
        phone="13800000001", phone_index=blind_index("13800000001"), status="ended", ended_on=TODAY,
    )  # fmt: skip
    new_term = TermFactory.create(division=world.district, number=7)
    plan = imported(roster_row(届次="7", 手机="" if known_by == "certificate" else "13800000001"), by=staff)
    assert [step.verb for step in plan.steps] == ["renew"]
    deputy = Deputy.objects.get()
    assert (deputy.pk, deputy.code, deputy.term, deputy.status) == (old.pk, old.code, new_term, "active")
    assert (deputy.ended_on, deputy.certificate) == (None, "QX1")
    assert imported(roster_row(届次="7"), by=staff).report.unchanged == 1


def test_an_old_file_does_not_bring_back_one_who_has_left(world: StreetWorld, staff: User, term: Term) -> None:
    DeputyFactory.create(name="单样云", organisation=world.committee, term=term, certificate="QX1", status="ended")
    imported(roster_row(), by=staff)
    assert Deputy.objects.get().status == "ended"


def test_an_older_term_than_the_one_on_record_is_told(world: StreetWorld, staff: User, term: Term) -> None:
    newer = TermFactory.create(division=world.district, number=7)
    DeputyFactory.create(
        name="单样云",
        organisation=world.committee,
        term=newer,
        phone="13800000001",
        phone_index=blind_index("13800000001"),
    )
    assert [error[1] for error in _errors(roster_row(代表证号=""), by=staff)] == ["届次"]


def test_a_term_that_is_over_takes_no_new_deputy(staff: User, term: Term) -> None:
    Term.objects.filter(pk=term.pk).update(ends_on=date(2026, 6, 1))
    assert [error[1] for error in _errors(roster_row(), by=staff)] == ["届次"]


@pytest.mark.parametrize(
    ("values", "column"),
    [({"姓名": "李例"}, "代表证号"), ({"姓名": "李例", "代表证号": "QX2"}, "手机")],
)
def test_anothers_certificate_or_number_is_told(staff: User, term: Term, values: dict[str, str], column: str) -> None:
    imported(roster_row(), by=staff)
    assert [error[1] for error in _errors(roster_row(**values), by=staff)] == [column]


def test_namesakes_are_told_apart_by_certificate_only(staff: User, term: Term) -> None:
    imported(roster_row(), by=staff)
    assert _errors(roster_row(手机="13900000002", 代表证号="QX2"), by=staff) == []
    assert [error[1] for error in _errors(roster_row(手机="13900000002", 代表证号=""), by=staff)] == ["手机"]


def test_one_who_belongs_to_another_street_is_refused_without_naming(
    world: StreetWorld, staff: User, term: Term
) -> None:
    DeputyFactory.create(
        name="别街人",
        organisation=world.other_committee,
        term=term,
        phone="13800000001",
        phone_index=blind_index("13800000001"),
    )
    errors = _errors(roster_row(代表证号=""), by=staff)
    assert [error[1] for error in errors] == ["手机"]
    assert "别街人" not in errors[0][2]
    assert [error[1] for error in _errors(roster_row(姓名="别街人", 代表证号=""), by=staff)] == ["联系机构代码"]


def test_another_streets_point_is_refused(world: StreetWorld, staff: User, term: Term) -> None:
    other = ContactPointFactory.create(organisation=world.other_committee)
    assert [error[1] for error in _errors(roster_row(驻点代码=other.code), by=staff)] == ["驻点代码"]


def test_points_are_added_and_never_taken_away(
    world: StreetWorld, staff: User, term: Term, point: ContactPoint
) -> None:
    imported(roster_row(), by=staff)
    other = ContactPointFactory.create(organisation=world.committee)
    StationingFactory.create(contact_point=other, deputy=Deputy.objects.get())
    plan = imported(roster_row(驻点代码=f"{point.code}、{other.code}"), by=staff)
    assert [step.stations for step in plan.steps] == [(point,)]
    assert Stationing.objects.current().count() == 2


def test_missing_column_and_empty_table_are_told(staff: User) -> None:
    report = plan_import(read_table(b"a,b\n1,2\n", name="x.csv"), by=staff, today=TODAY).report
    assert [(error.row, error.column) for error in report.errors] == [(1, "姓名"), (1, "a"), (1, "b")]
    report = plan_import(read_table(roster_csv(), name="x.csv"), by=staff, today=TODAY).report
    assert len(report.errors) == 1


def test_import_by_a_liaison_officer_is_refused(world: StreetWorld, term: Term) -> None:
    officer = UserFactory.create(role=Role.LIAISON_OFFICER, organisation=world.committee)
    with pytest.raises(NotAllowed):
        plan_import(roster_table(roster_row()), by=officer, today=TODAY)


def test_import_of_300_rows_does_not_ask_row_by_row(
    staff: User, term: Term, django_assert_max_num_queries: Any
) -> None:
    rows = [roster_row(姓名=f"示例{n:03}", 手机=f"138000{n:05}", 代表证号=f"QX{n}") for n in range(300)]
    table = roster_table(*rows)
    with django_assert_max_num_queries(30):
        plan = plan_import(table, by=staff, today=TODAY)
    assert plan.report.created == 300


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6", 6),
        ("第6届", 6),
        ("第六届", 6),
        ("十", 10),
        ("十七", 17),
        ("二十", 20),
        ("第二十一届", 21),
        ("x", None),
        ("", None),
    ],
)
def test_ordinal_reads_numbers_in_chinese(text: str, number: int | None) -> None:
    assert ordinal(text) == number


@given(st.integers(min_value=1, max_value=99))
def test_ordinal_reads_back_every_number(number: int) -> None:
    digits = "零一二三四五六七八九"
    tens, units = divmod(number, 10)
    words = ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[units] if units else "")
    assert ordinal(f"第{words}届") == number


@given(st.text(max_size=12))
def test_ordinal_of_any_text_is_a_number_or_none(text: str) -> None:
    found = ordinal(text)
    assert found is None or found >= 0


def test_term_of_another_congress_of_the_same_level_is_not_taken(world: StreetWorld, staff: User, term: Term) -> None:
    TermFactory.create(number=9, level=CongressLevel.COUNTY)
    assert [error[1] for error in _errors(roster_row(届次="9"), by=staff)] == ["届次"]
