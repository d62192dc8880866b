"""Whether a few characters are a name: by how names of places end, and by what a dictionary knows of them. Pure."""

import re
from functools import lru_cache

from liaison.base.later import later
from opinions.similar.text import says_nothing

rjieba = later("rjieba")

_ENDING = re.compile(
    "[里坊弄邨阁台筑房苑园庄沟坝坪寨屯堡岭坡湾岸滩洲岛港渡浦桥井塘池泉溪河江湖山峰谷林楼院庭轩居舍府邸第村巷墩城郡厦]$"
    "|公社|公馆|会所|宿舍|国际|时代|世家|广场|[中小]学$|[中二三四]小$|[一二三四五六七八九十]中$"
)
_OF_NAMES = frozenset(("nr", "ns", "nt", "nz", "nrt", "nrfg"))
"""How the dictionary marks names of persons, places, bodies and others."""
_JOINING = frozenset("cdefmopqrtuy")
"""First letters of its marks for what begins no name: adverbs, numbers, pronouns, times and the like."""
_LINKING, _PARTICLES = frozenset("cdpry"), frozenset(("ug", "ul", "uz"))
_OWN = re.compile("[一-鿿]{2,4}")
_COMMON = re.compile(
    "[没个不全往要装只我妈爸每谁怎啥很太最更号栋幢卡用热坏正闻根住搞弄修满再已或先才叫问会可能该喊挖堆贴]"
    "|[省市区县州]$|^.[村路街巷桥院镇乡门楼站店厂苑园期]$"
)
"""Characters of common words, and endings of areas and of kinds of place: what holds one is no name."""
_NO_NAMES = frozenset("mrtv")
"""First letters of the marks of numbers, pronouns, times and verbs."""
_OF_TRADE = re.compile(
    "公司|老板|门店|分店|商家|店员|店家|老总|员工|工人|厂|集团|会员|办卡|储值|充值|充了|预付|退款|退费|退钱|退货|押金|定金|跑路|倒闭|人去楼空"
    "|学员|教练|课时|顾客|消费|客服|售后|品牌|加盟|平台|景区|游客|门票|导游|装饰|制衣|服饰|工资|欠薪|理财|本金|投资|催收|放贷|贷款|商铺"
    "|推销|保健|传销|骗|[卖买]|体验店|工地|工伤|干活|培训|机构|实习|货款|材料商"
)
"""What is said of firms, by their customers and by those who work there."""
_OF_HOMES = re.compile(
    r"小区|业主|物业|住户|居民|村民|业委会|楼道|单元|\d(?:栋|幢|号楼)|楼上|楼下|邻居|我家|家住|电梯|车位|车库|路灯|路口|路面|公交"
)
"""What is said of estates, villages and streets."""
_KEPT = 20_000


@lru_cache(maxsize=_KEPT)
def is_own(name: str) -> bool:
    """Whether a name can hardly be anything else, even with no kind of place behind it: 打铁坊, 光明楼, 锦绣江南."""
    tags = [tag for word, tag in rjieba.tag(name) if not word.isdigit()]
    if len(tags) > 1 and _ENDING.search(name):
        return tags[0][:1] not in _JOINING
    return any(tag in _OF_NAMES for tag in tags) and not any(tag[:1] in _JOINING or tag[:1] == "v" for tag in tags)


@lru_cache(maxsize=_KEPT)
def is_phrase(name: str) -> bool:
    """Whether a part of it only joins others, or its end is a verb: 车堵着(路), 孩子放学过(路)."""
    tags = [tag for _word, tag in rjieba.tag(name)]
    return len(tags) > 1 and (tags[-1] == "v" or any(tag[:1] in _LINKING or tag in _PARTICLES for tag in tags))


@lru_cache(maxsize=_KEPT)
def tag_of(name: str) -> str:
    """How the dictionary marks a single word that is no name; empty for everything else."""
    if len(rjieba.cut(name, False)) != 1:
        return ""
    tag = rjieba.tag(name)[0][1]
    return "" if tag in _OF_NAMES else tag


def own_words(text: str) -> list[str]:
    """Words that are names, or that the dictionary does not know (沁芳园, 顺途, 优品), in order, each once."""
    tagged = rjieba.tag(text.encode("utf-8", "ignore").decode())
    return list(dict.fromkeys(word for word, tag in tagged if _may_be_own(word, tag)))


def _may_be_own(word: str, tag: str) -> bool:
    return (
        _OWN.fullmatch(word) is not None
        and tag[:1] not in _NO_NAMES
        and not any(says_nothing(sign) for sign in word)
        and not _COMMON.search(word)
        and ((tag in _OF_NAMES and tag != "ns") or is_unknown(word))
    )


@lru_cache(maxsize=_KEPT)
def is_unknown(word: str) -> bool:
    """Whether the dictionary lacks a word."""
    return len(rjieba.cut(word, False)) > 1


def trade_in(text: str) -> int:
    """1 where a text has more words of trade than of homes and streets, -1 where it has fewer, else 0."""
    trade, homes = (len(set(words.findall(text))) for words in (_OF_TRADE, _OF_HOMES))
    return (trade > homes) - (trade < homes)
