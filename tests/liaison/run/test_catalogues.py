"""Translations compiled without GNU gettext."""

import gettext
import os
from pathlib import Path

from liaison.run.catalogues import compile_catalogues

SOURCE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "答复"
msgstr "Reply"

msgctxt "verb"
msgid "答复"
msgstr "Answer"

msgid "%(count)s 件"
msgid_plural "%(count)s 件"
msgstr[0] "one"
msgstr[1] "many"

#, fuzzy
msgid "转交"
msgstr "a guess"
"""


def write(folder: Path) -> Path:
    source = folder / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE)
    return source


def test_compiled_catalogue_translates(tmp_path: Path) -> None:
    write(tmp_path)
    compile_catalogues(tmp_path)
    with (tmp_path / "en" / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    assert catalogue.gettext("答复") == "Reply"
    assert catalogue.pgettext("verb", "答复") == "Answer"
    assert catalogue.ngettext("%(count)s 件", "%(count)s 件", 2) == "many"
    assert catalogue.gettext("转交") == "转交"


def test_catalogue_is_compiled_again_only_when_changed(tmp_path: Path) -> None:
    source = write(tmp_path)
    assert len(compile_catalogues(tmp_path)) == 1
    assert compile_catalogues(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    assert len(compile_catalogues(tmp_path)) == 1
