"""Fixed words of templates: Django's own, found once per language."""

import pytest
from django.template import Context, Template
from django.templatetags import i18n
from django.utils import translation

from liaison.base.web.templatetags.i18n import Words

SOURCES = (
    '{% translate "提交" %}', '{% translate "提交" context "done" %}', '{% trans "状态" %}', '{% translate "100%%" %}',
    '{% translate "<b>&" %}', '{% translate "提交" noop %}', '{% translate "提交" as said %}[{{ said }}]',
    "{% translate word %}", '{% translate "提交"|upper %}', '{% translate "提交" context where %}',
)  # fmt: skip
FIXED = 7
"""How many of them say the same on every page of a language."""


@pytest.mark.once
@pytest.mark.parametrize("source", SOURCES)
def test_words_are_those_of_django_in_every_language(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Template("{% load i18n %}" + source)
    monkeypatch.setitem(ours.engine.template_libraries, "i18n", i18n.register)
    theirs = Template("{% load i18n %}" + source)
    for language in ("zh-hans", "en", "zh-hans", "en"):
        for word in ("状态", "done"):
            context = {"word": word, "where": word}
            with translation.override(language):
                assert ours.render(Context(context)) == theirs.render(Context(context)), (language, word)


@pytest.mark.once
def test_only_fixed_words_are_kept() -> None:
    kept = [any(isinstance(node, Words) for node in Template("{% load i18n %}" + one).nodelist) for one in SOURCES]
    assert kept == [True] * FIXED + [False] * (len(SOURCES) - FIXED)
