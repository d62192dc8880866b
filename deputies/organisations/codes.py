"""Official division codes (GB/T 2260 and GB/T 10114): 6 digits to the county, 3 for the street, 3 for the community.

Kept in their shortest form: 42, 4201, 420105, 420105002, 420105002001. Trailing zeros, as in 420000000000, are cut off.
"""

from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import DivisionLevel
from liaison.base.errors import InvalidInput

LEVEL_BY_LENGTH = {
    2: DivisionLevel.PROVINCE,
    4: DivisionLevel.PREFECTURE,
    6: DivisionLevel.COUNTY,
    9: DivisionLevel.STREET,
    12: DivisionLevel.COMMUNITY,
}
LENGTHS = tuple(LEVEL_BY_LENGTH)


class BadDivisionCode(InvalidInput):
    """Not an official code; the message says why."""


def official_code(text: str) -> str:
    """The code in its shortest form. Raises BadDivisionCode."""
    text = text.strip()
    if "E+" in text.upper():
        raise BadDivisionCode(_("“%(code)s”被表格软件改成了科学计数，请把这一列设为文本后重新填写。") % {"code": text})
    if not (text.isascii() and text.isdigit()) or len(text) not in LENGTHS:
        raise BadDivisionCode(_("“%(code)s”不是行政区划代码，应为 2、4、6、9 或 12 位数字。") % {"code": text[:40]})
    return _shortest(text)


def _shortest(code: str) -> str:
    """Without the trailing zeros that stand for the lower levels."""
    for length in reversed(LENGTHS[:-1]):
        if len(code) > length and not code[length:].strip("0"):
            return _shortest(code[:length])
    return code


def level_of(code: str) -> DivisionLevel:
    """The level of an official code in its shortest form."""
    return LEVEL_BY_LENGTH[len(code)]


def parent_codes(code: str) -> list[str]:
    """Codes of the levels above, nearest first."""
    return [code[:length] for length in reversed(LENGTHS) if length < len(code)]
