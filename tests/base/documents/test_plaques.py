"""Plaques: pages, words and a symbol that every phone reads."""

import io
from contextlib import closing
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument

from liaison.base.documents.plaques import PlaqueData, plaques

URL = "https://liaison.example.org/d/K7M2X9Q/"


def plaque(**more: object) -> PlaqueData:
    base: dict[str, object] = {
        "heading": "周样例", "standing": "区人大代表", "place": "云汀区松影街道", "url": URL, "code": "K7M2-X9Q",
    }  # fmt: skip
    return PlaqueData(**(base | more))  # type: ignore[arg-type]


def pages(pdf: bytes, ppi: int = 100) -> list[Image.Image]:
    with closing(PdfDocument(pdf)) as document:
        return [page.render(scale=ppi / 72).to_pil().copy() for page in document]


def words(pdf: bytes) -> str:
    with closing(PdfDocument(pdf)) as document:
        return str(document[0].get_textpage().get_text_range())


def test_each_page_carries_its_own_symbol() -> None:
    urls = [f"https://liaison.example.org/d/{n}/" for n in range(5)]
    made = pages(plaques([plaque(url=url) for url in urls]))
    assert [zxingcpp.read_barcode(page).text for page in made] == urls  # type: ignore[union-attr]


def test_symbol_is_read_when_printed_small_and_a_little_blurred() -> None:
    page = Image.open(io.BytesIO(plaques([plaque()], form="png"))).convert("L")
    small = page.resize((page.width // 5, page.height // 5), Image.Resampling.LANCZOS).filter(
        ImageFilter.GaussianBlur(0.4)
    )
    found = zxingcpp.read_barcode(small)
    assert found is not None
    assert found.text == URL


def test_svg_page_is_made() -> None:
    assert plaques([plaque()], form="svg").startswith(b"<svg")


def test_words_are_never_markup() -> None:
    text = words(plaques([plaque(heading="#panic() $a$ *b*", place="https://x #set page(fill: red)")]))
    assert "#panic() $a$ *b*" in text
    assert "#set page(fill: red)" in text


def test_very_long_names_and_many_people_stay_on_one_page() -> None:
    crowd = [("林示例", "市人大代表")] * 40
    made = pages(plaques([plaque(heading="很长的联系点名称" * 6, people=crowd, hours=["每月第一个星期三"] * 3)]), 30)
    assert len(made) == 1


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), (0, 200, 0)).save(out, "JPEG")
    return out.getvalue()


def height_of(pdf: bytes, text: str) -> float:
    """Millimetres from the foot of the first page to the foot of `text`."""
    with closing(PdfDocument(pdf)) as document:
        lines = document[0].get_textpage()
        found = lines.search(text).get_next()
        assert found is not None, text
        return float(lines.get_charbox(found[0])[1]) / 72 * 25.4


SEAT = "滨江新城第一社区居民委员会人大代表联络站：" + "每月第一个和第三个星期三上午九点至十一点半，" * 5 + "{}"


@pytest.mark.parametrize("heading", ["周样例", "很长的联系点名称" * 5])
def test_fullest_plaque_keeps_every_line_above_the_steps(heading: str) -> None:
    hours = [SEAT.format(end) for end in ("甲止", "乙止", "丙止")]
    made = plaques([plaque(heading=heading, photo=picture(), phone="0000-1234567", hours=hours), plaque()])
    printed = pages(made, 150)
    assert len(printed) == 2
    steps = height_of(made, "扫码说事")
    assert all(height_of(made, text) > steps + 8 for text in ("甲止", "乙止", "丙止", "0000-1234567"))
    assert zxingcpp.read_barcode(printed[0]).text == URL  # type: ignore[union-attr]


def test_endless_hours_never_make_a_second_page() -> None:
    assert len(pages(plaques([plaque(hours=[f"第 {n} 个星期三" for n in range(60)])]), 30)) == 1


def test_photo_is_shown() -> None:
    page = Image.open(io.BytesIO(plaques([plaque(photo=picture())], form="png"))).convert("RGB")
    colours: list[tuple[int, Any]] = page.getcolors(10_000_000) or []
    assert any(green > 150 and red < 60 for _count, (red, green, _blue) in colours)


def test_site_and_code_are_there_to_be_typed() -> None:
    text = words(plaques([plaque()]))
    assert "liaison.example.org" in "".join(text.split())
    assert "K7M2-X9Q" in "".join(text.split())


def test_no_plaque_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        plaques([])
