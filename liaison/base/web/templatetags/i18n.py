"""Django's own i18n tags, but a `{% translate %}` of fixed words is looked up once per language, not for each row.

It stands for the library `i18n` (settings.TEMPLATES), so that every template has it by the usual `{% load i18n %}`.
"""

from typing import Any

from django.template import Library, Node
from django.template.base import FilterExpression, Parser, Token, Variable
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags, register.filters = dict(i18n.register.tags), dict(i18n.register.filters)


class Words(Node):
    """Words that are the same in every page of one language."""

    child_nodelists = ()

    def __init__(self, spoken: i18n.TranslateNode) -> None:
        self._asvar, spoken.asvar = spoken.asvar, None
        self._spoken = spoken
        self._found: dict[str | None, str] = {}

    def render(self, context: Any) -> str:
        language = get_language()
        words = self._found.get(language)
        if words is None:
            words = self._found[language] = self._spoken.render(context)
        if not self._asvar:
            return words
        context[self._asvar] = words
        return ""


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "…" %}`; what depends on a variable or a filter is left to Django."""
    node = i18n.do_translate(parser, token)
    return Words(node) if all(map(_fixed, (node.filter_expression, node.message_context))) else node


def _fixed(said: FilterExpression | None) -> bool:
    """Whether an expression is a text in quotes and nothing else."""
    if said is None:
        return True
    text = said.var.literal is not None if isinstance(said.var, Variable) else True
    return text and not said.filters
