"""群众监督员: named with consent, asked once a month, answering once by a link; gaps are seen, reporters are not."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.services import prepared_images
from liaison.base.notices.models import Channel, Notice
from liaison.base.workdays.arithmetic import SHANGHAI
from supervision.inspections import services
from supervision.inspections.models import Check, Inspector, InspectorGroup, Watch
from supervision.inspections.queries import about, rows_of, visible_groups
from supervision.inspections.services import CheckGone
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, TODAY, HandlingWorld, open_matter, signed
from tests.opinions.plans.test_plans import measured
from tests.supervision.programme.test_tasks import photo

MONTH = TODAY.replace(day=1)


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def group_of(world: HandlingWorld, *phones: str) -> InspectorGroup:
    group = services.make_group(name="荷塘监督组", named_by="荷塘社区居委会", by=world.staff, now=NOW)
    for number, phone in enumerate(phones or ("13900000001", "13900000002")):
        name_one(world, group, name=f"监督员{number}", phone=phone)
    return group


def name_one(world: HandlingWorld, group: InspectorGroup, **changes: Any) -> Inspector:
    values: dict[str, Any] = {
        "name": "耿怀谷", "phone": "13900000003", "consented_on": TODAY, "since": TODAY,
        "until": TODAY + timedelta(days=400), **changes,
    }  # fmt: skip
    return services.name_inspector(group=group, **values, by=world.staff, now=NOW)


def watched(world: HandlingWorld, group: InspectorGroup | None = None, **changes: Any) -> Watch:
    values: dict[str, Any] = {
        "matter": signed(world), "what": "东门三盏路灯是否更换", "since": TODAY,
        "until": TODAY + timedelta(days=90), **changes,
    }  # fmt: skip
    return services.put_on_watch(group=group or group_of(world), **values, by=world.staff, now=NOW)


def asked(world: HandlingWorld, **changes: Any) -> Check:
    watch = watched(world, **changes)
    services.ask_for_checks(now=NOW)
    return watch.checks.get()


def test_each_month_one_inspector_is_asked_once(world: HandlingWorld) -> None:
    watch = watched(world)
    days = [NOW + timedelta(days=n) for n in range(0, 130, 3)]
    for day in days:
        for _beat in range(2):
            services.ask_for_checks(now=day)
    checks = list(watch.checks.order_by("month"))
    assert [check.month for check in checks] == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ]
    assert len({check.inspector_id for check in checks}) == 2, "they take turns"
    sms = Notice.objects.filter(channel=Channel.SMS, key__startswith="check:")
    assert sms.count() == 4
    watch.refresh_from_db()
    assert watch.next_on is None


def test_nobody_is_asked_at_night_or_on_days_off(world: HandlingWorld) -> None:
    watched(world)
    assert services.ask_for_checks(now=at(2026, 11, 23, 23)) == 0
    assert services.ask_for_checks(now=at(2026, 11, 28)) == 0
    assert services.ask_for_checks(now=at(2026, 11, 30)) == 1


def test_look_is_taken_in_once(world: HandlingWorld) -> None:
    check = asked(world)
    for _press in range(2):
        page = Client().post(f"/i/{check.token}/", {"finding": "as_planned", "text": ""})
    for again in (page, Client().get(f"/i/{check.token}/")):
        assert (again.status_code, "之前已经收到" in again.content.decode()) == (409, True)
    check.refresh_from_db()
    assert (check.finding, check.done_at is not None) == ("as_planned", True)
    matter = check.watch.matter
    assert Event.objects.filter(chain=matter.chain, verb="inspector_check").count() == 1
    assert list(verify()) == []


def test_what_is_not_true_is_told_to_the_street(world: HandlingWorld) -> None:
    check = asked(world)
    with pytest.raises(InvalidInput) as refused:
        services.report(token=check.token, finding="untrue", text=" ", now=NOW)
    assert refused.value.field == "text"
    services.report(token=check.token, finding="untrue", text="灯还是坏的", now=NOW)
    told = Notice.objects.filter(channel=Channel.IN_APP, subject__startswith="监督员看到的与所说不符")
    assert {notice.recipient for notice in told} == {world.staff, world.secretary}


def test_page_of_the_link_shows_nobody_who_raised_it(world: HandlingWorld) -> None:
    matter = signed(world)
    measure = measured(world, matter)
    check = asked(world, matter=matter)
    page = Client().get(f"/i/{check.token}/").content.decode()
    assert "东门三盏路灯是否更换" in page
    assert measure.text in page
    reporter = matter.reporters.get()
    for hidden in (matter.title, matter.code, reporter.name, "1380000", measure.person):
        assert hidden not in page


def test_link_closes_with_its_month_its_watch_and_its_inspector(world: HandlingWorld) -> None:
    check = asked(world)
    with pytest.raises(CheckGone):
        services.open_check(check.token, now=at(2026, 12, 1))
    services.end_inspector(inspector=check.inspector, by=world.staff, now=NOW)
    with pytest.raises(CheckGone):
        services.open_check(check.token, now=NOW)
    check.inspector.refresh_from_db()
    assert check.inspector.phone == "", "who has left is written to no more"


def test_ended_watch_asks_no_more(world: HandlingWorld) -> None:
    check = asked(world)
    for _press in range(2):
        services.end_watch(watch=check.watch, by=world.staff, now=NOW)
    with pytest.raises(CheckGone):
        services.open_check(check.token, now=NOW)
    assert services.ask_for_checks(now=at(2026, 12, 1)) == 0


def test_month_without_a_look_is_a_gap(world: HandlingWorld) -> None:
    check = asked(world)
    services.ask_for_checks(now=at(2026, 12, 1))
    december = Check.objects.get(month=date(2026, 12, 1))
    services.report(token=december.token, finding="behind", text="没动工", now=at(2026, 12, 2))
    (row,) = rows_of(Watch.objects.filter(pk=check.watch_id), date(2026, 12, 3))
    assert [(one.first, one.gap) for one in row.months] == [(MONTH, True), (date(2026, 12, 1), False)]
    assert (row.gaps, row.done) == (1, [december])
    (now,) = rows_of(Watch.objects.filter(pk=check.watch_id), TODAY)
    assert now.gaps == 0, "this month is still open"


def test_group_without_inspectors_is_a_gap_until_somebody_is_named(world: HandlingWorld) -> None:
    group = services.make_group(name="空", named_by="社区", by=world.staff, now=NOW)
    watch = watched(world, group)
    services.ask_for_checks(now=NOW)
    assert not watch.checks.exists()
    name_one(world, group)
    services.ask_for_checks(now=NOW)
    assert watch.checks.count() == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("consented_on", {"consented_on": TODAY + timedelta(days=1), "since": TODAY + timedelta(days=1)}),
        ("until", {"until": TODAY - timedelta(days=1)}),
        ("until", {"until": TODAY + timedelta(days=2000)}),
        ("name", {"name": " "}),
    ],
)
def test_inspector_needs_consent_and_a_term(world: HandlingWorld, field: str, changes: dict[str, Any]) -> None:
    group = group_of(world)
    with pytest.raises(InvalidInput) as refused:
        name_one(world, group, **changes)
    assert refused.value.field == field


def test_database_keeps_no_number_of_who_has_left(world: HandlingWorld) -> None:
    group_of(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspector.objects.update(ended_at=NOW)


def test_only_the_own_committee_keeps_inspectors(world: HandlingWorld) -> None:
    group = group_of(world)
    for by in (world.other_staff, world.district_staff, world.handler, world.deputy_user):
        with pytest.raises(NotAllowed):
            services.put_on_watch(
                group=group, matter=open_matter(world), what="看", since=TODAY, until=TODAY, by=by, now=NOW
            )
    reading = {name for name, user in world.users.items() if visible_groups(user).exists()}
    assert reading == {"staff", "secretary", "district_staff", "leader"}


def test_outsider_opens_no_page_of_a_group(world: HandlingWorld) -> None:
    watch = watched(world)
    group = watch.group
    inspector = group.inspectors.first()
    assert inspector is not None
    places = [
        reverse("inspections:name", args=[group.pk]), reverse("inspections:watch", args=[group.pk]),
        reverse("inspections:end_watch", args=[watch.pk]), reverse("inspections:end_inspector", args=[inspector.pk]),
    ]  # fmt: skip
    for user in (world.other_staff, world.handler, world.deputy_user, world.leader, world.district_staff):
        client = sign_in(Client(), user)
        assert {client.post(place).status_code for place in places} <= {403, 404}
    assert not Watch.objects.exclude(ended_at=None).exists()


def test_phone_is_masked_on_the_screen(world: HandlingWorld) -> None:
    group = group_of(world)
    page = sign_in(Client(), world.staff).get(reverse("inspections:group", args=[group.pk])).content.decode()
    assert "139****0001" in page
    assert "13900000001" not in page


def test_seen_in_the_panel_of_the_matter_and_of_the_plan(world: HandlingWorld) -> None:
    matter = signed(world)
    measured(world, matter, body=world.other_department)
    check = asked(world, matter=matter)
    services.report(token=check.token, finding="behind", text="只来过一次", now=NOW)
    (watch,) = about(matter, world.staff)
    assert [one.text for one in watch.done] == ["只来过一次"]  # type: ignore[attr-defined]
    panel = reverse("inspections:panel", args=[matter.code])
    for user, status in ((world.staff, 200), (world.other_handler, 200), (world.other_staff, 404)):
        assert sign_in(Client(), user).get(panel).status_code == status


def test_photos_are_seen_where_the_matter_or_its_plan_is(world: HandlingWorld) -> None:
    matter = signed(world)
    measured(world, matter, body=world.other_department)
    check = asked(world, matter=matter)
    with prepared_images([photo()], by=None, now=NOW) as files:
        services.report(token=check.token, finding="as_planned", text="", photos=files, now=NOW)
    address = reverse("inspections:photo", args=[check.pk, check.photos.get().pk])
    panel = reverse("inspections:panel", args=[matter.code])
    for user, status in ((world.staff, 200), (world.other_handler, 200), (world.other_staff, 404)):
        client = sign_in(Client(), user)
        response = client.get(address + "?thumb=1")
        assert response.status_code == status
        assert status == 404 or b"".join(response)
        assert (address in client.get(panel).content.decode()) == (status == 200)


def test_group_is_kept_by_its_screens(world: HandlingWorld) -> None:
    client, matter = sign_in(Client(), world.staff), signed(world)
    client.post(reverse("inspections:make"), {"name": "荷塘监督组", "named_by": "社区"})
    group = InspectorGroup.objects.get()
    day, end = "2026-01-01", str(date(datetime.now(SHANGHAI).year + 1, 1, 1))
    person = {"name": "耿怀谷", "phone": "139 0000 0001", "consented_on": day, "since": day, "until": end}
    assert client.post(reverse("inspections:name", args=[group.pk]), person).status_code == 302
    bad = client.post(reverse("inspections:name", args=[group.pk]), {**person, "phone": "12"})
    assert (bad.status_code, "耿怀谷" in bad.content.decode()) == (422, True)
    what = {"code": matter.code, "what": "看路灯", "since": day, "until": end}
    assert client.post(reverse("inspections:watch", args=[group.pk]), what).status_code == 302
    assert client.post(reverse("inspections:watch", args=[group.pk]), {**what, "code": "XX"}).status_code == 422
    assert "看路灯" in client.get(reverse("inspections:group", args=[group.pk])).content.decode()


def test_pages_and_the_sweep_ask_as_little_for_thirty_as_for_one(world: HandlingWorld) -> None:
    group = group_of(world)
    first = watched(world, group)
    client = sign_in(Client(), world.staff)
    places = [reverse("inspections:groups"), reverse("inspections:group", args=[group.pk])]

    def statements(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    def swept(moment: datetime) -> int:
        with CaptureQueriesContext(connection) as caught:
            services.ask_for_checks(now=moment)
        return len(caught)

    one_sweep, before = swept(NOW), {place: statements(place) for place in places}
    common = {"group": group, "what": "看", "since": MONTH, "until": first.until}
    Watch.objects.bulk_create(Watch(matter=open_matter(world), next_on=date(2026, 12, 1), **common) for _n in range(29))
    InspectorGroup.objects.bulk_create(
        InspectorGroup(organisation=world.committee, name=f"组{n}", named_by="社区", made_at=NOW) for n in range(29)
    )
    assert swept(at(2026, 12, 1)) == one_sweep
    assert {place: statements(place) for place in places} == before
