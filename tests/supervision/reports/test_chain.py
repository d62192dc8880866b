"""A month of an invented district, lived through by station, street and district."""

from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.reports import services
from supervision.reports.models import Edition, Level, MonthlyReport
from supervision.reports.queries import compose, digest_of, figures_of, told_by, verbs_for
from supervision.reports.states import OPEN, REPORT, ReportStatus
from supervision.reports.views.desk import STEPS
from tests.factories.accounts import sign_in
from tests.factories.contact_points import ContactPointFactory
from tests.factories.matters import NOW, HandlingWorld, bring_to, open_matter
from tests.support.replay import replayed

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)
FIRST = datetime(2026, 12, 1, 0, 40, tzinfo=SHANGHAI)
LIST = "/desk/supervision/reports/"


def at(hours: float) -> datetime:
    """So many hours after the reports were drafted."""
    return FIRST + timedelta(hours=hours)


@pytest.fixture
@replayed
def drafted(world: HandlingWorld) -> HandlingWorld:
    """Matters of November, one of them raised at the street's station; the reports are drafted."""
    point = ContactPointFactory(organisation=world.committee, division=world.places.community, name="荷塘站")
    raised = bring_to(world, Status.REPLIED)
    Opinion.objects.filter(matter=raised).update(contact_point=point)
    bring_to(world, Status.CLOSED)
    open_matter(world, street=world.other_committee, holder=world.other_committee)
    services.draft_month(month=MONTH, now=FIRST)
    return world


def of(level: Level, body: Any = None) -> MonthlyReport:
    rows = MonthlyReport.objects.filter(level=level)
    return (rows.filter(organisation=body) if body else rows).get()


def sign(report: MonthlyReport, by: Any, hours: float) -> Edition:
    return services.sign_report(report=report, digest=digest_of(compose(report, now=at(hours))), by=by, now=at(hours))


def test_month_is_drafted_once_for_each_body_and_never_before_it_is_over(drafted: HandlingWorld) -> None:
    assert sorted(MonthlyReport.objects.values_list("level", flat=True)) == ["district", "station", "street", "street"]
    assert services.draft_month(month=MONTH, now=at(1)) == 0
    with pytest.raises(InvalidInput):
        services.draft_month(month=date(2026, 12, 1), now=at(1))
    told = Notice.objects.filter(channel="in_app", subject__contains="2026-11").values_list("recipient", flat=True)
    assert {drafted.helper.pk, drafted.staff.pk, drafted.secretary.pk, drafted.leader.pk} <= set(told)
    numbers = [figures_of(compose(of(*which), now=at(1)))["opened"] for which in (
        (Level.STATION,), (Level.STREET, drafted.committee), (Level.DISTRICT,),
    )]  # fmt: skip
    assert numbers == [1, 2, 3]
    assert of(Level.STATION).standing["open"] == 1
    assert of(Level.DISTRICT).standing["waiting"] == 1


