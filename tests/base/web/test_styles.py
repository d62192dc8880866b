"""The stylesheets: weight, contrast, and nothing that an old WebView cannot read."""

import re
from itertools import product
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

CSS = ROOT / "static" / "css"
KB = 1024
AA = 4.5
"""Least contrast of text (WCAG 1.4.3)."""
EDGE = 3.0
"""Least contrast of the edge of a control (WCAG 1.4.11)."""
TOO_NEW = re.compile(r":has\(|:is\(|:where\(|@container|@layer|@scope|&\s*[.:{]|color-mix|oklch|\b\d+(?:dvh|svh|cq\w)")
OF_ONE_PLACE = {"echo.css"}
"""Loaded nowhere else, each with a limit of its own."""
ROOT_BLOCK = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)


def tokens() -> dict[str, str]:
    """Colours of base.css by name."""
    block = ROOT_BLOCK.search((CSS / "base.css").read_text())
    assert block
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", block.group(1)))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def size(*names: str) -> int:
    return sum((CSS / name).stat().st_size for name in names)


def test_contrast_is_computed_as_the_law_says() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), list(product(["ink", "soft"], ["page", "paper", "tint"])))
def test_text_is_readable_on_every_ground(text: str, ground: str) -> None:
    assert contrast(tokens()[text], tokens()[ground]) >= AA


@pytest.mark.parametrize("tone", ["good", "warn", "bad", "wait"])
def test_tone_is_readable_on_its_own_tint_and_on_paper(tone: str) -> None:
    assert contrast(tokens()[tone], tokens()[f"{tone}-bg"]) >= AA
    assert contrast(tokens()[tone], tokens()["paper"]) >= AA


def test_white_is_readable_on_the_accent_and_on_ink() -> None:
    assert min(contrast("#fff", tokens()[name]) for name in ("accent", "ink")) >= AA


def test_edges_of_controls_are_seen() -> None:
    assert min(contrast(tokens()["edge"], tokens()[ground]) for ground in ("page", "paper", "tint")) >= EDGE


def test_residents_styles_are_small() -> None:
    assert size("base.css", "public.css") <= 15 * KB


def test_all_styles_together_stay_readable_in_one_sitting() -> None:
    assert sum(path.stat().st_size for path in CSS.glob("*.css") if path.name not in OF_ONE_PLACE) <= 42 * KB


@pytest.mark.parametrize("name", sorted(OF_ONE_PLACE))
def test_styles_of_one_place_are_small(name: str) -> None:
    assert size(name) <= 5 * KB


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_old_webviews_can_read_it(path: Path) -> None:
    assert TOO_NEW.findall(path.read_text()) == []


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_every_custom_property_is_defined(path: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(file.read_text() for file in CSS.glob("*.css"))))
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= defined


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_nothing_is_loaded_from_outside(path: Path) -> None:
    for target in re.findall(r"url\(\"?([^)\"]+)", path.read_text()):
        assert (path.parent / target).resolve().is_file(), target
