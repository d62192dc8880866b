"""A browser, and the whole system for it to look at."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.journeys.people import sign_in
from tests.support.chromium import ARGUMENTS, ensure_chromium
from tests.support.system import System, furnish

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
PICTURES = Path(__file__).resolve().parent.parent.parent / "var" / "journeys"
"""Where a picture of each page is left when a journey fails."""
REFUSED = "Failed to load resource: the server responded with a status of 4"
"""What Chromium prints for a refused form. Journeys provoke those; 404 of an asset is caught by its response."""
CUT_OFF = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
"""What it prints for a picture that it wants while a journey has cut the connection."""
FAILED = pytest.StashKey[bool]()

IDLE_MINUTES = 20
"""Not the default, so that the journey of the idle limit shows that the setting is read."""
NewPage = Callable[..., Page]
AtDesk = Callable[..., Page]
_addresses = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The running program with its demo district, on SQLite and the local broker, as behind one proxy."""
    own = {"TRUSTED_PROXIES": "1", "SESSION_IDLE_MINUTES": str(IDLE_MINUTES)}
    running = System(furnish(tmp_path_factory.mktemp("system")), **own).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the journeys of a file."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=ensure_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, system: System, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Make pages, each with its own cookies and address: `new_page(PHONE)`, `new_page(DESK, locale="en")`.

    At the end the test fails when a page met a server error, a missing asset, a script error, an error on the console
    or a breach of the content policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(shape: dict[str, Any], **options: Any) -> Page:
        address = {"X-Forwarded-For": f"198.51.100.{next(_addresses)}"}
        usual = {
            "base_url": system.url,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "extra_http_headers": address,
        }
        context = browser.new_context(**(usual | shape | options))
        contexts.append(context)
        context.on("page", lambda page: _watch(page, faults))
        return context.new_page()

    yield make
    if request.node.stash.get(FAILED, False):
        _leave_pictures(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A page as on a phone: 390 × 844, touch."""
    return new_page(PHONE)


@pytest.fixture
def desk(new_page: NewPage) -> Page:
    """A page as on an office screen: 1440 × 900."""
    return new_page(DESK)


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """Cookies of those who have signed in already, by username, so that each types the password once."""
    return {}


@pytest.fixture
def at_desk(new_page: NewPage, signed_in: dict[str, Any]) -> AtDesk:
    """Open the desk as somebody: `at_desk("street")`, `at_desk("deputy", PHONE)`."""

    def open_desk(username: str, shape: dict[str, Any] = DESK) -> Page:
        page = new_page(shape, storage_state=signed_in.get(username))
        if username not in signed_in:
            sign_in(page, username)
            signed_in[username] = page.context.storage_state()
        page.goto("/desk/")
        return page

    return open_desk


def _watch(page: Page, faults: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith((REFUSED, CUT_OFF)):
            faults.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        missing = response.status == 404 and not response.request.is_navigation_request()
        if response.status >= 500 or missing:
            faults.append(f"{response.status} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("response", on_response)


def _leave_pictures(contexts: list[BrowserContext], name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=PICTURES / f"{name.replace('/', '-')}-{number}.png", full_page=True)
