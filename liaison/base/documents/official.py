"""Official documents after GB/T 9704-2012, as PDF and as DOCX: pure, from what is said to where it stands on the page.

A4; margins 37 mm on top and 28 mm at the binding; a type area of 156 × 225 mm with 22 lines of 28 characters.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from liaison.base.documents.pdf import render

TEMPLATE = "official.typ"
Kind = Literal["text", "heading", "subheading"]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body. `heading` is a heading of the first level (黑体), `subheading` of the second (楷体)."""

    text: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Annex:
    """附件: a table on pages of its own. `widths` are shares of the line."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Words:
    """The fixed words of a document; an official one speaks Chinese, whatever the reader of the screen chose."""

    annex: str = "附件"
    copies: str = "抄送"
    colon: str = "："
    stop: str = "。"
    comma: str = "，"


@dataclass(frozen=True, kw_only=True)
class Official:
    """What an official document says. Without `number` and with `draft` it is a draft and says so on each page."""

    heading: str
    """发文机关标志, in red."""
    number: str
    """发文字号."""
    title: str
    addressee: str
    """主送机关."""
    body: Sequence[Paragraph]
    signature: str
    """发文机关署名."""
    day: date | None
    """成文日期; none while it is a draft."""
    copies: Sequence[str] = ()
    """抄送机关."""
    annexes: Sequence[Annex] = ()
    draft: str = ""
    """The word that a draft carries."""
    words: Words = field(default_factory=Words)


def official_pdf(document: Official) -> bytes:
    """The document as PDF."""
    return render(TEMPLATE, asdict(document) | {"day": chinese_day(document.day)}, system_fonts=True)


def chinese_day(day: date | None) -> str:
    """成文日期 in Arabic figures without leading zeros (GB/T 9704, 7.3.5.4); empty for a draft."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def official_from(held: dict[str, Any]) -> Official:
    """The document that `as_data` kept."""
    day = held["day"]
    return Official(
        **{
            **held,
            "day": date.fromisoformat(day) if day else None,
            "body": [Paragraph(**one) for one in held["body"]],
            "annexes": [Annex(**one) for one in held["annexes"]],
            "words": Words(**held["words"]),
        }
    )


def as_data(document: Official) -> dict[str, Any]:
    """The document as JSON can keep it, so that it can be printed again as it was."""
    return asdict(document) | {"day": document.day.isoformat() if document.day else ""}
