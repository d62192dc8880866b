"""What a report counts and whose it is: stations and their points, moved and merged bodies, the ends of a month."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils.translation import override

from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint, PointKind
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import Tier
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.succession.queries import impact_of, seal
from opinions.succession.services import merge_street
from supervision.reports import services
from supervision.reports.access import takes_in, writes
from supervision.reports.models import Level, MonthlyReport
from supervision.reports.queries import below, compose, digest_of, figures_of, reports, waits
from supervision.reports.registry import registry
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.contact_points import ContactPointFactory
from tests.factories.matters import HandlingWorld, bring_to, open_matter

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)
AFTER = datetime(2026, 12, 1, 8, 0, tzinfo=SHANGHAI)
LIST = "/desk/supervision/reports/"


@pytest.fixture(autouse=True)
def _december() -> Iterator[None]:
    with time_machine.travel(AFTER, tick=True):
        yield


def station(world: HandlingWorld, **others: Any) -> ContactPoint:
    given = {"organisation": world.committee, "division": world.places.community, "name": "荷塘站", **others}
    return ContactPointFactory(**given)


def raised_at(point: ContactPoint, matter: Matter) -> Matter:
    Opinion.objects.filter(matter=matter).update(contact_point=point)
    return matter


def draft() -> int:
    return services.draft_month(month=MONTH, now=AFTER)


def sign(report: MonthlyReport, by: User) -> None:
    services.sign_report(report=report, digest=digest_of(compose(report, now=AFTER)), by=by, now=AFTER)


def figures(report: MonthlyReport) -> dict[str, Any]:
    services.brought_up(AFTER)
    return figures_of(compose(report, now=AFTER))


def test_station_counts_the_points_under_it(world: HandlingWorld) -> None:
    own = station(world)
    raised_at(own, open_matter(world))
    raised_at(station(world, kind=PointKind.POINT, parent=own, name="东门点"), open_matter(world))
    raised_at(station(world, name="柳岸站"), open_matter(world))
    draft()
    report = MonthlyReport.objects.get(station=own)
    told = figures(report)
    assert (told["opened"], told["open"]) == (2, 2)


def test_month_ends_at_midnight_in_shanghai(world: HandlingWorld) -> None:
    for moment in (
        datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI), datetime(2026, 12, 1, tzinfo=SHANGHAI),
        datetime(2026, 11, 1, tzinfo=SHANGHAI), datetime(2026, 10, 31, 23, 59, 59, tzinfo=SHANGHAI),
    ):  # fmt: skip
        open_matter(world, now=moment)
    draft()
    assert figures(MonthlyReport.objects.get(level=Level.DISTRICT))["opened"] == 2


def test_rows_out_of_the_scope_are_counted_and_not_listed(world: HandlingWorld) -> None:
    own = station(world)
    seen = raised_at(own, open_matter(world))
    there = {"street": world.other_committee, "holder": world.other_committee, "division": world.places.other_community}
    other = raised_at(own, open_matter(world, title="石桥的井盖", **there))
    draft()
    place = f"{LIST}{MonthlyReport.objects.get(station=own).pk}/rows/opened/"
    page = sign_in(Client(), world.helper).get(place).content.decode()
    assert 'data-total="2"' in page
    assert "另有 1 件不在您的范围内" in page
    assert seen.title in page
    assert other.title not in page


def test_station_that_moved_has_one_report(world: HandlingWorld) -> None:
    own = station(world)
    assert draft() == 4
    ContactPoint.objects.filter(pk=own.pk).update(organisation=world.other_committee)
    assert draft() == 0


def test_officer_of_a_station_has_that_station_and_one_of_a_street_all(world: HandlingWorld) -> None:
    theirs, streets = station(world, organisation=world.places.station), station(world, name="柳岸站")
    draft()
    officer = UserFactory(username="officer", role=Role.LIAISON_OFFICER, organisation=world.places.station)
    for user, held in ((officer, {theirs.pk}), (world.helper, {theirs.pk, streets.pk})):
        assert {one.station_id for one in reports(user)} == held, user.username
        for report in MonthlyReport.objects.all():
            assert writes(user, report) == (report.station_id in held), (user.username, report.pk)


def test_station_in_no_street_hands_up_to_the_district(world: HandlingWorld) -> None:
    own = station(world, organisation=world.congress)
    draft()
    report = MonthlyReport.objects.get(station=own)
    district = MonthlyReport.objects.get(level=Level.DISTRICT)
    assert report in below(district)
    assert report.upper == world.congress
    assert writes(world.district_staff, report)
    assert not writes(world.secretary, report)


def test_reports_handed_up_to_a_merged_street_wait_at_its_successor(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FORMS", ("csv",))
    station(world)
    draft()
    report = MonthlyReport.objects.get(level=Level.STATION)
    sign(report, world.helper)
    services.hand_up_report(report=report, by=world.helper, now=AFTER)
    into = world.other_committee
    merge_street(
        body=world.committee, into=into, reason="区划调整", seen=seal(impact_of(world.committee), into),
        by=world.district_staff, now=AFTER,
    )  # fmt: skip
    street = MonthlyReport.objects.get(level=Level.STREET, organisation=into)
    assert report in below(street)
    assert takes_in(world.other_staff, report)
    assert report in MonthlyReport.objects.filter(waits(world.other_staff))


def test_proposals_stand_in_the_table_of_tiers_as_they_were_at_drafting(world: HandlingWorld) -> None:
    bring_to(world, Status.PROPOSED)
    draft()
    bring_to(world, Status.PROPOSED)
    services.brought_up(AFTER)
    content = compose(MonthlyReport.objects.get(level=Level.DISTRICT), now=AFTER)
    table = next(one for one in content["tables"] if one["axis"] == "tier")
    told = {row["key"]: dict(zip(table["codes"], row["values"], strict=True)) for row in table["rows"]}
    assert sum(row["proposed"] for row in told.values()) == 1
    assert sum(row["opened"] for row in told.values()) == 2
    assert told.keys() <= {0, *Tier.values}


def test_report_speaks_chinese_whoever_asked_first(world: HandlingWorld) -> None:
    draft()
    registry.cache_clear()
    with override("en"):
        registry()
        content = compose(MonthlyReport.objects.get(level=Level.DISTRICT), now=AFTER)
    rows = {row["code"]: row for section in content["sections"] for row in section["rows"]}
    assert rows["content_rate"]["counts"] == "满意和基本满意 ÷ 已评价"
    with override("en"):
        assert str(registry()["content_rate"].counts) != rows["content_rate"]["counts"]


def test_signing_follows_the_ledger_before_it_begins_and_waits_for_its_end(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft()
    report, depths = MonthlyReport.objects.get(level=Level.DISTRICT), list[int]()

    def caught_up(**_given: Any) -> bool:
        depths.append(len(connection.savepoint_ids))
        return False

    monkeypatch.setattr(services, "caught_up", caught_up)
    with pytest.raises(services.NotBuilt):
        services.sign_report(report=report, digest="", by=world.leader, now=AFTER)
    with pytest.raises(services.NotBuilt):
        services.draft_month(month=MONTH, now=AFTER)
    assert depths == [len(connection.savepoint_ids)] * 2


def test_signing_that_fails_at_the_end_leaves_no_file(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    draft()
    monkeypatch.setattr(services, "FORMS", ("csv",))
    report, issue, written = MonthlyReport.objects.get(level=Level.DISTRICT), services._issue, list[Any]()

    def fail(edition: Any, stored: Any, **given: Any) -> None:
        issue(edition, stored, **given)
        written.extend(one.file for one in stored.values())
        assert all(one.storage.exists(one.name) for one in written)
        raise RuntimeError

    monkeypatch.setattr(services, "_issue", fail)
    with pytest.raises(RuntimeError):
        sign(report, world.leader)
    assert len(written) == 1
    assert not any(one.storage.exists(one.name) for one in written)
