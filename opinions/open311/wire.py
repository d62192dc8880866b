"""JSON and XML as GeoReport v2 has them. A document is a name with a list or a mapping; pure."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
ITEM = {
    "services": "service", "attributes": "attribute", "values": "value", "service_requests": "request",
    "extended_attributes": "attribute", "errors": "error", "endpoints": "endpoint", "formats": "format",
}  # fmt: skip
"""The name of one element in a list of this name."""
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def written(form: str, name: str, said: Any) -> str:
    """The document `name` in "json" or "xml"."""
    if form == "json":
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return DECLARATION + _element(name, said)


def _element(name: str, said: Any) -> str:
    if said is None or said == "":
        return f"<{name}/>"
    if isinstance(said, Mapping):
        inner = "".join(_element(key, value) for key, value in said.items())
    elif isinstance(said, list):
        inner = "".join(_element(ITEM[name], value) for value in said)
    elif isinstance(said, bool):
        inner = "true" if said else "false"
    else:
        inner = escape(_UNWRITABLE.sub("", str(said)))
    return f"<{name}>{inner}</{name}>"
