"""Finding in a text what leads to a person. Pure: proposals for somebody who reads, never a verdict.

What a program cannot know (a rare illness, the only bakery of a street) stays: that is what the second pair of eyes is
for. Patterns look at a folded copy of the text (full width to half width, small letters to capitals) of the same
length, so that a number typed in another way is found in its place.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.privacy import CALLED, COMPOUND_SURNAMES, ID_NUMBER, LANDLINE, MOBILE_ANYWHERE, mask_name


class Kind(models.TextChoices):
    """What was found, in words; of two that overlap the first one here holds."""

    ID_NUMBER = "id", _("身份证号")
    PASSPORT = "passport", _("证件号码")
    BANK_CARD = "card", _("银行卡号")
    EMAIL = "email", _("电子邮箱")
    PHONE = "phone", _("电话号码")
    PLATE = "plate", _("车牌号")
    WECHAT = "wechat", _("微信、QQ 号")
    DOOR = "door", _("门牌号")
    NAME = "name", _("人名")


@dataclass(frozen=True)
class Find:
    """A place in a text, and by what it would be replaced."""

    kind: Kind
    start: int
    end: int
    text: str
    mask: str
    said: str
    """The words that are decided on: of 李师傅 all, though only 李 is replaced."""

    @property
    def key(self) -> str:
        """Under which what was decided is kept: the same words mean the same wherever they stand."""
        return f"{self.kind.value}:{self.said}"


class Span(NamedTuple):
    """A place that a pattern found: what is replaced, and from where to where the words go that are decided on."""

    kind: Kind
    start: int
    end: int
    first: int
    last: int


_SEP = r"[\s\-.·—_]?"
_NUM = "[0-9一二三四五六七八九十百零〇两]"
_SPOKEN = "零〇一二三四五六七八九幺"
_DIGIT = f"[0-9{_SPOKEN}]"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE_END = "A-HJ-NP-Z0-9"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史贺陶顾毛郝龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊施洪翟倪颜庄聂章鲁岳左柳俞祝申耿骆"
    "殷季凌詹欧单仇解查葛柴焦温阎"
)
_SURNAME = rf"(?:{'|'.join(sorted(COMPOUND_SURNAMES))}|[{_SURNAMES}])"
_CALLED = (
    "先生|女士|小姐|师傅|阿姨|大爷|大妈|大娘|大叔|奶奶|爷爷|婆婆|叔叔|老师|医生|大夫|"
    "经理|科长|队长|站长|所长|局长|主任|书记|同志|老人"
)
_BEFORE = (
    "我叫|我是|本人叫|本人|我的名字是|名叫|叫做|姓名|联系人|业主|住户|户主|居民|村民|租户|房东|负责人|经办人|网格员|"
    "当事人"
)
_AFTER = r"(?=[，。,.;；、:：\s（()）]|$|[的在说称和与同住电手])"
_SAYS = r"号?码?[:：是为\s]{0,8}"
_NO_UNIT = "(?![0-9年月日天米元个条盏名人次%])"
"""What follows a number that counts something."""
_STRONG = "号楼|#楼|号院|栋|幢|座(?!桥)|单元|号门|室|户(?!人|居|主|籍)|房(?!间|屋|产|顶)"
_WEAK = "门(?!口|前|外|卫|店|面|诊|头)|层|楼"
"""Parts of a house that mean one only behind a part that does by itself."""

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.ID_NUMBER, ID_NUMBER.pattern),
    (Kind.PHONE, MOBILE_ANYWHERE.pattern),
    (Kind.PHONE, LANDLINE.pattern),
    (Kind.NAME, CALLED.pattern),
    (Kind.ID_NUMBER, rf"(?<![0-9])[1-9](?:{_SEP}[0-9]){{16}}{_SEP}[0-9X](?![0-9])"),
    (Kind.ID_NUMBER, r"(?<![0-9])[1-9][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"),
    (Kind.PASSPORT, rf"(?:护照|通行证|回乡证|台胞证|居留证|军官证){_SAYS}(?P<hit>[A-Z]{{0,2}}[0-9]{{6,10}})(?![0-9])"),
    (Kind.PASSPORT, r"(?<![A-Z0-9])[EGDSPHM][0-9]{8}(?![0-9])"),
    (Kind.BANK_CARD, rf"(?<![0-9])[0-9](?:{_SEP}[0-9]){{14,18}}(?![0-9])"),
    (Kind.EMAIL, r"(?<![A-Z0-9._%+\-])[A-Z0-9._%+\-]+@[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)+"),
    (
        Kind.PHONE,
        rf"(?<!{_DIGIT})(?:\+?86{_SEP})?[1一幺]{_SEP}[3-9三四五六七八九](?:{_SEP}{_DIGIT}){{9}}(?!{_DIGIT})",
    ),
    (Kind.PHONE, r"(?<![0-9])1[3-9][0-9][,，、]\s?[0-9]{4}[,，、]\s?[0-9]{4}(?![0-9])"),
    (Kind.PHONE, rf"(?<![{_SPOKEN}])[{_SPOKEN}](?:{_SEP}[{_SPOKEN}]){{6,19}}"),
    (Kind.PHONE, r"(?<![0-9])(?:\(?0[0-9]{2,3}\)?[\s\-]?)[1-9][0-9]{6,7}(?![0-9])"),
    (Kind.PHONE, rf"(?<![0-9])[48]00(?:{_SEP}[0-9]){{7}}(?![0-9])"),
    (Kind.PHONE, rf"(?:电话|座机|手机|热线|致电|拨打){_SAYS}(?P<hit>[0-9](?:[\s\-]?[0-9]){{6,10}})(?![0-9])"),
    (
        Kind.PHONE,
        r"(?<![0-9A-Z.\-])(?!(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2]))[1-9][0-9]{6,7}(?![0-9.]|\s?[元年月日个万平米户人次件])",
    ),
    (
        Kind.PLATE,
        rf"[{_PROVINCE}]\s?[A-Z][\s·•.\-]?(?:[{_PLATE_END}][\s·]?){{4,5}}[{_PLATE_END}挂学警港澳](?![A-Z0-9])",
    ),
    (Kind.PLATE, rf"(?<![A-Z])WJ\s?[{_PROVINCE}]?[\s·•.\-]?[0-9]{{4,5}}[A-Z]?(?![A-Z0-9])"),
    (
        Kind.WECHAT,
        rf"(?:微信|薇信|威信|V信|VX|WX|WECHAT|QQ|扣扣|企鹅|加微|加[VQ])群?{_SAYS}(?P<hit>[A-Z0-9][A-Z0-9_\-]{{4,19}})",
    ),
    (
        Kind.DOOR,
        rf"(?:{_NUM}{{1,4}}\s?[A-D]?|(?<![A-Z])[A-Z][0-9]{{0,2}})\s?(?:{_STRONG})"
        rf"(?:[\s\-#,，]?{_NUM}{{1,4}}\s?[A-D]?\s?(?:{_STRONG}|{_WEAK}))*[\s\-#,，]?(?:[0-9]{{2,4}}{_NO_UNIT})?",
    ),
    (Kind.DOOR, rf"(?<![0-9]){_NUM}{{1,4}}\s?[号#]\s?[0-9]{{3,4}}{_NO_UNIT}"),
    (Kind.DOOR, r"(?<![0-9\-])[0-9]{1,3}[\-#][0-9]{1,2}[\-#][0-9]{2,4}(?![0-9\-])"),
    (Kind.DOOR, rf"(?<![0-9\-#.])[0-9]{{1,2}}[\-#][0-9]{{3,4}}(?![\-#]){_NO_UNIT}"),
    (Kind.DOOR, rf"(?<=[路街巷弄里道胡同村组]){_NUM}{{1,5}}(?:-[0-9]{{1,3}})?号(?!线|文|令|院|楼|公路)"),
    (Kind.NAME, rf"(?:{_BEFORE})[:：是为\s]{{0,8}}(?P<hit>{_SURNAME}[一-鿿]{{1,2}}){_AFTER}"),
    (Kind.NAME, rf"(?P<key>(?P<hit>{_SURNAME}(?:[一-鿿]{{1,2}}?)?)(?:{_CALLED}))"),
)  # fmt: skip
"""What `deidentified` hides without asking (but for doors, of which it knows fewer), and more, since here somebody
decides. Kind and pattern; `hit` is the part that is replaced, else the whole; `key` what is decided on, else the same.
"""
_COMPILED = [(kind, re.compile(pattern)) for kind, pattern in _PATTERNS]
_ORDINARY = (
    "方便 高大 万能 白天 石材 金属 江边 马路 文明 向上 常有 常见 易燃 左右 平常 高龄 高层 水利 黄色 白色 金色 任何 "
    "许多 于是 何时 向他 高级 高空 和平 温度 常住 安全 康复 单位 单个 施工 严格 严重 雷雨 夏天 石头 叶子 毛病 庄稼 "
    "方向 顾客 余下 经常 解决 任职 "
    "居民 群众 市民 村民 业主 住户 租户 匿名 先生 女士 不详 未知 负责人 经办人 工作人员 值班员 网格员 物业 社区 街道"
)
_NOT_NAMES = frozenset(_ORDINARY.split())
"""Ordinary words that begin like a name, or stand where one is asked for."""


def fold(text: str) -> str:
    """The text as patterns see it: capitals, half width; as long as before."""
    return "".join(_folded(sign) for sign in text)


def _folded(sign: str) -> str:
    found = unicodedata.normalize("NFKC", sign).upper()
    return found if len(found) == 1 else sign


def find(text: str, *, names: Iterable[str] = ()) -> list[Find]:
    """What leads to a person, in the order of the text, none overlapping; `names` are those known in the matter."""
    folded = fold(text)
    spans = [*_named(folded, names), *_patterned(folded)]
    spans.sort(key=lambda one: (_RANK[one.kind], one.start - one.end, one.start))
    return [_found(text, one) for one in _apart(spans)]


def _found(text: str, span: Span) -> Find:
    hit = text[span.start : span.end]
    return Find(span.kind, span.start, span.end, hit, _mask(span.kind, hit), text[span.first : span.last])


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in the order of the text; of two that overlap the one that came first."""
    starts: list[int] = []
    taken: list[Span] = []
    for span in spans:
        place = bisect_left(starts, span.start)
        after_former = place == 0 or taken[place - 1].end <= span.start
        if after_former and (place == len(taken) or span.end <= starts[place]):
            starts.insert(place, span.start)
            taken.insert(place, span)
    return taken


