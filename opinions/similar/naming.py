"""Whether a few characters are a name: by how names of places end, and by what a dictionary knows of them. Pure."""

import re
from functools import lru_cache

import rjieba

_ENDING = re.compile(
    "[里坊弄邨阁台筑房苑园庄沟坝坪寨屯堡岭坡湾岸滩洲岛港渡浦桥井塘池泉溪河江湖山峰谷林楼院庭轩居舍府邸第村巷墩城郡厦]$"
    "|公社|公馆|会所|宿舍|国际|时代|世家|广场|[中小]学$|[中二三四]小$|[一二三四五六七八九十]中$"
)
_OF_NAMES = frozenset(("nr", "ns", "nt", "nz", "nrt", "nrfg"))
"""How the dictionary marks names of persons, places, bodies and others."""
_JOINING = frozenset("cdefmopqrtuy")
"""First letters of its marks for what begins no name: adverbs, numbers, pronouns, times and the like."""
_LINKING, _PARTICLES = frozenset("cdpry"), frozenset(("ug", "ul", "uz"))
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
