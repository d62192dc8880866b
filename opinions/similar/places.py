"""Which places a text names, and which names a place's own records know. Pure; no database.

A name is what stands before a kind of place (荷塘小区, 柳湾村), or what messages begin with again and again. Nobody
keeps a list of estates, so the names are learned from the messages themselves.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from liaison.base.later import later
from opinions.lexicon.queries import tells_trouble
from opinions.similar.naming import is_own, is_phrase, own_words, tag_of, trade_in
from opinions.similar.text import says_nothing

rjieba = later("rjieba")

MOST = 8
MOST_OWN = 6
"""Words that may be names by themselves: what no dictionary knows."""
LEAST_SEEN = 2
"""Messages in which a name must have stood before it is known."""
MANY = 4
"""A word that stands beside so many different places is no place itself."""
LENGTHS = range(3, 7)
OFTEN, FRONT, IN_FRONT = 4, 25, 0.6
"""A beginning is a name if so many messages have it, and such a share of them within so many characters."""
TRADING = 0.25
"""A name is a firm's if in such a share of its messages, counted both ways, words of trade outweigh those of homes."""
LONGEST_WITH_TROUBLE = 3
"""A longer run with the word of a trouble in it is no name: 空调水滴一(路)."""
NAMED = "name"
"""The kind of a known name without a kind of place behind it."""
FIRM = "firm"
"""The kind of what one body runs, so that messages about it mostly tell of one thing: firms, plants, lines, sights."""

