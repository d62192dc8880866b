"""Every text of the program is marked, and has its English."""

import re
from pathlib import Path

import polib
import pytest

from tests.architecture.source import name_of, templates
from tests.messages import CATALOGUE, Message, bring_up_to_date, collect, placeholders, sources

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]")
TAG = re.compile(r"</?[a-z]+")
MARKED = [
    (re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?\bendcomment\s*%\}", re.DOTALL), ""),
    (re.compile(r"\b_\((?:\"[^\"]*\"|'[^']*')\)"), ""),
    (re.compile(r"\{%\s*trans(?:late)?\b.*?%\}"), ""),
    (re.compile(r"(\{%\s*blocktrans(?:late)?\b.*?%\}).*?\bendblocktrans(?:late)?\s*%\}", re.DOTALL), r"\1"),
]
"""What of a template is no text or is marked for translation; the opening tag of a block may itself hold a text."""
OWN_NAME_OF_THE_LANGUAGE = "中文"


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def pairs(catalogue: polib.POFile) -> list[tuple[str, str]]:
    """Each Chinese text with the English that must carry the same values; of two forms, that for many."""
    return [
        (entry.msgid_plural or entry.msgid, entry.msgstr_plural[1] if entry.msgid_plural else entry.msgstr)
        for entry in catalogue.translated_entries()
    ]


def missing(catalogue: polib.POFile, used: dict[Message, str]) -> list[str]:
    """The texts of `used` without English, with the file that uses them."""
    translated = {(entry.msgctxt, entry.msgid, entry.msgid_plural or "") for entry in catalogue.translated_entries()}
    return [f"{where}: {message.text}" for message, where in used.items() if tuple(message) not in translated]


def test_every_text_has_its_english(catalogue: polib.POFile) -> None:
    assert missing(catalogue, collect(sources())) == [], "run `make messages`, then translate what is new"


def test_no_entry_is_a_guess(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_english_keeps_the_placeholders_and_tags(catalogue: polib.POFile) -> None:
    told = pairs(catalogue)
    assert [pair for pair in told if placeholders(pair[0]) != placeholders(pair[1])] == []
    assert [pair for pair in told if sorted(TAG.findall(pair[0])) != sorted(TAG.findall(pair[1]))] == []


def test_singular_names_no_value_that_the_text_lacks(catalogue: polib.POFile) -> None:
    counted = [entry for entry in catalogue if entry.msgid_plural]
    assert counted
    for entry in counted:
        assert set(placeholders(entry.msgstr_plural[0])) <= set(placeholders(entry.msgid)), entry.msgid


def test_english_is_english(catalogue: polib.POFile) -> None:
    """Chinese may be quoted, such as the name of a column that a file must have; it is never the larger part."""
    read = [english for _chinese, english in pairs(catalogue) if english != OWN_NAME_OF_THE_LANGUAGE]
    assert [text for text in read if len(CHINESE.findall(text)) > len(LATIN.findall(text))] == []


def unmarked(template: str) -> list[str]:
    """The lines of a template with Chinese that is not marked."""
    for pattern, rest in MARKED:
        template = pattern.sub(rest, template)
    return [line.strip() for line in template.splitlines() if CHINESE.search(line)]


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_template_marks_its_texts(path: Path) -> None:
    assert unmarked(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("template", "count"),
    [
        ('{% translate "甲" %}{{ x|default:_("乙") }}{# 丙 #}', 0),
        ("{% blocktranslate with a=b %}{{ a }} 件{% endblocktranslate %}", 0),
        ("<p>甲</p>", 1),
        ('{{ x|default:"乙" }}', 1),
        ('{% blocktranslate with a=b|date:"n月" %}{{ a }}{% endblocktranslate %}', 1),
    ],
)
def test_unmarked_chinese_is_recognised(template: str, count: int) -> None:
    assert len(unmarked(template)) == count


PYTHON = """
from django.utils.translation import gettext_lazy as _l, ngettext, pgettext

NAMES = (_l("甲"), _l("乙" "丙"))
def told(n): return ngettext("%(n)s 件", "%(n)s 件", n) + pgettext("verb", "答复") + "没有标记"
"""
TEMPLATE = """
  {% translate "丁" as x %}{# _("不要") #}
{{ value|default:_("戊") }} <b>'</b>
    {% blocktranslate count n=n trimmed %}
      {{ n }} 条
    {% plural %}
      {{ n }} 条
    {% endblocktranslate %}
"""


@pytest.fixture
def two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr("tests.architecture.source.ROOT", tmp_path)
    paths = [tmp_path / "told.py", tmp_path / "_page.html"]
    for path, text in zip(paths, (PYTHON, TEMPLATE), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_collecting_finds_what_is_marked_in_programs_and_templates(two_files: list[Path]) -> None:
    counted = Message(None, "%(n)s 件", "%(n)s 件")
    rows = Message(None, "%(n)s 条", "%(n)s 条")
    assert collect(two_files) == {
        Message(None, "甲"): "told.py",
        Message(None, "乙丙"): "told.py",
        counted: "told.py",
        Message("verb", "答复"): "told.py",
        Message(None, "丁"): "_page.html",
        Message(None, "戊"): "_page.html",
        rows: "_page.html",
    }


def test_new_text_is_missing_until_translated(two_files: list[Path]) -> None:
    used = collect(two_files)
    fresh = bring_up_to_date(polib.POFile(), used)
    assert len(missing(fresh, used)) == len(used)
    for entry in fresh:
        entry.msgstr = "" if entry.msgid_plural else "word"
        entry.msgstr_plural = {0: "one", 1: "many"} if entry.msgid_plural else {}
    assert missing(fresh, used) == []


def test_collecting_again_keeps_translations_and_drops_what_is_unused(two_files: list[Path]) -> None:
    used = collect(two_files)
    old = bring_up_to_date(polib.POFile(), [*used, Message(None, "以前的")])
    for entry in old:
        if not entry.msgid_plural:
            entry.msgstr = f"English of {entry.msgid}"
    fresh = bring_up_to_date(old, [*used, Message(None, "新的")])
    found = {entry.msgid: entry.msgstr for entry in fresh if not entry.msgid_plural}
    assert (found["甲"], found["新的"]) == ("English of 甲", "")
    assert "以前的" not in found
