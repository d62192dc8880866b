"""The frame of the desk."""

import pytest
from django.test import RequestFactory

from liaison.base.web.chrome import Chrome, Entry, for_phone, load_chrome, mark_current

ENTRIES = [
    Entry("待办", "/desk/"),
    Entry("代表", "/desk/roster/", also=["/desk/groups/"]),
    Entry("站点", "/desk/points/?all=1"),
]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/desk/", "待办"),
        ("/desk/matters/X/", "待办"),
        ("/desk/roster/", "代表"),
        ("/desk/roster/12/", "代表"),
        ("/desk/groups/3/", "代表"),
        ("/desk/points/3/", "站点"),
        ("/desk/rosters/", "待办"),
        ("/elsewhere/", None),
    ],
)
def test_longest_beginning_is_the_current_place(path: str, current: str | None) -> None:
    marked = [entry.label for entry in mark_current(ENTRIES, path) if entry.current]
    assert marked == ([current] if current else [])


def test_phone_shows_four_and_hides_the_rest_behind_more() -> None:
    first, more = for_phone([Entry(str(n), f"/{n}/", phone=n != 1) for n in range(7)])
    assert [entry.label for entry in first] == ["0", "2", "3", "4"]
    assert [entry.label for entry in more] == ["1", "5", "6"]


def test_frame_is_empty_when_none_is_configured(rf: RequestFactory, settings: object) -> None:
    settings.DESK_CHROME = ""  # type: ignore[attr-defined]
    assert load_chrome(rf.get("/desk/")) == Chrome()