_BORDER = re.compile(
    r"[^一-鿿a-z0-9]+|居住在|坐落在|位于|坐落|住在|就在|就是|我们|本人|咱们?|反映|投诉|咨询|请问|关于|建议|附近|旁边|对面|隔壁|门口"
    r"|业主|居民|村民|家长|家住|这边|那边|整个|全体|部分|每个|各个|一个|这个|那个|那家|这家|这条|那条|有个|发现|希望|因为|由于|经过|通往|靠近"
    r"|治理|解决|处理|请求|强烈|今天|昨天|前天|今早|昨晚|每天|每晚|每年|每次|天天|早上|晚上|夜里|半夜|凌晨|傍晚|中午|白天|冬天|夏天|一到|最近|目前|现在|[早晚]高峰"
    r"|如今|今年|去年|已经|导致|影响|造成|管管|看看|[的是在我住于到从你了们把被让请求给及至跟离叫查盼]"
)
_JOINED = re.compile(r"(?<=..)[和与有这那就都也]")
_BUILDING = re.compile(r"\d+(?:幢|栋|号楼)")
"""Behind a name: no part of it."""
_AREA = re.compile(
    r"(?:[a-z]\d{0,2}|[一-鿿]{2,3}?)(?:省|(?<![超菜门夜早城都黑])市(?![场民])|县|(?<![小园校社景地厂新老东西南北中街片])区)"
    r"|[一-鿿]{2,4}?(?:街道|镇|乡)(?!政府|卫生|中|小|上)"
)
_AREA_SIGN = re.compile("^.*[省市区县镇乡]")
_TOWN = re.compile(r"[一-鿿]{2,3}[镇乡]$")
_CODED = re.compile(r"(?<![a-z0-9])[a-z](?:\d{1,2}[市区县]|[市县])")
_ESTATE = (
    "小区|花园|家园|佳园|嘉园|雅园|花苑|雅苑|嘉苑|佳苑|新苑|公寓|新村|新城|花城|名城|名邸|名苑|华庭|豪庭|华府|社区|大院|家属院|宿舍"
    r"|公馆|山庄|山房|小筑|雅居|名座|名居|半岛|壹号|家属楼|苑|(?<!政)府(?!门)|[轩邸墅郡湾岭邨]|(?<=[一-鿿]\d)[区村期]"
    r"|里(?=小区|社区|\d+(?:号|栋|幢|弄|单元)|[东南西北]区)"
)
_SITE = (
    "中学|小学|大学|学校|学院|幼儿园|中医院|人民医院|妇幼保健院|火车站|高铁站|汽车站|(?:火车)?[东西南北]站(?![在了着])|医院|卫生院|养老院|敬老院|菜市场|菜场|农贸市场|市场|广场|大厦|商场|商城|超市|公园|车站|地铁站|酒店|宾馆|大?酒楼"
    "|公司|集团|化工|厂(?!家|房|里)|工业园|产业园|园区|会所|(?:早教|培训|健身|购物|体育|会展|康复)中心|健身(?!会所)|驾校|影城|ktv|酒吧|水库|搅拌站|建筑|装饰|劳务|置业|物业|教育(?!局)|公积金中心"
)
_WAY = (
    r"(?<![行游身])步道|绿道|(?<![马公道])路(?![过上面口边灯况人程])|(?<=[一-鿿])路(?=[上口面边])|(?:步行|大)?街(?!道|上|坊)|大道|巷|胡同|(?<!天)桥(?!上|下|面|洞|墩)|隧道|高架|\d号线|\d路"
    "|河(?!边|道|里|水)|湖(?!边)|渠|村(?!民|里|委|干|口|支|集|务|主)|屯"
)
_FIRM = (
    "网吧|旅行社|合作社|4s店|诊所|药店|药房|美容院|健身房|游泳馆|收费站|加油站|火锅店|烧烤店|烤鱼店|饭店|影楼|养殖场|屠宰场"
    "|砖厂|护理院|客运站|换热站|汽修厂|修理厂|便利店|理发店|美发店|茶楼|茶馆|宠物医院|月子中心|养老中心|人力|传媒|科技|电子"
)
"""Kinds that tell of the trouble too, and stay in the text: 极速网吧."""
_RUN_BY_ONE = re.compile(
    r"\d路$|公司|集团|化工|驾校|影城|ktv|酒吧|酒楼|水库|搅拌站|装饰|劳务|会所|[养敬]老院|(?:早教|培训|健身)中心|教育"
)
"""Further kinds of what one body runs."""
_SHORT = r"(?<=[一二三四五六七八九十实])(?:[院幼]|中(?![午间心旬专])|小(?![时区部段会组伙孩块半型户学路]))"
"""Schools and hospitals as people call them: 三院, 一中, 实小."""
_KIND = re.compile(f"(?P<short>{_SHORT})|(?P<firm>{_FIRM})|(?P<estate>{_ESTATE})|(?P<site>{_SITE})|(?P<way>{_WAY})")
_ABBREVIATED = frozenset(("小学", "中学", "幼儿园"))
"""文苑幼儿园 is 文幼 for short."""
_SHORTEST, _LONGEST_BEFORE = 2, 4
NO_NAMES_FILE = Path(__file__).with_name("places.toml")
_NO_NAME = frozenset(tomllib.loads(NO_NAMES_FILE.read_text("utf-8"))["no_name"].split())
_NO_NAME_PART = re.compile(
    r"[局委办部]$|有限$|^第|^[a-z]\d{0,2}[市区县]$|^[一二两三四五六七八九十几](?![^公百千][亭里塘堡坊塔]|[里家][铺店桥河营屯堡庄湾坪亭台沟墩])[^\d]?[^\d]?$|压得|洒"
)
"""A number with a sign or two behind it counts something (三个月), unless it ends as names do (三里亭)."""
_NO_BEGINNING = re.compile(r"[班年月日天卡费钱款跑坏停吵掉涨修装]$|[一二两三四五六七八九十几]十")
_OF_FIRMS = re.compile(f"{_FIRM}|公司|集团|市场|超市|商[场城]|教育|建筑|装饰|劳务|置业|物业")
"""Before these an ordinary word is no name: 供热公司, 配套超市."""
_AREA_BEHIND = re.compile("[区市县镇乡]|街道")
_NO_NOUNS = frozenset("acdprv")
"""Marks of words that are names before a kind of place only: 建设(路), 解放(桥)."""
_IN_NAMES = frozenset("里上下望向和太来为之")
"""Signs that stand in every text, and in names too."""
_GENERIC = frozenset(
    ("实验", "中心", "第一", "第二", "第三", "第四", "第五", "人民", "中医", "妇幼", "外国语", "附属", "职业", "机关")
) | {"铁路"}
"""Names that say nothing without the kind of place behind them."""
_ONLY_ONE = frozenset(
    (
        "中医院",
        "公积金中心",
        "人民医院",
        "妇幼保健院",
        "火车站",
        "高铁站",
        "汽车站",
        "客运站",
        "火车东站",
        "北站",
        "南站",
        "东站",
        "西站",
    )
)
"""Kinds of place of which a town has one, so that the kind is the name."""
_TAIL = re.compile(
    r"(?<=..)(?:有限|责任|股份|科技|网络科技|房地产|房地产开发|小区|花园|家园|佳园|嘉园|公寓|社区|国际|新村|新城|花城|实验|双语|外国语|健身|农贸|小学|中学|幼儿园|东门|西门|南门|北门|大道|大街"
    r"|(?<=[^\d])[市区县镇乡路街村河桥园苑])$"
)
_HEAD = re.compile(
    r"^(?:有|去|家|每天|今天|昨天|早上|晚上|外来|最近|目前|现在|为什么|由|经|过|距|靠|原|隶属|属|凡|买去|购买|这|那|该|本|整个|咨询|路过|对|找"
    r"|说|要求|[市县区镇乡]|[a-z0-9]+(?:[市区县]|(?=[一-鿿])))(?=[一-鿿]{2})"
)


