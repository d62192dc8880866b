"""From a message to the pairs of characters by which it is compared. Pure; no database.

Pairs of neighbouring characters, not words: residents write names that no dictionary has (ADR 0003). A pair is kept as
one number from which it can be read again, so that what made two messages alike can be told in words.
"""

import re
import unicodedata
import zlib
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from liaison.base.later import later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

Marks: TypeAlias = "NDArray[np.int32]"
"""Sorted and each once."""

LONGEST = 1_500
"""Characters of a text that are looked at: what it is about stands early, and one message must not take long."""
HAN = "㐀-鿿豈-﫿"

_PLATES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_NOISE = re.compile(rf"_x000d_|https?://\S+|&[a-z]+;|[{_PLATES}][a-z]·?[a-z0-9*]{{5,6}}")
_MOMENT = re.compile(
    r"(?:20\d\d|\d\d)年(?:\d{1,2}月(?:份|\d{1,2}[日号])?)?|\d{1,2}月(?:份|\d{1,2}[日号])"
    r"|20\d\d[./-]\d{1,2}(?:[./-]\d{1,2})?|\d{1,2}[:：]\d{2}|\d{1,2}[点时](?:\d{1,2}分?|半|多|左右)?"
)
_LONG_NUMBER = re.compile(r"[\d*]{5,}")
_BODIES = "(?:贵?(?:相关|有关|政府|主管|上级|职能)(?:职能)?(?:部门|单位|领导)?|领导)"
_PERSONS = "(?:领导|书记|市长|县长|区长|镇长|局长|主任|代表|部门)"
_GREETING = re.compile(
    rf"(?:尊敬的|敬爱的|各位)[^，。,!！:：\s]{{0,12}}?{_PERSONS}(?:们|同志)?(?:您们?好|你们?好|们?好)?"
    rf"|(?:{_PERSONS}|大家)?(?:您们?好|你们?好)|{_PERSONS}们?好"
    rf"|(?:恳请|恳求|希望|请求|请|盼|望|建议|强烈要求|要求|麻烦)?{_BODIES}"
    r"(?:们|能够|能|给予|予以|尽快|及时|帮忙|出面|重视|关注|协调|解决|处理|核实|查处|整治|调查|一下|为盼|并){1,8}"
    r"|(?:非常|十分|万分|衷心|谢谢|感谢|拜托|辛苦)(?:感谢|谢谢|您|你|了|领导|大家|们|啦|！)+"
    r"|谢谢|感谢|此致|敬礼|为盼|望解决|求解决|求助|反馈"
)
_ORDINAL = re.compile(
    r"[一二三四五六七八九十]{1,3}(?=号线|期|栋|幢|号楼|号院|区|单元|弄|组)|[二三四五六七八九]?十[一二三四五六七八九]?(?=路(?!口))"
)
_NUMBERED = re.compile("第?([一二三四五六七八九十]{1,2})(?:人民|初级|高级|实验)?(?:医(院)|(中)学|(小)学|(幼)儿园)")
"""Schools and hospitals with a number, which are said in two ways: 第三医院 and 三院."""
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_RUN = re.compile(rf"[{HAN}0-9]+|[a-z0-9]+")
_HAN_SIGN = re.compile(rf"[{HAN}]")
_COUNTED = re.compile(r"[a-z]?\d{1,4}(?:号线|号楼|号院|[路栋幢期区弄组村厂市县])")
_EMPTY_SIGNS = (
    "的了是在我你他她它们这那有也都就还又很太不没么吗呢吧啊呀哦嘛把被让给和与及或对从"
    "到向于因为所以但而且着过去来说上下里个些之其者请望希您贵得"
)
_SILENT = frozenset(_EMPTY_SIGNS)
_GAP = _EMPTY_SIGNS[0]
"""Between two runs: it makes no pair with either."""
_NO_PAIR = 0xD800_0000
"""What is no pair begins like half a surrogate, which no text holds."""


@cache
def nothing() -> Marks:
    """The marks of no text."""
    return np.empty(0, dtype=np.int32)


def plain(text: str) -> str:
    """The text in one width and case, without greetings, telephone numbers, plates, dates and times."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    text = _LONG_NUMBER.sub(" ", _MOMENT.sub(" ", _NOISE.sub(" ", text)))
    text = _NUMBERED.sub(_shortened, text).replace("实验小学", "实小")
    return _GREETING.sub(" ", _ORDINAL.sub(_arabic, text)).strip()


def _shortened(found: "re.Match[str]") -> str:
    """A school or hospital with a number as people call it."""
    number, *kinds = found.groups()
    return number + next(filter(None, kinds))


def _arabic(found: "re.Match[str]") -> str:
    """A Chinese numeral up to ninety-nine in digits."""
    sign = found.group()
    if "十" not in sign:
        return "".join(str(_DIGITS[one]) for one in sign)
    tens, _ten, ones = sign.partition("十")
    return str(_DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0))


def says_nothing(sign: str) -> bool:
    """Whether a character is one of those that stand in every text."""
    return sign in _SILENT


def marks_of(text: str) -> Marks:
    """The pairs of a normalised text that say something, and its counted names (`3号线`, `5栋`) and Latin words."""
    runs = [run for run in _RUN.findall(text) if len(run) > 1 and not run.isdigit()]
    han = _GAP.join(run for run in runs if not run.isascii())
    found = [_pairs(han)] if han else []
    named = [*_COUNTED.findall(text), *(run for run in runs if run.isascii())]
    if named:
        found.append(np.array([_named(word) for word in named], dtype=np.int32))
    return np.unique(np.concatenate(found)) if found else nothing()


@cache
def _silent() -> "NDArray[np.bool_]":
    """The same by the number of the character."""
    table = np.zeros(0x10000, dtype=bool)
    table[[ord(sign) for sign in _SILENT]] = True
    return table


def _pairs(run: str) -> Marks:
    signs = np.frombuffer(run.encode("utf-16-le", "ignore"), dtype="<u2").astype(np.uint32)
    empty = _silent()[signs]
    digits = signs < 0x100
    kept = ~(empty[:-1] | empty[1:] | (digits[:-1] & digits[1:]))
    return ((signs[:-1] << np.uint32(16)) | signs[1:])[kept].view(np.int32)


def pairs_of(name: str) -> list[int]:
    """The pairs of a name, as they stand among the marks of a text that has it."""
    pairs = [one + other for one, other in pairwise(name)]
    return [_signed(pair) for pair in pairs if not (any(map(says_nothing, pair)) or pair.isascii())]


def _signed(pair: str) -> int:
    value = (ord(pair[0]) & 0xFFFF) << 16 | (ord(pair[1]) & 0xFFFF)
    return value - (1 << 32) if value >> 31 else value


def _named(word: str) -> int:
    return int(np.uint32(_NO_PAIR | (zlib.crc32(word.encode()) & 0x07FF_FFFF)).view(np.int32))


def spelled(mark: int) -> str:
    """The pair that a mark stands for; empty for what cannot be read again."""
    value = mark & 0xFFFF_FFFF
    return "" if value >> 27 == _NO_PAIR >> 27 else chr(value >> 16) + chr(value & 0xFFFF)


def signs_of(text: str) -> str:
    """The single Han characters of a text that say something, each once, sorted."""
    return "".join(sorted(sign for sign in set(text) if _HAN_SIGN.match(sign) and not says_nothing(sign)))
