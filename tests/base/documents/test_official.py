"""Official documents: the page of GB/T 9704, drafts that say so, and texts that cannot break a document."""

import dataclasses
import re
import zipfile
from datetime import date
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from docx import Document
from docx.shared import Mm

from liaison.base.documents.official import (
    Annex,
    Official,
    Paragraph,
    as_data,
    chinese_day,
    official_from,
    official_pdf,
)
from liaison.base.documents.official_docx import official_docx

LONG = "请认真研究办理，" * 60
ROWS = [[str(number), f"编号{number:03}", "荷塘小区东门路灯不亮", "2026-11-02"] for number in range(1, 41)]
LETTER = Official(
    heading="云汀区人民代表大会常务委员会", number="云人督〔2026〕5号", title="关于修复路灯的督办函",
    addressee="云汀区城管局",
    body=[Paragraph(LONG), Paragraph("一、工作要求", "heading"), Paragraph("（一）修复<b>路灯</b> & 恢复照明。")],
    signature="云汀区人大常委会", day=date(2026, 11, 2), copies=["云溪街道人大工委", "云汀区交通局"],
    annexes=[Annex("督办事项清单", ["序号", "编号", "事项", "日期"], ROWS, [1, 2, 5, 2])],
)  # fmt: skip
DRAFT = dataclasses.replace(LETTER, number="", day=None, draft="草稿", annexes=[])


def pages(content: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(content)]


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as held:
        return {name: held.read(name).decode() for name in held.namelist() if name.endswith(".xml")}


def test_pdf_has_head_number_title_text_date_annex_copies_and_page_numbers() -> None:
    told = pages(official_pdf(LETTER))
    text = "".join(told).replace("\r\n", "")
    for words in (
        LETTER.heading,
        LETTER.number,
        LETTER.title,
        "云汀区城管局：",
        "2026年11月2日",
        "附件：督办事项清单",
        "编号040",
    ):
        assert words in text
    assert "抄送：云溪街道人大工委，云汀区交通局。" in told[-1].replace("\r\n", "")
    assert "— 1 —" in told[0]
    assert "<b>路灯</b> & 恢复" in text


def test_type_area_holds_28_characters_in_a_line_and_22_lines() -> None:
    plain = dataclasses.replace(LETTER, body=[Paragraph("字" * 28 * 40)], annexes=[], copies=[])
    page = pdfium.PdfDocument(official_pdf(plain))[1]
    lines = page.get_textpage().get_text_range().replace("— 2 —", "").split()
    full = [line for line in lines if set(line) == {"字"}]
    assert {len(line) for line in full[:-1]} == {28}
    width, height = page.get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)


def test_page_of_running_text_has_22_lines() -> None:
    plain = dataclasses.replace(LETTER, body=[Paragraph("字" * 28 * 80)], annexes=[], copies=[])
    second = pages(official_pdf(plain))[1].replace("— 2 —", "").split()
    assert len([line for line in second if set(line) == {"字"}]) == 22


def test_draft_says_so_and_has_neither_number_nor_date() -> None:
    text = "".join(pages(official_pdf(DRAFT)))
    assert "草" in text
    assert "稿" in text
    assert "〔2026〕" not in text
    assert "年11月" not in text
    shown = parts(official_docx(DRAFT))
    assert any("草稿" in text for name, text in shown.items() if "header" in name)
    assert "〔2026〕" not in shown["word/document.xml"]


def test_docx_has_the_same_page_and_the_same_words() -> None:
    content = official_docx(LETTER)
    made = Document(BytesIO(content))
    section = made.sections[0]
    for side, size in (("top_margin", 37), ("left_margin", 28), ("right_margin", 26), ("page_width", 210)):
        assert abs(getattr(section, side) - Mm(size)) < Mm(0.1)
    grid = re.search(r"<w:docGrid[^>]*>", parts(content)["word/document.xml"])
    assert grid is not None
    assert 'w:linePitch="580"' in grid.group()
    said = [line.text for line in made.paragraphs]
    for words in (LETTER.heading, LETTER.number, LETTER.title, "云汀区城管局：", LONG, "2026年11月2日"):
        assert words in said
    assert "（一）修复<b>路灯</b> & 恢复照明。" in said
    assert len(made.tables[0].rows) == 41


def test_signs_that_xml_cannot_carry_are_left_out() -> None:
    odd = dataclasses.replace(LETTER, title="关于\x0b路灯\x00的函")
    assert "关于路灯的函" in [line.text for line in Document(BytesIO(official_docx(odd))).paragraphs]


def test_document_is_kept_and_printed_again_as_it_was() -> None:
    for one in (LETTER, DRAFT):
        assert official_from(as_data(one)) == one


@pytest.mark.parametrize(("day", "words"), [(date(2026, 1, 5), "2026年1月5日"), (None, "")])
def test_date_has_no_leading_zeros(day: date | None, words: str) -> None:
    assert chinese_day(day) == words