@dataclass(frozen=True, order=True)
class Place:
    """A place that a text names. `kind` is estate, site, way, firm, or empty where only the name is known."""

    name: str
    kind: str = ""
    sure: bool = True
    """Whether the name begins where the sentence or a known word ends, so that it is just this name."""


class Names:
    """Names that the records know, with the kind that their use shows: `FIRM`, or empty."""

    def __init__(self, names: Mapping[str, str] | Iterable[str] = ()) -> None:
        self.kinds = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, "")
        self.all = frozenset(self.kinds)
        self._sizes: dict[str, list[int]] = {}
        """Lengths of the names that begin with two characters, longest first."""
        for name in sorted(self.all, key=len, reverse=True):
            sizes = self._sizes.setdefault(name[:2], [])
            if len(name) not in sizes:
                sizes.append(len(name))

    def __contains__(self, name: str) -> bool:
        return name in self.all

    def found_in(self, text: str) -> list[str]:
        """The names that stand in the text, in order; of two that overlap the longer one."""
        found, at = dict[str, None](), 0
        while at < len(text) - 1:
            for size in self._sizes.get(text[at : at + 2], ()):
                if (name := text[at : at + size]) in self.all and not _AREA_BEHIND.match(text, at + size):
                    found[name] = None
                    at += size - 1
                    break
            at += 1
        return list(found)


NO_NAMES = Names()


def places_in(text: str, known: Names = NO_NAMES) -> tuple[Place, ...]:
    """Places that a normalised text names by a kind of place, then the `known` names that stand in it."""
    found = _by_kind(text, known)
    hits = known.found_in(text)
    alone = [hit for hit in hits if _stands_alone(hit)]
    kept = [place for name, place in found.items() if not any(_better_known(hit, name) for hit in alone)]
    bare = [
        Place(hit, known.kinds[hit] or (NAMED if hit in alone else ""))
        for hit in hits
        if hit not in found and tag_of(hit)[:1] not in _NO_NOUNS
    ]
    own = _own_words(text, {*found, *hits})
    return (*kept[:MOST], *bare[:MOST], *own[:MOST_OWN])


def _own_words(text: str, named: Collection[str]) -> list[Place]:
    """Words that are names or in no dictionary, beside the names that were found already."""
    return [
        Place(word, "", sure=False)
        for word in own_words(_CODED.sub(" ", text))
        if _is_name(word)
        and not _KIND.fullmatch(word)
        and not tells_trouble(word)
        and not any(word in name or name in word for name in named)
    ]


def _by_kind(text: str, known: Names) -> dict[str, Place]:
    """Places with a kind behind them, by name; a town where nothing nearer is named for sure."""
    found: dict[str, Place] = {}
    towns: list[str] = []
    for run in _BORDER.split(text):
        end = _areas_end(run)
        towns += _TOWN.findall(run[:end])
        for place in _named(run[end:]):
            kind = known.kinds.get(place.name) or place.kind
            found.setdefault(place.name, Place(place.name, kind, place.sure or place.name in known))
    if not any(place.sure for place in found.values()):
        found |= {town: Place(town, "town") for town in towns}
    return found


