"""Publication at the desk: the walk by its screens, who is let in, what it costs, bad input."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opinions.echo import services
from opinions.echo.models import Echo
from opinions.echo.states import EchoStatus
from opinions.intake.models import Opinion
from tests.factories.accounts import sign_in
from tests.factories.echo import covered, ended, many, picture, published, submitted
from tests.factories.matters import NOW, HandlingWorld


def desk(world: HandlingWorld, name: str) -> Client:
    return sign_in(Client(), world.users[name])


def said(echo: Echo, **more: str) -> dict[str, Any]:
    """What the form of a step sends: of the edition as it stands."""
    return {"version": Echo.objects.get(pk=echo.pk).version, **more}


def place(echo: Echo, step: str = "") -> str:
    return f"/desk/echo/{echo.pk}/{f'{step}/' if step else ''}"


def look_at_picture(staff: Client, echo: Echo) -> str:
    """The only picture of the edition, blacked out and looked at; returns its address."""
    photo = echo.photos.get()
    seen = f"/desk/echo/photos/{photo.pk}/"
    assert 'name="cells" value="191"' in staff.get(seen).content.decode()
    assert staff.post(seen, {"cells": ["0", "5"], "stored": photo.stored_id}).status_code == 302
    clean = dict.fromkeys(("no_face", "no_plate", "no_door"), "on")
    old = staff.post(f"{seen}check/", {**clean, "stored": photo.stored_id})
    assert (old.status_code, "别人刚刚处理了" in old.content.decode()) == (422, True)
    stored = echo.photos.get().stored_id
    assert f'name="stored" value="{stored}"' in staff.get(seen).content.decode()
    assert staff.post(seen, {"cells": ["900"], "stored": stored}).status_code == 422
    assert staff.post(f"{seen}check/", {"no_face": "on", "stored": stored}).status_code == 422
    assert staff.post(place(echo, "submit"), said(echo)).status_code == 422
    staff.post(f"{seen}check/", {**clean, "stored": stored})
    return seen


def test_walk_by_its_screens(world: HandlingWorld) -> None:
    matter = ended(world)
    row = picture(matter, by=None)
    staff, second = desk(world, "staff"), desk(world, "secretary")
    assert f"/desk/echo/of/{matter.code}/" in staff.get(f"/desk/matters/{matter.code}/").content.decode()
    assert "居民同意" in staff.get(f"/desk/echo/of/{matter.code}/").content.decode()
    staff.post(f"/desk/echo/of/{matter.code}/begin/")
    echo = Echo.objects.get()
    text = {
        "title": "路灯",
        "raised": "张三说灯不亮",
        "done": "请打 13800000000",
        "bodies": "城管局",
        "version": echo.version,
    }
    assert staff.post(place(echo, "text"), {**text, "done": ""}).status_code == 422
    assert staff.post(place(echo, "text"), text).status_code == 302
    assert staff.post(place(echo, "text"), {**text, "title": "别人改的"}).status_code == 422  # an old version
    page = staff.get(place(echo)).content.decode()
    assert "〔人名〕" in page
    assert "〔电话号码〕" in page
    assert staff.post(place(echo, "submit"), said(echo)).status_code == 422
    staff.post(place(echo, "finds"), {"do-1": "cover", "key-1": "name:张三", "why-1": ""})
    kept = {"do-1": "keep", "key-1": "phone:13800000000", "why-1": "值班室公开电话"}
    staff.post(place(echo, "finds"), {**kept, "why-1": ""})
    assert staff.post(place(echo, "submit"), said(echo)).status_code == 422
    staff.post(place(echo, "finds"), kept)
    staff.post(place(echo, "photos"), {f"p{row.pk}": "before"})
    seen = look_at_picture(staff, echo)
    copy = staff.get(f"{seen}full.jpg")
    assert b"".join(copy.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert staff.post(place(echo, "submit"), said(echo)).status_code == 302
    assert staff.get(place(echo, "publish")).status_code == 403
    page = second.get(place(echo)).content.decode()
    assert "值班室公开电话" in page
    assert second.post(place(echo, "send-back"), said(echo, reason="")).status_code == 422
    read = said(echo)
    link = f"{place(echo, 'publish')}?version={read['version']}"
    assert link in second.get(place(echo)).content.decode()
    second.post(place(echo, "send-back"), {**read, "reason": "标题再写清楚"})
    assert "标题再写清楚" in staff.get(place(echo)).content.decode()
    staff.post(place(echo, "submit"), said(echo))
    stale = second.post(place(echo, "publish"), read)  # of the text before it was sent back
    assert (stale.status_code, "别人刚刚处理了" in stale.content.decode()) == (422, True)
    assert f'name="version" value="{read["version"]}"' in second.get(link).content.decode()
    second.post(place(echo, "publish"), said(echo))
    echo.refresh_from_db()
    assert (echo.status, echo.raised) == (EchoStatus.PUBLISHED, "张某说灯不亮")
    assert f"/echo/{echo.code}/" in desk(world, "handler").get(f"/desk/matters/{matter.code}/").content.decode()
    assert staff.get(place(echo, "text")).status_code == 403
    staff.post(place(echo, "take-back"), said(echo, reason="居民来电"))
    assert Client().get(f"/echo/{echo.code}/").status_code == 410


@pytest.mark.parametrize("name", ["other_staff", "handler", "deputy_user", "admin"])
def test_outsiders_are_not_let_in(world: HandlingWorld, name: str) -> None:
    matter = ended(world)
    row = picture(matter, by=None)
    echo = covered(services.begin(matter=matter, by=world.staff, now=NOW), by=world.staff)
    services.choose(echo=echo, chosen={row.pk: "before"}, by=world.staff, now=NOW)
    client, photo = desk(world, name), echo.photos.get()
    steps = ("", "text", "submit", "take-back", "drop", "photos")
    places = [place(echo, step) for step in steps] + [f"/desk/echo/of/{matter.code}/", f"/desk/echo/photos/{photo.pk}/"]
    answers = [client.get(one).status_code for one in [*places, f"/desk/echo/photos/{photo.pk}/full.jpg"]]
    answers.append(client.post(f"/desk/echo/of/{matter.code}/begin/").status_code)
    assert set(answers) <= {403, 404}
    if name == "other_staff":
        assert echo.title not in client.get("/desk/echo/?pile=all").content.decode()


def test_list_costs_the_same_for_one_and_thirty(world: HandlingWorld) -> None:
    echo, counts = published(world), []
    client = desk(world, "staff")
    for extra in (0, 30):
        many(echo, extra)
        client.get("/desk/echo/?pile=published")
        with CaptureQueriesContext(connection) as made:
            page: Any = client.get("/desk/echo/?pile=published")
        counts.append(len(made))
    assert counts[0] == counts[1] <= 8
    assert [tab.count for tab in page.context["tabs"]] == ["0", "0", "31", "0", "31"]
    Opinion.objects.filter(pk=echo.matter_id).update(consent_publish=False)
    page = client.get("/desk/echo/?pile=taken_back").content.decode()
    assert "居民收回了同意" in page


def test_page_of_an_edition_costs_a_fixed_number(world: HandlingWorld) -> None:
    echo = submitted(world, pictures=True)
    client = desk(world, "secretary")
    client.get(place(echo))
    with CaptureQueriesContext(connection) as made:
        page = client.get(place(echo)).content.decode()
    assert len(made) <= 17
    assert "同意公开" in page
    assert "要由另一位同事审核" in desk(world, "staff").get(place(echo)).content.decode()
