"""Layouts that staff keep: a DOCX with placeholders, filled in by docxtpl in a sandbox. Text stays text."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, cast

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from liaison.base.errors import InvalidInput
from liaison.base.later import later
from supervision.reports.papers import Paper, shown

docxtpl = later("docxtpl")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def placeholders(paper: Paper) -> dict[str, Any]:
    """What a layout may name."""
    content = paper.content
    rows = [row for section in content["sections"] for row in section["rows"]]
    return {
        "title": paper.title, "owner": content["owner"], "organisation": content["organisation"],
        "upper": content["upper"], "month": content["month"], "edition": paper.number, "why": paper.why,
        "day": paper.day.isoformat() if paper.day else "", "standing_at": f"{paper.standing_at:%Y-%m-%d %H:%M}",
        "value": {row["code"]: shown(row["value"], row["unit"]) for row in rows},
        "before": {row["code"]: shown(row["before"], row["unit"]) for row in rows},
        "year_before": {row["code"]: shown(row["year_before"], row["unit"]) for row in rows},
        "note": {section["key"]: section["note"] for section in content["sections"]},
        "sections": content["sections"], "tables": content["tables"], "below": content["below"],
        "differs": list(paper.differs),
    }  # fmt: skip


def filled(layout: bytes, paper: Paper) -> bytes:
    """The layout with the figures of a report. Raises InvalidInput, with what is wrong, for one that cannot be."""
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    out = BytesIO()
    try:
        made = docxtpl.DocxTemplate(BytesIO(layout))
        made.render(cast("Mapping[str, Any]", placeholders(paper)), jinja_env=sandbox, autoescape=True)
        made.save(out)
    except (TemplateError, ValueError, KeyError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
        raise Unusable(str(error)) from error
    return out.getvalue()


class Unusable(InvalidInput):
    """A layout that cannot be filled in; the message says what it names that there is not."""

    def __init__(self, told: str) -> None:
        super().__init__(_("这个版式填不出来：%(told)s") % {"told": told[:200]}, field="attachments")
