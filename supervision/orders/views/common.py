"""What the screens share: a form as a page or a dialog, and a letter's documents."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from deputies.accounts.access import SignedIn
from liaison.base.documents.official import Official, official_pdf
from liaison.base.later import later
from liaison.base.web.steps import serve_form
from supervision.orders.models import Letter
from supervision.orders.queries import document_of

PAGES = "supervision/orders"
docx = later("liaison.base.documents.official_docx")


def _as_docx(document: Official) -> bytes:
    made: bytes = docx.official_docx(document)
    return made


MAKERS: dict[str, tuple[Callable[..., bytes], str]] = {
    "pdf": (official_pdf, "application/pdf"),
    "docx": (_as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def paper_of(letter: Letter, form: str) -> HttpResponse:
    """The letter as PDF or DOCX."""
    make, content_type = MAKERS[form]
    response = HttpResponse(make(document_of(letter)), content_type=content_type)
    shown = "inline" if form == "pdf" else "attachment"
    name = quote(f"{letter.reference or letter.title}.{form}")
    response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{name}"
    return response


def serve(
    request: SignedIn, form: Any, service: Callable[..., Any], *, label: Any, said: Any, back: str, title: str = "",
    place: Callable[[Any], str] | None = None, **given: Any,
) -> HttpResponse:  # fmt: skip
    """A form as a page or a dialog: `service` gets `given` and the cleaned data. Afterwards to `place` of what was
    made, else `back`."""

    def act(**who: Any) -> str:
        made = service(**{**form.cleaned_data, **given}, **who)
        return place(made) if place else back

    pages = "supervision/form.html", "supervision/_form.html"
    return serve_form(request, form, act, pages=pages, said=said, place=back, label=label, title=title)