LONGEST = 100
"""Characters behind the end of a shortened text that are looked at."""
_RANK = {kind: place for place, kind in enumerate(Kind)}
_BETWEEN = re.compile("[、，,/;；]")


def _people(names: Iterable[str]) -> set[str]:
    """Each of the people that fields name, which hold several, without blanks. A single character names nobody, and
    neither does an ordinary word or a name that is masked already."""
    fields = [one for held in names for one in _BETWEEN.split(fold(held))]
    found = {name for field in fields for name in ("".join(field.split()), *field.split())}
    return {name for name in found if len(name) > 1 and "某" not in name and name not in _NOT_NAMES}


def _named(folded: str, names: Iterable[str]) -> Iterator[Span]:
    """The names known in the matter, with blanks in them or without."""
    for name in _people(names):
        for hit in re.finditer(r"\s{0,2}".join(map(re.escape, name)), folded):
            yield Span(Kind.NAME, *hit.span(), *hit.span())


def _patterned(folded: str) -> Iterator[Span]:
    for kind, pattern in _COMPILED:
        for hit in pattern.finditer(folded):
            start, end = hit.span("hit" if "hit" in pattern.groupindex else 0)
            while end > start and folded[end - 1] in " ,，-#\n\t":
                end -= 1
            first, last = hit.span("key") if "key" in pattern.groupindex else (start, end)
            if kind != Kind.NAME or (folded[start:end] not in _NOT_NAMES and "某" not in folded[start:end]):
                yield Span(kind, start, end, first, last)


