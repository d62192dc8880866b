"""Photos on a phone: seen before they are sent, taken away again, made smaller, and no more than allowed."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.people import see
from tests.support.system import System

LARGE = (4000, 3000)
LONG_SIDE = 2048
"""Longest side that resident.js leaves, in pixels."""
CHOSEN = "[...document.querySelector('input[type=file]').files].map((file) => file.name)"
SMALLER = f"""async () => {{
    const file = document.querySelector('input[type=file]').files[0];
    const picture = await createImageBitmap(file);
    return Math.max(picture.width, picture.height) <= {LONG_SIDE};
}}"""


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A large, noisy photo and seven small ones."""
    paths = [tmp_path / "large.jpg", *(tmp_path / f"{n}.jpg" for n in range(7))]
    Image.effect_noise(LARGE, 90).convert("RGB").save(paths[0])
    for path in paths[1:]:
        Image.new("RGB", (400, 300), (90, 120, 90)).save(path)
    return paths


def test_photos_are_shown_removed_made_smaller_and_counted(phone: Page, system: System, pictures: list[Path]) -> None:
    phone.goto(system.listed("/d/"))
    photos = phone.locator("input[type=file]")
    photos.set_input_files(pictures[:2])
    expect(phone.locator(".thumb img")).to_have_count(2)
    phone.wait_for_function(SMALLER)
    photos.set_input_files(pictures[2:])
    see(phone, "最多 6 张，多出的没有选上")
    assert phone.evaluate(CHOSEN) == ["large.jpg", "0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    phone.get_by_role("button", name="删除照片 2").click()
    see(phone, "已选 5 张")
    assert phone.evaluate(CHOSEN) == ["large.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]