def test_command_drafts_what_is_missing(drafted: HandlingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(at(1)):
        call_command("report", month="2026-10", organisation=drafted.committee.code)
        call_command("report")
        for wrong in ({"month": "2026-13"}, {"month": "2026-12"}, {"organisation": "nobody"}):
            with pytest.raises(CommandError):
                call_command("report", **wrong)
    assert capsys.readouterr().out.splitlines() == ["2026-10: 2 reports drafted", "2026-11: 0 reports drafted"]


def test_chain_from_station_to_district(drafted: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "FORMS", ("csv",))
    station, street, district = of(Level.STATION), of(Level.STREET, drafted.committee), of(Level.DISTRICT)
    services.annotate_report(report=station, section="flow", text="雨天路灯问题多。", by=drafted.helper, now=at(1))
    sign(station, drafted.helper, 2)
    services.hand_up_report(report=station, by=drafted.helper, now=at(3))
    services.send_back_report(report=station, reason="说明写具体些", by=drafted.staff, now=at(4))
    services.annotate_report(report=station, section="flow", text="三个小区的路灯。", by=drafted.helper, now=at(5))
    second = sign(station, drafted.helper, 6)
    assert (second.number, second.why) == (2, "说明写具体些")
    assert [(one["was"], one["now"]) for one in second.differs] == [("雨天路灯问题多。", "三个小区的路灯。")]
    services.hand_up_report(report=station, by=drafted.helper, now=at(7))
    services.receive_report(report=station, by=drafted.staff, now=at(8))
    assert station.receipt == f"202611-{station.pk}-2-{second.digest[:8]}"
    Edition.objects.filter(report=station, number=1).update(content={"sections": []})
    assert told_by([station])[0][1]["opened"] == 1
    edition = sign(street, drafted.secretary, 9)
    assert [one["arrived"] for one in edition.content["below"]] == [True]
    services.hand_up_report(report=street, by=drafted.staff, now=at(10))
    services.receive_report(report=street, by=drafted.district_staff, now=at(11))
    last = sign(district, drafted.leader, 12)
    assert sorted(one["arrived"] for one in last.content["below"]) == [False, True]
    with pytest.raises(NotAllowed):
        services.hand_up_report(report=district, by=drafted.leader, now=at(13))
    verbs = list(Event.objects.filter(chain=station.chain).order_by("seq").values_list("verb", flat=True))
    assert verbs == [
        "draft_report", "annotate_report", "sign_report", "hand_up_report", "send_back_report", "annotate_report",
        "sign_report", "hand_up_report", "receive_report",
    ]  # fmt: skip


def test_signed_edition_stays_and_a_later_change_is_a_correction(
    drafted: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FORMS", ("docx", "csv"))
    district = of(Level.DISTRICT)
    first = sign(district, drafted.leader, 1)
    files = {one.form: one.file for one in first.files.select_related("file")}
    assert files.keys() == {"docx", "csv"}
    client = sign_in(Client(), drafted.leader)
    issued = {form: body(client.get(f"{LIST}{district.pk}/1/report.{form}")) for form in files}
    open_matter(drafted, now=NOW + timedelta(days=1))
    with time_machine.travel(at(2), tick=True):
        client = sign_in(Client(), drafted.leader)
        assert "签发以后，有" in client.get(f"{LIST}{district.pk}/").content.decode()
        services.correct_report(report=district, reason="补录了一件", by=drafted.leader, now=at(2))
        second = sign(district, drafted.leader, 3)
        page = client.get(f"{LIST}{district.pk}/").content.decode()
    opened = next(one for one in second.differs if one["name"] == "新收")
    assert (opened["was"], opened["now"], second.why) == (3, 4, "补录了一件")
    assert "第 2 版" in page
    assert "第 1 版" in page
    assert figures_of(Edition.objects.get(pk=first.pk).content)["opened"] == 3
    client = sign_in(Client(), drafted.leader)
    again = {form: body(client.get(f"{LIST}{district.pk}/1/report.{form}")) for form in files}
    assert again == issued


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_signer_signs_what_was_read(drafted: HandlingWorld) -> None:
    district = of(Level.DISTRICT)
    read = digest_of(compose(district, now=at(1)))
    open_matter(drafted, now=NOW)
    with pytest.raises(StaleState):
        services.sign_report(report=district, digest=read, by=drafted.leader, now=at(1))
    assert not Edition.objects.exists()


SIGNERS = {
    Level.STATION: {"helper", "secretary"}, Level.STREET: {"secretary"}, Level.DISTRICT: {"leader"},
}  # fmt: skip
PEOPLE = ("helper", "secretary", "staff", "other_staff", "leader", "district_staff", "head")


def test_only_the_own_body_signs(drafted: HandlingWorld) -> None:
    for level, name in product(SIGNERS, PEOPLE):
        report = of(level, drafted.committee if level == Level.STREET else None)
        user, may = drafted.users[name], name in SIGNERS[level]
        assert ("sign_report" in verbs_for(user, report)) == may, (level, name)
        if not may:
            with pytest.raises(NotAllowed):
                sign(report, user, 1)


def test_every_state_is_reached_and_left_and_every_verb_has_a_button() -> None:
    targets = {row.target for row in REPORT.rows if row.target}
    assert targets == set(ReportStatus)
    assert all(REPORT.verbs_from(status) for status in ReportStatus)
    assert {row.verb for row in REPORT.rows} - STEPS.keys() == {"draft_report", "annotate_report"}
    assert all("sign_report" in [row.verb for row in REPORT.verbs_from(status)] for status in OPEN)


def test_screens_from_list_to_receipt(drafted: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "FORMS", ("csv", "xlsx"))
    station, street = of(Level.STATION), of(Level.STREET, drafted.committee)
    with time_machine.travel(at(1), tick=True):
        helper, staff, outsider = (
            sign_in(Client(), drafted.users[name]) for name in ("helper", "staff", "other_staff")
        )
        place = f"{LIST}{station.pk}/"
        assert helper.get(f"{LIST}{street.pk}/").status_code == 404
        assert "荷塘站" in helper.get(f"{LIST}?waits=1&month=2026-11&level=station&status=drafted").content.decode()
        assert "没有找到" in helper.get(f"{LIST}?month=1999-01").content.decode()
        for refused in (place, f"{place}rows/opened/", f"{place}draft.pdf", f"{place}below/"):
            assert outsider.get(refused).status_code == 404, refused
        assert sign_in(Client(), drafted.handler).get(LIST).status_code == 403
        assert helper.post(f"{place}notes/flow/", {"text": "字" * 2001}).status_code == 422
        assert helper.post(f"{place}notes/flow/", {"text": "夜里看不见路。"}).status_code == 302
        page = helper.get(place).content.decode()
        assert "夜里看不见路。" in page
        dialog = helper.get(f"{place}notes/flow/", headers={"HX-Request": "true"}).content.decode()
        assert "data-dialog-close" in dialog
        assert "夜里看不见路。" in dialog
        assert "还没有分类" in helper.get(f"{place}rows/opened/?by=category&key=0").content.decode()
        for wrong in ("by=tier&key=7", "by=month&key=1", "by=deputy&key=0", "by=category&key=x", "by=channel&key=no"):
            assert helper.get(f"{place}rows/opened/?{wrong}").status_code == 404, wrong
        assert "下面是分子“群众说解决了”" in helper.get(f"{place}rows/solved_rate/").content.decode()
        assert 'data-total="1"' in helper.get(f"{place}rows/opened/").content.decode()
        digest = page.split('name="digest" value="')[1][:64]
        helper.post(f"{place}do/sign_report/", {"digest": "0" * 64})
        assert not Edition.objects.exists()
        helper.post(f"{place}do/sign_report/", {"digest": digest})
        helper.post(f"{place}do/hand_up_report/")
        compiled = staff.get(f"{LIST}{street.pk}/below/").content.decode()
        assert "已上报 1 份，未上报 0 份" in compiled
        refused_step = staff.post(f"{place}why/send_back_report/", {"reason": " "}, headers={"HX-Request": "true"})
        assert refused_step.status_code == 422
        assert staff.get(f"{place}why/send_back_report/").status_code == 200
        staff.post(f"{place}do/receive_report/")
        station.refresh_from_db()
        assert station.status == ReportStatus.RECEIVED
        assert station.receipt in helper.get(place).content.decode()
        assert staff.get(f"{place}rows/nothing/").status_code == 404
        assert staff.post(f"{place}do/nothing/").status_code == 404
        assert staff.get(f"{place}1/report.exe").status_code == 404


def test_those_missing_are_reminded_once_a_day(drafted: HandlingWorld) -> None:
    with time_machine.travel(at(9), tick=True):
        client = sign_in(Client(), drafted.district_staff)
        district = of(Level.DISTRICT)
        before = Notice.objects.count()
        for _n in range(2):
            assert client.post(f"{LIST}{district.pk}/remind/").status_code == 302
        assert MonthlyReport.objects.filter(reminded_on=at(9).date()).count() == 2
        assert Notice.objects.filter(recipient=drafted.secretary, subject__contains="请上报").count() == 1
        assert Notice.objects.count() > before


def test_lists_ask_as_much_for_thirty_as_for_one(drafted: HandlingWorld) -> None:
    with time_machine.travel(at(1), tick=True):
        client, costs = sign_in(Client(), drafted.district_staff), list[list[int]]()
        district = of(Level.DISTRICT)
        for _n in range(2):
            costs.append([])
            for path in (LIST, f"{LIST}{district.pk}/below/"):
                client.get(path)
                with CaptureQueriesContext(connection) as queries:
                    client.get(path)
                costs[-1].append(len(queries))
            ContactPointFactory.create_batch(30, organisation=drafted.committee, division=drafted.places.community)
            services.draft_month(month=MONTH, now=at(2))
        assert costs[0] == costs[1]
        assert MonthlyReport.objects.count() == 4 + 60
        assert Matter.objects.count() == 3
