"""Telephone numbers and names: normalising, masking, blind index (Personal Information Protection Law: least data)."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MOBILE = re.compile(r"^1[3-9]\d{9}$")
COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "令狐",
    ]
)


def normalise_phone(text: str) -> str:
    """A mobile number as eleven digits; accepts full-width digits, spaces, hyphens, +86. Raises ValidationError."""
    digits = re.sub(r"[\s\-()（）]", "", unicodedata.normalize("NFKC", text or ""))
    digits = re.sub(r"^(\+?86|0086)(?=1[3-9])", "", digits)
    if not MOBILE.match(digits):
        raise ValidationError(_("请填写 11 位手机号码，例如 13800000000。"), code="phone")
    return digits


def mask_phone(phone: str) -> str:
    """138****5678; anything else is hidden but for its last two characters."""
    if MOBILE.match(phone or ""):
        return f"{phone[:3]}****{phone[7:]}"
    return f"****{phone[-2:]}" if phone else ""


def mask_name(name: str) -> str:
    """Public form of a name: surname and 某某."""
    name = (name or "").strip()
    if not name:
        return ""
    surname = name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]
    return f"{surname}某某" if len(name) > len(surname) + 1 else f"{surname}某"


def blind_index(value: str) -> str:
    """Keyed hash by which an encrypted value can be found but not read (hex, 64 characters)."""
    if not value:
        return ""
    return hmac.new(settings.PHONE_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


_D = "[0-9０-９]"
_GAP = r"[\s\-－]?"
ID_NUMBER = re.compile(
    rf"(?<!{_D}){_D}{{6}}{_GAP}(?:[1１][89８９]|[2２][0０]){_D}{{2}}{_GAP}(?:[0０][1-9１-９]|[1１][0-2０-２])"
    rf"(?:[0０][1-9１-９]|[12１２]{_D}|[3３][01０１]){_GAP}{_D}{{3}}[0-9０-９XxＸｘ](?![0-9０-９])"
)
"""A resident identity number (GB 11643): six digits of a place, a date of birth, three of order, a check character."""


def hide_id_numbers(text: str) -> str:
    """The text with every ID-card number put out of it; they are never stored (domain.md §5)."""
    return ID_NUMBER.sub(gettext("（身份证号已隐去）"), text)


MOBILE_ANYWHERE = re.compile(rf"(?<!{_D})(?:\+?86[\s\-]?)?[1１][3-9３-９](?:[\s\-－]?{_D}){{9}}(?!{_D})")
LANDLINE = re.compile(rf"(?<!{_D})[0０]{_D}{{2,3}}[\s\-－]?{_D}{{7,8}}(?!{_D})")
_DOOR = re.compile(
    rf"(?<!{_D}){_D}{{1,4}}(?=[室户房](?!间))|(?<!{_D}){_D}{{1,3}}[\-－]{_D}{{1,2}}[\-－]{_D}{{3,4}}(?!{_D})"
)
CALLED = re.compile(r"(?:我叫|本人叫|我的名字是|联系人[:：]?)\s*(?P<hit>[\u4e00-\u9fff]{2,3})(?=[，。,；;、\s（(]|$)")


def deidentified(text: str, *, names: Iterable[str] = ()) -> str:
    """The text without what leads to a person: identity numbers, telephone numbers, doors, and the given `names`.

    What a program cannot know (a neighbour's name, a rare circumstance) stays: somebody reads the result before it goes
    to others (rule 6).
    """
    text = hide_id_numbers(text)
    text = LANDLINE.sub(gettext("（电话已隐去）"), MOBILE_ANYWHERE.sub(gettext("（电话已隐去）"), text))
    text = CALLED.sub(gettext("（姓名已隐去）"), _DOOR.sub("××", text))
    for name in sorted({one.strip() for one in names if len(one.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, gettext("（姓名已隐去）"))
    return text
