"""Pictures of the running program for the README: `make screenshots`. All data in them are of the invented district.

python -m tests.support.screenshots [folder]
"""

import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.conftest import PHONE
from tests.journeys.people import sign_in
from tests.support.chromium import ARGUMENTS, ensure_chromium
from tests.support.system import ROOT, System

FOLDER = ROOT / "docs" / "screenshots"
DESK = {"viewport": {"width": 1280, "height": 860}, "device_scale_factor": 1.5}
PUBLIC_URL = "http://liaison.example.org"
"""What stands on the plaque: no reader of the pictures lives at localhost."""
LOADED = """() => [...document.images].every((one) => (one.complete && one.naturalWidth)
    || one.getBoundingClientRect().top > innerHeight)"""
"""True when every picture on the screen has come (those further down load when they are scrolled to)."""
COLOURS = 256
MOST_BYTES = 300_000
PICK = """
import json
from django.db.models import Count
from deputies.roster.models import Deputy
from opinions.matters.models import Matter
seen = Matter.objects.annotate(talk=Count("lines", distinct=True), photos=Count("attachments", distinct=True))
told = seen.filter(photos__gt=0, talk__gt=1, street__division__code="990108001").order_by("-talk", "id")
replied = seen.filter(status="replied", replies__points__isnull=False, opinion__assisted_by=None)
followed = replied.order_by("-photos", "-talk", "id").first()
ours = told.filter(status__in=["taken", "returned", "rework"]).first() or told.filter(status="handling").first()
print(json.dumps({
    "matter": ours.code,
    "link": f"/t/{followed.code}/?k={followed.reporters.first().link_key}",
    "deputy": Deputy.objects.get(user__username="deputy").pk,
    "door": f'/d/{Deputy.objects.get(user__username="deputy").code}/',
}))
"""
"""Which matters of the demo show well: one with photos, talk and running limits; one that waits for its rating."""


class Studio:
    """Takes pictures of one system into one folder."""

    def __init__(self, system: System, browser: Browser, folder: Path) -> None:
        self.system, self.browser, self.folder = system, browser, folder
        self.found = json.loads(system.manage("shell", "--no-imports", "-c", PICK).splitlines()[-1])

    def page(self, shape: dict[str, Any], username: str = "") -> Page:
        usual = {"base_url": self.system.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        page = self.browser.new_context(**(usual | shape)).new_page()
        if username:
            sign_in(page, username)
        return page

    def keep(self, name: str, picture: bytes) -> None:
        """Write a picture with few colours, so that the repository stays small."""
        image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        path = self.folder / f"{name}.png"
        image.save(path, optimize=True)
        size = path.stat().st_size
        assert size < MOST_BYTES, f"{path.name} has {size} bytes"
        print(f"{path.name:<20} {image.width} × {image.height}, {size / 1000:.0f} KB")


def deputy_page(studio: Studio) -> None:
    """What a resident sees after scanning, with the first words typed."""
    page = studio.page(PHONE)
    page.goto(studio.found["door"])
    page.get_by_label("您想反映什么").fill("三号楼西侧路灯坏了两周，晚上看不清台阶，老人不敢下楼。")
    page.evaluate("document.activeElement.blur()")
    last = page.locator("[data-locate]").bounding_box()
    assert last is not None
    edge = last["y"] + last["height"] + 16
    page.set_viewport_size({"width": 390, "height": round(edge)})
    studio.keep("deputy-page", page.screenshot())


def tracking(studio: Studio) -> None:
    page = studio.page(PHONE)
    page.goto(studio.found["link"])
    page.wait_for_function(LOADED)
    studio.keep("tracking", page.screenshot())


def answer(studio: Studio) -> None:
    """A deputy's second of three taps."""
    page = studio.page(PHONE, "deputy")
    page.goto("/desk/")
    page.get_by_role("link", name="答复", exact=True).first.tap()
    page.get_by_role("button", name="已帮您协调解决").tap()
    expect(page.get_by_role("textbox", name="答复")).not_to_have_value("")
    page.evaluate("document.activeElement.blur()")
    studio.keep("answer", page.screenshot())


def desk(studio: Studio) -> None:
    page = studio.page(DESK, "street")
    page.goto("/desk/?queue=assign")
    studio.keep("desk", page.screenshot())


def matter(studio: Studio) -> None:
    page = studio.page(DESK | {"viewport": {"width": 1280, "height": 960}}, "street")
    page.goto(f"/desk/matters/{studio.found['matter']}/")
    page.wait_for_function(LOADED)
    studio.keep("matter", page.screenshot())


def plaque(studio: Studio) -> None:
    """The board on the wall, from its PDF."""
    page = studio.page(DESK, "street")
    answer = page.request.get(f"/desk/contact_points/deputies/{studio.found['deputy']}/plaque.pdf")
    held = io.BytesIO()
    pypdfium2.PdfDocument(answer.body())[0].render(scale=1.5).to_pil().save(held, "PNG")
    studio.keep("plaque", held.getvalue())


PICTURES: tuple[Callable[[Studio], None], ...] = (deputy_page, tracking, answer, desk, matter, plaque)


def main(folder: Path) -> int:
    """Start the system on a folder of its own, take all pictures, and stop it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as held:
        system = System(Path(held), PUBLIC_URL=PUBLIC_URL).start()
        try:
            with sync_playwright() as playwright:
                arguments = [*ARGUMENTS, "--lang=zh-CN", "--hide-scrollbars"]
                browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=arguments)
                studio = Studio(system, browser, folder)
                for take in PICTURES:
                    take(studio)
                browser.close()
        finally:
            system.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
