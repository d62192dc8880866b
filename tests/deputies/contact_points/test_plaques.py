"""Plaques: what they say, that they scan, and hundreds of them in the background."""

import io
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from PIL import Image, ImageOps

from deputies.accounts.models import Role, User
from deputies.contact_points import plaques
from deputies.contact_points.models import ContactPoint
from deputies.roster.models import Deputy
from liaison.base.jobs import services, tasks
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.tasks import run
from liaison.celery import app
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.contact_points import ContactPointFactory, StationingFactory
from tests.factories.organisations import StreetWorld
from tests.factories.roster import DeputyFactory

pytestmark = pytest.mark.django_db
SMALL = 0.22
"""A plaque printed at a fifth of A4: its symbol is then 17 mm wide."""


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    return sign_in(client, staff)


@pytest.fixture
def point(world: StreetWorld) -> ContactPoint:
    return ContactPointFactory.create(organisation=world.committee, division=world.community, phone="0990-5550000")


@pytest.fixture
def deputy(world: StreetWorld) -> Deputy:
    return DeputyFactory.create(
        organisation=world.committee, electoral_district=world.electoral, title="示例职务", public_fields=["title"]
    )


def _scanned(png: bytes, share: float = 1.0) -> str:
    image = ImageOps.grayscale(Image.open(io.BytesIO(png)))
    size = (round(image.width * share), round(image.height * share))
    found = zxingcpp.read_barcodes(image.resize(size, Image.Resampling.LANCZOS))
    assert len(found) == 1
    return str(found[0].text)


@pytest.mark.parametrize("share", [1.0, 0.5, SMALL])
def test_printed_plaques_scan_also_when_small(point: ContactPoint, deputy: Deputy, share: float) -> None:
    of_point = plaques.render(plaques.plaques_of_points(ContactPoint.objects.all()), "png")
    of_deputy = plaques.render(plaques.plaques_of_deputies(Deputy.objects.all()), "png")
    assert _scanned(of_point, share) == plaques.point_url(point)
    assert _scanned(of_deputy, share) == plaques.deputy_url(deputy)


def test_plaque_addresses_are_those_that_residents_reach(settings: Any, point: ContactPoint, deputy: Deputy) -> None:
    settings.PUBLIC_URL = "https://ren.example.org"
    assert plaques.point_url(point) == f"https://ren.example.org/p/{point.code}/"
    assert plaques.deputy_url(deputy) == f"https://ren.example.org/d/{deputy.code}/"


def test_plaque_of_a_point_names_only_those_in_office(point: ContactPoint) -> None:
    StationingFactory.create(contact_point=point, deputy__name="在任的")
    StationingFactory.create(contact_point=point, deputy__name="暂停的", deputy__status="suspended")
    StationingFactory.create(contact_point=point, deputy__name="走了的", until="2026-06-01")
    (data,) = plaques.plaques_of_points(ContactPoint.objects.all())
    assert data.people == [("在任的", "区人大代表")]
    assert data.phone == "0990-5550000"


def test_plaque_of_a_deputy_says_only_what_was_agreed_to(deputy: Deputy) -> None:
    (data,) = plaques.plaques_of_deputies(Deputy.objects.all())
    assert (data.standing, data.photo) == ("区人大代表 · 示例职务", b"")
    Deputy.objects.update(public_fields=[])
    (data,) = plaques.plaques_of_deputies(Deputy.objects.all())
    assert data.standing == "区人大代表"
    assert "13" not in data.phone


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("svg", b"<svg")])
@pytest.mark.parametrize("name", ["point_plaque", "deputy_plaque"])
def test_single_plaque_downloads(
    desk: Client, point: ContactPoint, deputy: Deputy, name: str, form: str, begins: bytes
) -> None:
    pk = point.pk if name == "point_plaque" else deputy.pk
    response = desk.get(reverse(f"contact_points:{name}", args=[pk, form]))
    assert response.content.startswith(begins)
    assert response["Content-Type"] == plaques.CONTENT_TYPES[form]


