"""A table between dry run and confirmation: the browser keeps it, signed, so that the server keeps no personal data."""

from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from liaison.base.errors import InvalidInput
from liaison.base.imports import Row, Table, read_table

KEPT_SECONDS = 3600
"""How long a dry run may be confirmed."""
MOST_PACKED = 1_500_000
"""Characters of a packed table that a form may carry (DATA_UPLOAD_MAX_MEMORY_SIZE bounds it)."""


def table_of(upload: Any, *, most: int) -> Table:
    """The table in an upload. Raises InvalidInput when it cannot be read or is too much for a page."""
    table = read_table(upload.read(), name=upload.name)
    if len(table.rows) > most or len(_text(table, "size")) > MOST_PACKED:
        raise InvalidInput(
            _("网页一次最多导入 %(most)s 行，请分成几个文件，或由管理员用命令行导入。") % {"most": most}, field="file"
        )
    return table


def _text(table: Table, salt: str) -> str:
    rows = [[row.number, [row[column] for column in table.columns]] for row in table.rows]
    return signing.dumps([list(table.columns), rows], salt=salt, compress=True)


def pack(request: HttpRequest, table: Table, salt: str) -> str:
    """The table, signed for this user and this import."""
    return signing.dumps([request.user.pk, _text(table, salt)], salt=f"{salt}-by")


def unpack(request: HttpRequest, salt: str) -> Table:
    """The table of the dry run. Raises InvalidInput when it is not this user's, not ours or too old."""
    try:
        owner, packed = signing.loads(request.POST.get("packed", ""), salt=f"{salt}-by", max_age=KEPT_SECONDS)
        columns, rows = signing.loads(packed, salt=salt)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidInput(_("这次试读已经过期，请重新上传文件。")) from error
    if owner != request.user.pk:
        raise InvalidInput(_("这次试读已经过期，请重新上传文件。"))
    return Table(columns, [Row(number, dict(zip(columns, cells, strict=True))) for number, cells in rows])
