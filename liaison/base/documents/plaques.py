"""Plaques: the board that residents scan, one page each."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from liaison.base.codes import qr_svg
from liaison.base.documents.pdf import render

TEMPLATE = "plaque.typ"
MOST_PEOPLE = 8
"""Deputies named on a contact point's plaque; more are told as a number."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PlaqueData:
    """What one plaque says. `url` becomes its QR symbol; `code` is printed under it for typing."""

    heading: str
    """Who or what: the deputy's name, or the name of the contact point."""
    standing: str
    """Under the heading: congress level and title, or the kind of contact point."""
    place: str
    url: str
    code: str
    phone: str = ""
    hours: Sequence[str] = ()
    """Duty times, one line each."""
    people: Sequence[tuple[str, str]] = ()
    """Deputies of a contact point: name and standing."""
    photo: bytes = field(default=b"", repr=False)
    """JPEG of the deputy, only with consent."""


@override(settings.LANGUAGE_CODE)
def plaques(
    data: Sequence[PlaqueData],
    *,
    place_name: str = "",
    form: Literal["pdf", "svg", "png"] = "pdf",
    progress: Progress | None = None,
) -> bytes:
    """All plaques as one document, a page each; SVG and PNG give the first only. Raises ValueError without any.

    A plaque hangs in public: it speaks the language of the site, whatever the reader of the screen chose.
    """
    if not data:
        raise ValueError("A plaque document needs at least one plaque.")
    told = progress or _nobody
    pictures: dict[str, bytes] = {}
    pages = []
    for number, one in enumerate(data):
        told(number, len(data))
        pages.append(_page(number, one, pictures))
    made = render(TEMPLATE, {"pages": pages, "words": _words(place_name)}, pictures=pictures, form=form)
    told(len(data), len(data))
    return made


def _nobody(done: int, total: int) -> None:
    """Progress that nobody waits for."""


def _page(number: int, one: PlaqueData, pictures: dict[str, bytes]) -> dict[str, Any]:
    pictures[f"qr{number}.svg"] = qr_svg(one.url).encode()
    if one.photo:
        pictures[f"photo{number}.jpg"] = one.photo
    page = asdict(one)
    page["photo"] = f"photo{number}.jpg" if one.photo else ""
    page["qr"] = f"qr{number}.svg"
    page["type"] = _("扫不了？打开 %(site)s 输入代码") % {"site": urlsplit(one.url).netloc}
    page["people"] = list(one.people[:MOST_PEOPLE])
    page["more"] = _("等 %(count)s 位") % {"count": len(one.people)} if len(one.people) > MOST_PEOPLE else ""
    return page


def _words(place_name: str) -> dict[str, Any]:
    return {
        "place": place_name,
        "title": _("人大代表联系群众"),
        "scan": _("扫一扫，有事直接说"),
        "steps": [
            [_("扫码说事"), _("不用下载，不用注册，写一句、拍张照就行")],
            [_("随时查看"), _("谁接的、交给谁、什么时候前答复，一步一步看得到")],
            [_("您来评价"), _("办完由您说满意不满意，不满意退回重办")],
        ],
        "hours": _("接待时间"),
        "phone": _("联系电话"),
        "deputies": _("驻点代表"),
        "note": _("诉讼、招投标事项请到法院或交易平台；信访事项请到信访部门；紧急情况请拨 110、119、120"),
    }
