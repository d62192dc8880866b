"""`make messages`: bring the texts of the whole program into the English catalogue, without GNU gettext.

    python -m tests.messages

New texts come in without a translation, texts that nobody uses go, the translations of the others stay.
No places, dates or guesses stand in the file, so that a change shows as itself;
tests/architecture/test_catalogue.py fails until every new text has its English.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

from tests.architecture.source import PRODUCT, ROOT, name_of, python_files, templates

CATALOGUE = ROOT / "liaison" / "locale" / "en" / "LC_MESSAGES" / "django.po"
CALLS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "_l", "_lazy", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
"""The names under which the program calls gettext, and which of their arguments are what."""
HEADER = {
    "Project-Id-Version": "liaison",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
TITLE = "English for every text of the program. Collected by `make messages`, translated by hand."
PERCENT = re.compile(r"%(?:\(\w+\))?[-#0+]*\d*(?:\.\d+)?[sdrfgi]|%%")
BRACES = re.compile(r"\{\w*(?:[.!:][^{}]*)?\}")


class Message(NamedTuple):
    """A text of the program; `plural` is empty when the text does not depend on a number."""

    context: str | None
    text: str
    plural: str = ""


def collect(paths: Iterable[Path]) -> dict[Message, str]:
    """Every text marked in `paths`, in the order of its first use, with the file of that use."""
    found: dict[Message, str] = {}
    for path in paths:
        for message in _messages_of(path):
            found.setdefault(message, name_of(path))
    counted = {(message.context, message.text) for message in found if message.plural}
    return {key: name for key, name in found.items() if key.plural or (key.context, key.text) not in counted}


def sources() -> list[Path]:
    return [*python_files(*PRODUCT), *templates()]


def placeholders(text: str) -> list[str]:
    """What a program puts into `text`: `%(count)s`, `{name}` and the doubled `%%`."""
    return sorted([*PERCENT.findall(text), *BRACES.findall(text)])


def bring_up_to_date(catalogue: polib.POFile, messages: Iterable[Message]) -> polib.POFile:
    """A catalogue of exactly `messages`, with the translations that `catalogue` has for them."""
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural or ""): entry for entry in catalogue if not entry.obsolete}
    fresh = polib.POFile(wrapwidth=0)
    fresh.header, fresh.metadata = TITLE, HEADER
    fresh.extend(known.get(message) or _empty_entry(message) for message in messages)
    return fresh


def _messages_of(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _as_python(source)
    for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=CALLS):
        first, second = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
        if first:
            yield Message(context, first, second)


def _as_python(template: str) -> str:
    """The tags of a template as calls of gettext; indentation goes, since Python would stumble over it."""
    calls = templatize(re.sub(r"\{#.*?#\}", "", template))
    return "\n".join(line.lstrip() for line in calls.splitlines())


def _empty_entry(message: Message) -> polib.POEntry:
    entry = polib.POEntry(msgctxt=message.context, msgid=message.text, msgid_plural=message.plural)
    if message.plural:
        entry.msgstr_plural = {0: "", 1: ""}
    if PERCENT.search(message.text):
        entry.flags.append("python-format")
    elif BRACES.search(message.text):
        entry.flags.append("python-brace-format")
    return entry


def main() -> None:
    messages = collect(sources())
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    old = polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else polib.POFile()
    fresh = bring_up_to_date(old, messages)
    fresh.save(str(CATALOGUE))
    print(f"✓ {len(fresh)} texts, {len(fresh.untranslated_entries())} without English: {name_of(CATALOGUE)}")


if __name__ == "__main__":
    main()