def _better_known(hit: str, name: str) -> bool:
    """Whether a known name tells better than one before a kind: 福寿里 than 报修福寿里, 机床厂宿舍 than 机床."""
    return hit != name and (name in hit or name.endswith(hit))


def _stands_alone(hit: str) -> bool:
    """Whether a name that the records know is a name without a kind of place behind it too."""
    return len(hit) >= LENGTHS.start or is_own(hit)


def coded_areas_in(text: str) -> frozenset[str]:
    """Areas that are named by a letter and a number (`a3区`), as published messages do."""
    return frozenset(_CODED.findall(text))


def without_places(text: str, places: Iterable[Place]) -> str:
    """The text without the names of the places and the kinds of place behind them: what is left is the trouble."""
    names = sorted((place.name for place in places if place.sure), key=len, reverse=True)
    for name in names:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            kind = _KIND.match(text, end)
            text = f"{text[:at]}|{text[kind.end() if kind and kind.lastgroup != 'firm' else end :]}"
            at = text.find(name, at)
    return text


def bare_name(name: str) -> str:
    """A name without the general words at its end, as far as something of its own is left."""
    while (shorter := _TAIL.sub("", name)) != name and shorter not in _GENERIC and _is_name(shorter):
        name = shorter
    return name


def _areas_end(run: str) -> int:
    """Where the administrative areas end with which a run begins."""
    end = 0
    while area := _AREA.match(run, end):
        end = area.end()
    return end


def _last_area_end(before: str) -> int:
    """Where the last coded area ends in what stands before a kind of place."""
    return max((area.end() for area in _CODED.finditer(before)), default=0)


def _named(run: str) -> list[Place]:
    found, at = [], 0
    for kind in _KIND.finditer(run):
        before = run[at : kind.start()]
        if kind.lastgroup == "way" and len(before) < 2 and not kind.group()[:1].isdigit():
            continue
        place = _place(before.lstrip("和与跟及") if at else before, kind, begins=at == 0)
        if place is not None or len(kind.group()) > 1:
            at = kind.end()
        if place is not None:
            found.append(place)
            if len(place.name) == _SHORTEST and kind.group() in _ABBREVIATED:
                found.append(Place(place.name[0] + kind.group()[0], "", sure=False))
    return found


def _place(before: str, kind: "re.Match[str]", *, begins: bool) -> Place | None:
    word, group = kind.group(), str(kind.lastgroup)
    if group == "short":
        return _shortened(before, word, begins=begins)
    name = bare_name(before[_last_area_end(before) :])
    while (shorter := _HEAD.sub("", name)) != name:
        name = shorter
    if word[:1].isdigit():
        name = f"{name[-2:] if name[-2:].isdigit() else name[-1:]}{word}" if word.endswith("路") else word
    name = name[-6:]
    if name in _GENERIC:
        name += word
    sure = begins and len(before) <= 6 and not is_phrase(name) and not (_OF_FIRMS.search(word) and tag_of(name))
    long = len(name) > LONGEST_WITH_TROUBLE and not name.endswith(word)
    may_tell_trouble = long or not sure or _OF_FIRMS.search(word) is not None
    if not _is_name(name) or (may_tell_trouble and tells_trouble(name)):
        return Place(word, group) if word in _ONLY_ONE else None
    return Place(name, FIRM if _RUN_BY_ONE.search(word) else group, sure)


def _shortened(before: str, word: str, *, begins: bool) -> Place | None:
    """A school or hospital with a number, and with the name before it if there is one: 三院, 江城一中."""
    prefix = _AREA_SIGN.sub("", before[_last_area_end(before) : -1])
    if len(prefix) > _LONGEST_BEFORE or not begins or (prefix and is_phrase(prefix)):
        return Place(before[-1] + word, "site", sure=False)
    return Place(prefix + before[-1] + word, "site")


def _is_name(name: str) -> bool:
    return len(name) > 1 and not name.isdigit() and name not in _NO_NAME and not _NO_NAME_PART.search(name)


