"""The same official document as DOCX: the grid of GB/T 9704 by the page itself, typefaces by their usual names."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from liaison.base.documents.official import Annex, Official, chinese_day

SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
RED = RGBColor(0xE6, 0x00, 0x12)
BODY, SMALL, TITLE, TABLE = Pt(16), Pt(14), Pt(22), Pt(12)
"""三号, 四号, 二号, 小四."""
LINE = Mm(225 / 22)
PITCH = round(225 / 22 * 1440 / 25.4)
"""Of the lines, in twentieths of a point."""
CHARACTER_SPACE = round((156 / 28 / 25.4 * 72 - 16) * 4096)
"""By how much a character's place differs from 16 points, in 4096ths of a point."""
CHARACTER = Mm(156 / 28)
HEADS = ((10, 44), (11, 40), (12, 36), (14, 30), (17, 26), (21, 21))
"""Characters of the red head, and the size in points with which so many fill a line."""


def official_docx(document: Official) -> bytes:
    """The document as DOCX."""
    made = Document()
    about = made.core_properties
    about.author, about.title, about.comments = _clean(document.signature), _clean(document.title), ""
    made.styles["Normal"].font.size = BODY
    _typeface(made.styles["Normal"].element.get_or_add_rPr(), FANG)
    _lay_out(made, document.draft)
    _head(made, document)
    _body(made, document)
    for number, annex in enumerate(document.annexes, start=1):
        _annex(made, document, annex, number if len(document.annexes) > 1 else None)
    if document.copies:
        _copies(made, document)
    held = BytesIO()
    made.save(held)
    return held.getvalue()


def _lay_out(made: Any, draft: str) -> None:
    """Paper, margins and grid; page numbers outside: right on odd pages, left on even ones."""
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(35 - 7 - 5)
    for held in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(held)
    section._sectPr.append(
        _element("w:docGrid", type="linesAndChars", linePitch=str(PITCH), charSpace=str(CHARACTER_SPACE))
    )
    made.settings.odd_and_even_pages_header_footer = True
    for footer, align in ((section.footer, ALIGN.RIGHT), (section.even_page_footer, ALIGN.LEFT)):
        _page_number(footer.paragraphs[0], align)
    for header in (section.header, section.even_page_header) if draft else ():
        _write(header.paragraphs[0], draft, face=HEI, size=Pt(26), colour=RGBColor(0x99, 0x99, 0x99))
        header.paragraphs[0].alignment = ALIGN.RIGHT


def _head(made: Any, document: Official) -> None:
    size = next((points for most, points in HEADS if len(document.heading) <= most), 16)
    line = _paragraph(made, document.heading, align=ALIGN.CENTER, face=SONG, size=Pt(size), colour=RED)
    line.paragraph_format.space_before = LINE
    line.paragraph_format.space_after = LINE
    line.paragraph_format.line_spacing = 1.0
    number = _paragraph(made, document.number, align=ALIGN.CENTER)
    _rule(number, "bottom", colour="E60012", size=12, space=11)
    title = _paragraph(made, document.title, align=ALIGN.CENTER, face=SONG, size=TITLE)
    title.paragraph_format.space_before = LINE
    title.paragraph_format.space_after = Mm(6)
    title.paragraph_format.line_spacing = Pt(32)


def _body(made: Any, document: Official) -> None:
    words = document.words
    _paragraph(made, document.addressee + words.colon)
    for one in document.body:
        line = _paragraph(made, one.text, face={"heading": HEI, "subheading": KAI}.get(one.kind, FANG), indented=True)
        line.paragraph_format.keep_with_next = one.kind != "text"
    if document.annexes:
        _paragraph(made, "")
    for number, annex in enumerate(document.annexes, start=1):
        label = f"{number}." if len(document.annexes) > 1 else ""
        _paragraph(made, f"{words.annex}{words.colon}{label}{annex.title}", indented=True)
    _paragraph(made, "").paragraph_format.keep_with_next = True
    for text in filter(None, (document.signature, chinese_day(document.day))):
        line = _paragraph(made, text, align=ALIGN.RIGHT)
        line.paragraph_format.right_indent = CHARACTER * max(2, 4 + (len(document.signature) - len(text)) // 2)
        line.paragraph_format.keep_with_next = text == document.signature


def _annex(made: Any, document: Official, annex: Annex, number: int | None) -> None:
    made.add_section(WD_SECTION.NEW_PAGE)
    _paragraph(made, f"{document.words.annex}{number or ''}", face=HEI)
    heading = _paragraph(made, annex.title, align=ALIGN.CENTER, face=SONG, size=TITLE)
    heading.paragraph_format.line_spacing = Pt(32)
    heading.paragraph_format.space_after = Mm(5)
    table = made.add_table(rows=0, cols=len(annex.columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Mm(156 * share / sum(annex.widths)) for share in annex.widths]
    _row(table, annex.columns, widths, face=HEI)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for texts in annex.rows:
        _row(table, texts, widths, face=FANG)


def _row(table: Any, texts: Iterable[str], widths: Iterable[Any], *, face: str) -> None:
    row = table.add_row()
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        line = cell.paragraphs[0]
        line.paragraph_format.line_spacing = Pt(18)
        _write(line, text, face=face, size=TABLE)


def _copies(made: Any, document: Official) -> None:
    words = document.words
    text = f"{words.copies}{words.colon}{words.comma.join(document.copies)}{words.stop}"
    line = _paragraph(made, text, size=SMALL)
    line.paragraph_format.space_before = LINE * 2
    line.paragraph_format.left_indent, line.paragraph_format.right_indent = Pt(14), Pt(14)
    _rule(line, "top", size=8, space=4)
    _rule(line, "bottom", size=8, space=4)


def _paragraph(
    made: Any, text: str, *, align: Any = ALIGN.JUSTIFY, face: str = FANG, size: Any = BODY, colour: Any = None,
    indented: bool = False,
) -> Any:  # fmt: skip
    line = made.add_paragraph()
    line.alignment = align
    form = line.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing = LINE
    if indented:
        form.first_line_indent = CHARACTER * 2
        line._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
    _write(line, text, face=face, size=size, colour=colour)
    return line


def _write(line: Any, text: str, *, face: str, size: Any, colour: Any = None) -> None:
    run = line.add_run(_clean(text))
    run.font.size = size
    _typeface(run._r.get_or_add_rPr(), face)
    if colour is not None:
        run.font.color.rgb = colour


def _clean(text: str) -> str:
    """The text without signs that XML cannot carry."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\t\n")


def _typeface(properties: Any, face: str) -> None:
    """The same face for Chinese and for figures, as official documents have it."""
    fonts = properties.get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(name), face)


def _page_number(line: Any, align: Any) -> None:
    line.alignment = align
    indent = "left_indent" if align == ALIGN.LEFT else "right_indent"
    setattr(line.paragraph_format, indent, Pt(14))
    _write(line, "— ", face=FANG, size=SMALL)
    field = _element("w:fldSimple", instr="PAGE")
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    properties.append(_element("w:sz", val="28"))
    run.append(properties)
    number = OxmlElement("w:t")
    number.text = "1"
    run.append(number)
    field.append(run)
    line._p.append(field)
    _write(line, " —", face=FANG, size=SMALL)


def _rule(line: Any, side: str, *, size: int, space: int, colour: str = "000000") -> None:
    """A line above or below a paragraph; `size` in eighths of a point."""
    properties = line._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
    borders.append(_element(f"w:{side}", val="single", sz=str(size), space=str(space), color=colour))


def _element(name: str, **values: str) -> Any:
    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    return made