def _mask(kind: Kind, text: str) -> str:
    if kind == Kind.NAME:
        return mask_name(text) if len(text) > 1 else f"{text}某"
    return {Kind.DOOR: "××", Kind.PLATE: f"{text[:1]}×××××"}.get(kind, str(_HIDDEN[kind]) if kind in _HIDDEN else "××")


_HIDDEN = {
    Kind.ID_NUMBER: _("（身份证号已隐去）"),
    Kind.PASSPORT: _("（证件号码已隐去）"),
    Kind.BANK_CARD: _("（银行卡号已隐去）"),
    Kind.EMAIL: _("（邮箱已隐去）"),
    Kind.PHONE: _("（电话已隐去）"),
    Kind.WECHAT: _("（微信号已隐去）"),
}


def masked(text: str, *, keys: Iterable[str], names: Iterable[str] = ()) -> str:
    """The text with those finds replaced whose `key` is among `keys`."""
    chosen = set(keys)
    for one in reversed(find(text, names=names)):
        if one.key in chosen:
            text = f"{text[: one.start]}{one.mask}{text[one.end :]}"
    return text


def shortened(text: str, most: int, *, names: Iterable[str] = ()) -> str:
    """The first characters of a text, at most so many, which end before a find rather than within it."""
    found = find(text[: most + LONGEST], names=names) if len(text) > most else []
    return text[: next((one.start for one in found if one.start < most < one.end), most)]


def undecided(texts: Mapping[str, str], kept: Mapping[str, str], *, names: Sequence[str]) -> dict[str, Find]:
    """What nobody has decided on yet, by its key, in the order of the texts."""
    found: dict[str, Find] = {}
    for text in texts.values():
        for one in find(text, names=names):
            if one.key not in kept:
                found.setdefault(one.key, one)
    return found


@dataclass(frozen=True)
class Piece:
    """A part of a text on screen: plain, or a find with the word for it."""

    text: str
    find: Find | None = None
    kept: str = ""
    """The reason for which it stays."""


def pieces(text: str, kept: Mapping[str, str], *, names: Iterable[str] = ()) -> list[Piece]:
    """The text in parts, so that a screen can mark what was found, in words."""
    out, at = [], 0
    for one in find(text, names=names):
        out += [Piece(text[at : one.start]), Piece(one.text, one, kept.get(one.key, ""))]
        at = one.end
    return [piece for piece in [*out, Piece(text[at:])] if piece.text]