@dataclass
class Learner:
    """Learns which names messages use: before a kind of place, or again and again where a message begins to name."""

    _named: Counter[str] = field(default_factory=Counter)
    _lived_in: Counter[str] = field(default_factory=Counter)
    """Those of estates and roads: an ordinary word is a name there (阳光花园), before a firm (保险公司) it is none."""
    _begun: Counter[str] = field(default_factory=Counter)
    _in_front: Counter[str] = field(default_factory=Counter)
    _beside: dict[str, set[str]] = field(default_factory=dict)
    """Names of places in the messages of a beginning: an ordinary word stands beside many, a name beside its own."""
    _went_on: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _traded: Counter[str] = field(default_factory=Counter)
    """In how many more messages a name stands among words of trade than among words of homes."""

    def read(self, text: str) -> None:
        """Take in one normalised message."""
        places = places_in(text)
        named = {place.name for place in places if place.sure}
        self._named.update(named)
        self._lived_in.update({place.name for place in places if place.sure and place.kind not in {"site", FIRM}})
        beginnings = {start for run in _BORDER.split(text) for start in self._beginnings(run)}
        self._in_front.update(start for start in beginnings if text.find(start) < FRONT)
        self._begun.update(beginnings)
        if trade := trade_in(text):
            self._traded.update(dict.fromkeys(named | beginnings, trade))
        for start in beginnings:
            beside = self._beside.setdefault(start, set())
            if len(beside) < MANY:
                beside |= {name for name in named if name not in start and start not in name and name[:2] != start[:2]}

    def _beginnings(self, run: str) -> Iterable[str]:
        run = _JOINED.split(run[_areas_end(run) :], maxsplit=1)[0]
        numbered = _BUILDING.search(run)
        run, building = (run[: numbered.start()], numbered.group()) if numbered else (run, "")
        within = {at for kind in _KIND.finditer(run) for at in range(kind.start() + 1, kind.end())}
        for size in LENGTHS:
            if size in within:
                continue
            start = run[:size]
            if len(run) < size or any(says_nothing(sign) and sign not in _IN_NAMES for sign in start):
                return
            if tells_trouble(start):
                return
            self._went_on[start].add(run[size : size + 1] or building)
            yield start

    def forget_rare(self, most: int) -> None:
        """Keep memory flat: drop what was seen once when there is more than `most`."""
        if len(self._begun) > most:
            self._begun = Counter({start: count for start, count in self._begun.items() if count > 1})
            self._went_on = defaultdict(set, {start: self._went_on[start] for start in self._begun})
            self._beside = {start: self._beside[start] for start in self._begun}
            self._in_front &= self._begun
            self._traded = Counter({name: self._traded[name] for name in (*self._begun, *self._named)})

    def names(self) -> Names:
        """The names that at least two messages use."""
        found = {name for name, count in self._named.items() if count >= LEAST_SEEN}
        found -= {name for name in found if self._lived_in[name] < LEAST_SEEN and tag_of(name)}
        begun = {start for start, count in self._begun.items() if self._is_whole(start, count)}
        kinds = {name: self._kind_of(name, self._named[name]) for name in found}
        for start in begun:
            if not _NO_BEGINNING.search(start) and (is_own(start) or self._is_used_as_name(start)):
                kinds.setdefault(bare_name(start), self._kind_of(start, self._begun[start]))
        return Names({name: kinds[name] for name in sorted(kinds) if _is_name(name) and len(name) < LENGTHS.stop})

    def _kind_of(self, name: str, used: int) -> str:
        """A firm where words of trade stand around a name clearly more often than those of homes."""
        trades = self._traded[name] >= max(LEAST_SEEN, TRADING * used) and not self._lived_in[name]
        return FIRM if trades else ""

    def _is_used_as_name(self, start: str) -> bool:
        """Whether a beginning is used as names are: often, where a message begins, and going on in many ways."""
        used = self._begun[start]
        return (
            used >= OFTEN
            and self._in_front[start] >= IN_FRONT * used
            and len(self._went_on[start]) >= OFTEN
            and not any(word in _NO_NAME for word in rjieba.cut(start, False))
        )

    def _is_whole(self, start: str, count: int) -> bool:
        """Whether a beginning ends where a name ends: it goes on in several ways, and a shorter one is not as good."""
        if count < LEAST_SEEN or len(self._went_on[start]) < 2 or len(self._beside[start]) >= MANY:
            return False
        shorter = (start[:size] for size in range(LENGTHS.start, len(start)))
        return not any(self._begun[one] >= 1.5 * count and len(self._went_on[one]) > 1 for one in shorter)
