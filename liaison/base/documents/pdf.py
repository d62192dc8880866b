"""PDF, SVG and PNG from Typst templates beside this file. Data go in as JSON, never as markup."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from noto_cjk_sans_otc import FONT_PATH

from liaison.base.later import later

typst = later("typst")

TEMPLATES = Path(__file__).parent / "templates"
PNG_PPI = 200
"""Resolution of PNG pages: 200 dots per inch print well at full size."""


def render(
    template: str,
    data: Any,
    *,
    pictures: Mapping[str, bytes] | None = None,
    form: Literal["pdf", "svg", "png"] = "pdf",
    system_fonts: bool = False,
) -> bytes:
    """The template filled with `data`. `pictures` are files it may show by name. SVG and PNG give the first page.

    With `system_fonts` the template may name typefaces that the machine has, and falls back to ours.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = root / template
        source.write_bytes((TEMPLATES / template).read_bytes())
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        for name, content in (pictures or {}).items():
            (root / name).write_bytes(content)
        options: dict[str, Any] = {"ppi": PNG_PPI} if form == "png" else {}
        made = typst.compile(
            str(source),
            root=str(root),
            font_paths=[_font_folder()],
            ignore_system_fonts=not system_fonts,
            format=form,
            **options,
        )
    pages = made if isinstance(made, list) else [made]
    return bytes(pages[0])


def _font_folder() -> str:
    path = Path(FONT_PATH)
    return str(path if path.is_dir() else path.parent)
