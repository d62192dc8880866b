"""The frame of the desk is drawn once for those who share it, and still says to each what is true now."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deputies.accounts.access import ROLES, Permission
from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.notices.models import Channel, Notice
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import HandlingWorld

pytestmark = pytest.mark.django_db
PAGE = "/desk/notices/"


def frame(user: User, path: str = PAGE, **headers: str) -> str:
    answer = sign_in(Client(), user).get(path, **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def places(html: str) -> list[str]:
    """What stands in the rail."""
    rail = html[html.index('class="rail-list"') : html.index("</nav>", html.index('class="rail-list"'))]
    return re.findall(r"<span>([^<]+)</span>", rail)


def current(html: str) -> set[str]:
    """What is marked as the present place, in the rail and at the bottom of a phone."""
    return set(re.findall(r'aria-current="page"><svg.*?</svg><span>([^<]+)</span>', html, re.DOTALL))


def test_rail_follows_permissions_and_role(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    staff, before = world.staff, places(frame(world.staff))
    handlers = places(frame(world.handler))
    assert {"代群众登记", "代表名册"} <= set(before)
    assert not {"代群众登记", "代表名册"} & set(handlers)
    held = ROLES[Role.STREET_STAFF]
    monkeypatch.setitem(ROLES, Role.STREET_STAFF, held - {Permission.ROSTER_VIEW})
    assert places(frame(staff)) == [one for one in before if one != "代表名册"]
    monkeypatch.setitem(ROLES, Role.STREET_STAFF, held)
    assert places(frame(staff)) == before
    User.objects.filter(pk=staff.pk).update(role=Role.HANDLER, organisation=world.department)
    assert places(frame(staff)) == handlers


def test_name_body_and_unread_are_the_readers_own(world: HandlingWorld) -> None:
    other = UserFactory.create(role=world.staff.role, organisation=world.other_committee, name="李云生")
    first, second = frame(world.staff), frame(other)
    assert world.staff.name in first
    assert other.name in second
    assert world.staff.name not in second
    assert other.name not in first
    assert '<span class="count" aria-hidden="true">' not in first + second
    now = timezone.now()
    told = {"channel": Channel.IN_APP, "recipient": other, "subject": "新消息", "due_at": now, "created_at": now}
    for number in (1, 2):
        Notice.objects.create(key=f"{number}", **told)
        assert f'<span class="count" aria-hidden="true">{number}</span>' in frame(other)
    assert '<span class="count" aria-hidden="true">' not in frame(world.staff)
    Organisation.objects.filter(pk=world.other_committee.pk).update(name="改了名的工委", short_name="")
    assert "改了名的工委" in frame(other)
    assert "改了名的工委" not in frame(world.staff)


def test_language_display_and_place_are_those_of_the_page(world: HandlingWorld) -> None:
    chinese = frame(world.staff)
    english = frame(world.staff, headers={"accept-language": "en"})  # type: ignore[arg-type]
    assert not set(places(english)) & set(places(chinese))
    assert places(frame(world.staff)) == places(chinese)
    assert "快捷键" in chinese
    assert "快捷键" not in english
    assert "data-elder" not in chinese
    client = sign_in(Client(), world.staff)
    client.cookies["elder"] = "24"
    assert 'data-elder="24"' in client.get(PAGE).content.decode()
    assert "data-elder" not in frame(world.staff)
    assert current(frame(world.staff, "/desk/roster/")) == {"代表名册"}
    assert current(frame(world.staff, "/desk/?queue=all")) == {"待办"}


def test_tokens_are_never_shared(world: HandlingWorld) -> None:
    def tokens(user: User) -> set[str]:
        client: Any = sign_in(Client(), user)
        return {client.get(PAGE).content.decode().split('data-csrf="')[1].split('"')[0] for _time in range(2)}

    assert len(tokens(world.staff) | tokens(world.secretary)) == 4