def test_no_plaque_of_a_closed_point_or_a_deputy_without_office(
    desk: Client, point: ContactPoint, deputy: Deputy
) -> None:
    ContactPoint.objects.update(active=False)
    Deputy.objects.update(status="suspended")
    assert desk.get(reverse("contact_points:point_plaque", args=[point.pk, "pdf"])).status_code == 404
    assert desk.get(reverse("contact_points:deputy_plaque", args=[deputy.pk, "pdf"])).status_code == 404


@pytest.mark.parametrize("role", [Role.DEPUTY, Role.DISTRICT_LEADER])
def test_plaques_are_closed_to_those_who_do_not_print(client: Client, world: StreetWorld, role: Role) -> None:
    body = world.committee if role == Role.DEPUTY else world.congress
    sign_in(client, UserFactory.create(role=role, organisation=body))
    assert client.get(reverse("contact_points:plaques")).status_code == 403
    assert client.post(reverse("contact_points:plaques"), {"what": "points"}).status_code == 403


def _start(client: Client, **values: Any) -> Any:
    return client.post(reverse("contact_points:plaques"), values)


def test_batch_of_nothing_is_told(desk: Client) -> None:
    response = _start(desk, what="points")
    assert response.status_code == 422
    assert "没有可制作的公示牌" in response.content.decode()
    assert not Job.objects.exists()


def test_batch_of_too_many_is_told(desk: Client, point: ContactPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plaques, "MOST", 0)
    assert _start(desk, what="points").status_code == 422


def test_batch_takes_only_the_own_scope_and_the_chosen_bodies(
    client: Client, world: StreetWorld, point: ContactPoint
) -> None:
    ContactPointFactory.create(organisation=world.other_committee)
    sign_in(client, UserFactory.create(role=Role.DISTRICT_STAFF, organisation=world.congress))
    assert _start(client, what="points", organisations=[world.committee.pk]).status_code == 302
    assert Job.objects.get().title == "联系点公示牌（1 块）"
    assert _start(client, what="points").status_code == 302
    assert Job.objects.latest("id").title == "联系点公示牌（2 块）"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Every step of progress that reached the database."""
    steps: list[tuple[int, int]] = []
    really = services.progress

    def note(*, job: Job, done: int, total: int, now: Any) -> None:
        really(job=job, done=done, total=total, now=now)
        steps.append((done, total))

    monkeypatch.setattr(tasks.services, "progress", note)
    monkeypatch.setattr(tasks, "SECONDS_BETWEEN_NOTES", 0)
    return steps


def test_batch_of_120_with_progress_and_download(
    desk: Client, world: StreetWorld, noted: list[tuple[int, int]]
) -> None:
    ContactPointFactory.create_batch(120, organisation=world.committee, division=world.community)
    started = _start(desk, what="points")
    job = Job.objects.get()
    assert started["Location"] == reverse("jobs:job", args=[job.pk])
    assert "排队中" in desk.get(started["Location"]).content.decode()
    assert run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.done, job.total) == (JobStatus.DONE, 120, 120)
    assert len(noted) > 10
    assert noted == sorted(noted)
    content = b"".join(desk.get(reverse("jobs:download", args=[job.pk])))
    assert content.startswith(b"%PDF")
    assert b"/Count 120" in content


def test_batch_reads_the_scope_again_when_it_runs(
    desk: Client, staff: User, point: ContactPoint, world: StreetWorld
) -> None:
    _start(desk, what="points")
    User.objects.filter(pk=staff.pk).update(organisation=world.other_committee)
    job = Job.objects.get()
    run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "没有可制作的公示牌" in job.error


def test_worker_knows_the_kind_by_autodiscovery() -> None:
    app.loader.import_default_modules()
    assert "jobs.run" in app.tasks


def _drawn_into(drawn: list[dict[str, Any]]) -> Any:
    def draw(_name: str, data: dict[str, Any], **_rest: Any) -> bytes:
        drawn.append(data)
        return b""

    return draw


def test_plaque_speaks_the_language_of_the_site(monkeypatch: pytest.MonkeyPatch, point: ContactPoint) -> None:
    """It hangs in public: an officer who works in English prints the same board."""
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr("liaison.base.documents.plaques.render", _drawn_into(drawn))
    with override("en"):
        data = plaques.plaques_of_points(ContactPoint.objects.all())
        plaques.render(data, "png")
    assert data[0].standing == "代表联络站"
    assert drawn[0]["words"]["title"] == "人大代表联系群众"
