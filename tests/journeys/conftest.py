"""A browser, and the whole system for it to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.support.chromium import ARGUMENTS, ensure_chromium
from tests.support.system import System

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
PICTURES = Path(__file__).resolve().parent.parent.parent / "var" / "journeys"
"""Where a picture of each page is left when a journey fails."""
FAILED = pytest.StashKey[bool]()

NewPage = Callable[..., Page]


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
    """The running program with its demo district, on SQLite and the local broker."""
    running = System(tmp_path_factory.mktemp("system")).start()
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
    """Make pages, each with cookies of its own: `new_page(PHONE)`, `new_page(DESK, java_script_enabled=False)`.

    At the end the test fails when a page met a server error, a script error or a breach of the content policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(shape: dict[str, Any], **options: Any) -> Page:
        usual = {"base_url": system.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
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


def _watch(page: Page, faults: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{response.status} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("response", on_response)


def _leave_pictures(contexts: list[BrowserContext], name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=PICTURES / f"{name.replace('/', '-')}-{number}.png", full_page=True)
