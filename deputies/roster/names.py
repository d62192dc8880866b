"""Names in pinyin, for sorting and search; surnames are read as surnames (单 Shàn, not dān)."""

from typing import Any

SURNAMES = {
    "单": "shan", "仇": "qiu", "区": "ou", "解": "xie", "曾": "zeng", "查": "zha", "任": "ren", "朴": "piao",
    "盖": "ge", "缪": "miao", "乐": "yue", "覃": "qin", "翟": "zhai", "卜": "bu", "繁": "po", "秘": "bi",
    "种": "chong", "重": "chong", "冼": "xian", "洗": "xian", "员": "yun", "逄": "pang", "黑": "he", "折": "she",
    "召": "shao", "谌": "chen", "郇": "huan", "乜": "nie", "幺": "yao", "么": "yao", "隗": "wei", "祭": "zhai",
    "车": "che", "柏": "bai", "宓": "mi", "郗": "xi", "都": "du", "藏": "zang", "句": "gou", "费": "fei",
    "相": "xiang", "占": "zhan", "钭": "tou", "佴": "nai", "呙": "guo", "仉": "zhang", "眭": "sui", "晁": "chao",
    "尉": "wei", "宁": "ning", "华": "hua", "应": "ying", "过": "guo", "燕": "yan", "纪": "ji", "葛": "ge",
    "曲": "qu", "石": "shi", "沈": "shen", "盛": "sheng", "贾": "jia", "干": "gan", "牟": "mu", "俞": "yu",
    "令": "ling", "那": "na", "哈": "ha", "谷": "gu", "行": "xing", "长": "zhang", "降": "jiang", "莘": "shen",
    "阚": "kan", "阮": "ruan", "强": "qiang", "夏": "xia", "叶": "ye", "柴": "chai", "适": "kuo", "圈": "juan",
}  # fmt: skip
"""Surnames whose reading differs from the commonest reading of the character, or that a dictionary may get wrong."""

COMPOUND_SURNAMES = {
    "欧阳": "ouyang", "太史": "taishi", "端木": "duanmu", "上官": "shangguan", "司马": "sima", "东方": "dongfang",
    "独孤": "dugu", "南宫": "nangong", "万俟": "moqi", "闻人": "wenren", "夏侯": "xiahou", "诸葛": "zhuge",
    "尉迟": "yuchi", "公羊": "gongyang", "赫连": "helian", "澹台": "tantai", "皇甫": "huangfu", "宗政": "zongzheng",
    "濮阳": "puyang", "公冶": "gongye", "太叔": "taishu", "申屠": "shentu", "公孙": "gongsun", "慕容": "murong",
    "仲孙": "zhongsun", "钟离": "zhongli", "长孙": "zhangsun", "宇文": "yuwen", "司徒": "situ", "鲜于": "xianyu",
    "司空": "sikong", "令狐": "linghu", "单于": "chanyu", "呼延": "huyan", "拓跋": "tuoba", "轩辕": "xuanyuan",
    "百里": "baili", "东郭": "dongguo", "西门": "ximen", "南门": "nanmen", "第五": "diwu", "亓官": "qiguan",
    "司寇": "sikou", "子车": "ziju", "颛孙": "zhuansun", "乐正": "yuezheng", "谷梁": "guliang", "漆雕": "qidiao",
}  # fmt: skip
DOTS = "·•・‧．"


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a Chinese name; a name with a middle dot (阿依古丽·买买提) is parted at the dot."""
    for dot in DOTS:
        if dot in name:
            first, _dot, rest = name.partition(dot)
            return first, rest
    length = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    return name[:length], name[length:]


def pinyin_of(name: str) -> tuple[str, str]:
    """Pinyin without tones and its first letters: 单晓云 → ("shan xiaoyun", "sxy")."""
    if name.isascii():
        words = name.lower().split()
        return " ".join(words)[:120], "".join(word[0] for word in words)[:30]
    surname, given = split_name("".join(name.split()))
    read = [_surname(surname, syllables=False)] + ([_syllables(given)] if given else [])
    spelt = [part for syllables in read if (part := "".join(syllables))]
    letters = [
        syllable[0] for syllables in (_surname(surname, syllables=True), _syllables(given)) for syllable in syllables
    ]
    return " ".join(spelt).lower()[:120], "".join(letters).lower()[:30]


def _surname(surname: str, *, syllables: bool) -> list[str]:
    """The reading of a surname, whole or by characters (whose first letters make the initials)."""
    whole = COMPOUND_SURNAMES.get(surname) or SURNAMES.get(surname)
    if whole is None:
        return _syllables(surname)
    if syllables and surname in COMPOUND_SURNAMES:
        return [whole[0], *_syllables(surname[1:])]
    return [whole]


def _syllables(text: str) -> list[str]:
    """The reading of each character, by words where a word decides it; what is not Chinese stands for itself."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its dictionaries are 50 MB, and few processes need them

    spelt = lazy_pinyin(text, style=Style.NORMAL, errors=_apart)
    return [part for part in spelt if part.strip()]


def _apart(text: str) -> Any:
    """Characters without a reading, one by one."""
    return list(text)
