"""Finding in a text what leads to a person. Pure: proposals for somebody who reads, never a verdict.

What a program cannot know (a rare illness, the only bakery of a street) stays: that is what the second pair of eyes is
for. Patterns look at a folded copy of the text (full width to half width, small letters to capitals) of the same
length, so that a number typed in another way is found in its place.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.privacy import mask_name


class Kind(models.TextChoices):
    """What was found, in words; of two that overlap the first one here holds."""

    ID_NUMBER = "id", _("身份证号")
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

    @property
    def key(self) -> str:
        """Under which what was decided is kept: the same words mean the same wherever they stand."""
        return f"{self.kind.value}:{self.text}"


_SEP = r"[\s\-.·—_]?"
_NUM = "[0-9一二三四五六七八九十百零〇两]"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_PLATE_END = "A-HJ-NP-Z0-9"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦"
    "贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史贺陶顾毛郝龚邵万覃武钱戴严莫孔向常汤康易乔赖文樊施洪翟倪颜庄聂章鲁岳左柳俞祝申耿骆"
    "殷季凌詹欧单仇解查葛柴焦温阎"
)
_COMPOUND = "欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|慕容|司徒|令狐|东方|南宫|宇文"
_SURNAME = rf"(?:{_COMPOUND}|[{_SURNAMES}])"
_CALLED = (
    "先生|女士|小姐|师傅|阿姨|大爷|大妈|大娘|大叔|奶奶|爷爷|婆婆|叔叔|老师|医生|大夫|"
    "经理|科长|队长|站长|所长|局长|主任|书记|同志|老人"
)
_BEFORE = "我叫|本人叫|我的名字是|名叫|叫做|姓名|联系人|业主|住户|户主|居民|村民|租户|房东|负责人|经办人|网格员|当事人"
_AFTER = r"(?=[，。,.;；、:：\s（()）]|$|[的在说称和与同])"

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.ID_NUMBER, rf"(?<![0-9])[1-9](?:{_SEP}[0-9]){{16}}{_SEP}[0-9X](?![0-9])"),
    (Kind.ID_NUMBER, r"(?<![0-9])[1-9][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"),
    (Kind.BANK_CARD, rf"(?<![0-9])[0-9](?:{_SEP}[0-9]){{14,18}}(?![0-9])"),
    (Kind.EMAIL, r"[A-Z0-9._%+\-]+@[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)+"),
    (Kind.PHONE, rf"(?<![0-9])(?:\+?86{_SEP})?1{_SEP}[3-9](?:{_SEP}[0-9]){{9}}(?![0-9])"),
    (Kind.PHONE, r"(?<![0-9])(?:\(?0[0-9]{2,3}\)?[\s\-]?)[1-9][0-9]{6,7}(?![0-9])"),
    (Kind.PHONE, rf"(?<![0-9])[48]00(?:{_SEP}[0-9]){{7}}(?![0-9])"),
    (Kind.PHONE, r"(?:电话|座机|手机|热线|致电|拨打)号?码?[:：是为\s]*(?P<hit>[0-9](?:[\s\-]?[0-9]){6,10})(?![0-9])"),
    (
        Kind.PLATE,
        rf"[{_PROVINCE}]\s?[A-Z][\s·•.\-]?(?:[{_PLATE_END}][\s·]?){{4,5}}[{_PLATE_END}挂学警港澳](?![A-Z0-9])",
    ),
    (Kind.WECHAT, r"(?:微信号?|薇信|V信|VX|WX|WECHAT|QQ)号?码?[:：是为\s]*(?P<hit>[A-Z0-9][A-Z0-9_\-]{4,19})"),
    (
        Kind.DOOR,
        rf"(?:{_NUM}{{1,4}}\s?[A-D]?(?:号楼|号院|栋|幢|座|单元|号门|室|户(?!人|居|主|籍)|房(?!间|屋|产|顶))"
        rf"[\s\-#,，]?)+(?:[0-9]{{2,4}}(?![0-9年月日天米元个条盏名人次%％]))?",
    ),
    (Kind.DOOR, r"(?<![0-9\-])[0-9]{1,3}[\-#][0-9]{1,2}[\-#][0-9]{2,4}(?![0-9\-])"),
    (Kind.DOOR, rf"(?<=[路街巷弄里道胡同村组]){_NUM}{{1,5}}(?:-[0-9]{{1,3}})?号(?!线|文|令|院|楼|公路)"),
    (Kind.NAME, rf"(?:{_BEFORE})[:：是为\s]*(?P<hit>{_SURNAME}[一-鿿]{{1,2}}){_AFTER}"),
    (Kind.NAME, rf"(?P<hit>{_SURNAME}(?:[一-鿿]{{1,2}}?)?)(?:{_CALLED})"),
)  # fmt: skip
"""Kind and pattern; `hit` is the part that is meant, else the whole."""
_COMPILED = [(kind, re.compile(pattern)) for kind, pattern in _PATTERNS]
_ORDINARY = (
    "方便 高大 万能 白天 石材 金属 江边 马路 文明 向上 常有 常见 易燃 左右 平常 高龄 高层 水利 黄色 白色 金色 任何 "
    "许多 于是 何时 向他 高级 高空 和平 温度 常住 安全 康复 单位 单个 施工 严格 严重 雷雨 夏天 石头 叶子 毛病 庄稼 "
    "方向 顾客 余下 经常 解决"
)
_NOT_NAMES = frozenset(_ORDINARY.split())
"""Ordinary words that begin like a name."""


def fold(text: str) -> str:
    """The text as patterns see it: capitals, half width; as long as before."""
    return "".join(_folded(sign) for sign in text)


def _folded(sign: str) -> str:
    found = unicodedata.normalize("NFKC", sign).upper()
    return found if len(found) == 1 else sign


def find(text: str, *, names: Iterable[str] = ()) -> list[Find]:
    """What leads to a person, in the order of the text, none overlapping; `names` are those known in the matter."""
    folded = fold(text)
    spans = [*_named(text, names), *_patterned(folded)]
    spans.sort(key=lambda one: (_RANK[one[0]], one[1] - one[2], one[1]))
    taken: list[tuple[Kind, int, int]] = []
    for span in spans:
        if all(span[2] <= start or span[1] >= end for _kind, start, end in taken):
            taken.append(span)
    return [
        Find(kind, start, end, text[start:end], _mask(kind, text[start:end]))
        for kind, start, end in sorted(taken, key=lambda one: one[1])
    ]


_RANK = {kind: place for place, kind in enumerate(Kind)}


def _named(text: str, names: Iterable[str]) -> Iterator[tuple[Kind, int, int]]:
    """The names known in the matter; a single character names nobody."""
    for name in {one.strip() for one in names if len(one.strip()) > 1}:
        for hit in re.finditer(re.escape(name), text):
            yield Kind.NAME, hit.start(), hit.end()


def _patterned(folded: str) -> Iterator[tuple[Kind, int, int]]:
    for kind, pattern in _COMPILED:
        for hit in pattern.finditer(folded):
            start, end = hit.span("hit" if "hit" in pattern.groupindex else 0)
            while end > start and folded[end - 1] in " ,，-#":
                end -= 1
            if kind != Kind.NAME or (folded[start:end] not in _NOT_NAMES and "某" not in folded[start:end]):
                yield kind, start, end


def _mask(kind: Kind, text: str) -> str:
    if kind == Kind.NAME:
        return mask_name(text) if len(text) > 1 else f"{text}某"
    return {Kind.DOOR: "××", Kind.PLATE: f"{text[:1]}×××××"}.get(kind, str(_HIDDEN[kind]) if kind in _HIDDEN else "××")


_HIDDEN = {
    Kind.ID_NUMBER: _("（身份证号已隐去）"),
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
