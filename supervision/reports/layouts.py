"""Layouts that staff keep: a DOCX with placeholders, filled in by docxtpl. Text stays text.

A layout may name things, choose and go through lists: no calls, no arithmetic, bounded loops, bounded size. So it
costs no more than its pages, whatever it says.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, cast
from zipfile import ZipFile

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from liaison.base.errors import InvalidInput
from liaison.base.later import later
from supervision.reports.papers import Paper, shown

docxtpl = later("docxtpl")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_UNPACKED = 20_000_000
"""Bytes that all parts of a layout have together, and characters that one part may grow to."""
MOST_LOOPS, DEEPEST = 50, 3
LISTS = frozenset(("sections", "tables", "below", "differs", "rows", "values", "columns", "codes"))
"""What a layout may go through."""
FILTERS = frozenset(("default", "first", "last", "length"))
SPOKEN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem,
    nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter,
)  # fmt: skip
"""All that a layout may say."""


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


class _Bounded(Template):
    """A layout's part that does not grow without end."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        return "".join(_within(self.generate(*args, **kwargs)))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Takes only what is SPOKEN, before anything of it is worked out."""

    template_class = _Bounded

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        _check(source)
        return super()._generate(source, *args, **kwargs)


def _within(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_UNPACKED:
            raise TemplateError(_("填出来太大。"))
        yield piece


def _check(tree: nodes.Template) -> None:
    """Raises TemplateError at what a layout may not say."""
    for node in tree.find_all(nodes.Node):
        strange = type(node) not in SPOKEN or (isinstance(node, nodes.Filter) and node.name not in FILTERS)
        if strange or (isinstance(node, nodes.For) and _name(node.iter) not in LISTS):
            raise TemplateError(_("第 %(line)s 行有不能用的写法。") % {"line": node.lineno})
    if _depth(tree) > DEEPEST or sum(1 for _node in tree.find_all(nodes.For)) > MOST_LOOPS:
        raise TemplateError(_("循环太多。"))


def _name(node: nodes.Node) -> Any:
    """What an expression names last."""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return node.arg.value
    return getattr(node, "attr", None) or getattr(node, "name", None)


def _depth(node: nodes.Node) -> int:
    """How deep loops stand in each other."""
    below = max((_depth(one) for one in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)


def filled(layout: bytes, paper: Paper) -> bytes:
    """The layout with the figures of a report. Raises Unusable, with what is wrong, for one that cannot be."""
    sandbox = _Sandbox(undefined=StrictUndefined, autoescape=True)
    sandbox.globals.clear()
    out = BytesIO()
    try:
        with ZipFile(BytesIO(layout)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise TemplateError(_("文件解开以后太大。"))
        made = docxtpl.DocxTemplate(BytesIO(layout))
        made.render(cast("Mapping[str, Any]", placeholders(paper)), jinja_env=sandbox, autoescape=True)
        made.save(out)
    except Exception as error:  # over what people write and damaged files zipfile, lxml and docx raise anything
        raise Unusable(str(error)) from error
    return out.getvalue()


def own(layout: bytes, paper: Paper) -> tuple[str, bytes, str]:
    """A report in a district's own layout: name, bytes and type, in the language of documents. Raises Unusable."""
    with override(settings.LANGUAGE_CODE):
        return f"{paper.title}.docx", filled(layout, paper), DOCX


class Unusable(InvalidInput):
    """A layout that cannot be filled in; the message says what it names that there is not."""

    def __init__(self, told: str) -> None:
        super().__init__(_("这个版式填不出来：%(told)s") % {"told": told[:200]}, field="attachments")
