"""Opinions to be compared: invented incidents told by several people, and any number of invented texts."""

import random
from pathlib import Path

from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from tests.factories.intake import IntakeWorld, entry

INCIDENTS = Path(__file__).with_name("incidents.csv")
"""Columns group, title, text: one incident a group, in the words of several people, with others that are like it."""
_ESTATES = [
    "竹",
    "松",
    "梅",
    "兰",
    "荷",
    "桂",
    "枫",
    "柳",
    "云",
    "星",
    "月",
    "湖",
    "岭",
    "泉",
    "溪",
    "桥",
    "金",
    "玉",
    "银",
    "翠",
]
_SECOND = [
    "塘",
    "湾",
    "林",
    "园",
    "江",
    "山",
    "苑",
    "台",
    "里",
    "庭",
    "坊",
    "岸",
    "洲",
    "浦",
    "港",
    "坪",
    "岗",
    "峰",
    "谷",
    "川",
]
_THIRD = ["东", "西", "南", "北", "新", "老", "大", "小", "上", "下"]
_TROUBLES = [
    "路灯坏了，晚上一片漆黑，老人摔跤",
    "电梯三天两头停，把人关在里面",
    "楼下烧烤摊油烟熏得不敢开窗",
    "下水道堵了，一楼往外冒污水",
    "垃圾一个星期没人清运，苍蝇乱飞",
    "广场舞音响太大，孩子没法写作业",
    "地下车库一下雨就积水",
    "外墙瓷砖往下掉，差点砸到人",
    "没有车位，消防通道停满了车",
    "半夜打桩，整夜睡不着",
    "自来水发黄有铁锈味",
    "物业费没公示就涨价",
    "狗不拴绳，咬了孩子",
    "楼道里堆满纸箱和旧家具",
    "公交半小时一班，挤不上去",
    "天一热就跳闸停电",
]
_PERSONS = ["我是{}小区的住户，", "{}小区的居民反映，", "住在{}小区多年，", "请管管{}小区的事：", "{}小区业主，"]
_SINCE = [
    "已经两个月了",
    "从上个星期开始",
    "找过物业没有用",
    "多次投诉没有下文",
    "家里有老人",
    "希望派人来看看",
    "我们都很着急",
]


def invented(number: int) -> str:
    """The text of an invented opinion; the same number gives the same text."""
    dice = random.Random(number)
    estate = dice.choice(_ESTATES) + dice.choice(_SECOND) + dice.choice(_THIRD)
    return f"{dice.choice(_PERSONS).format(estate)}{dice.choice(_TROUBLES)}，{'，'.join(dice.sample(_SINCE, 3))}。"


def raised(at: IntakeWorld, content: str, **fields: object) -> Matter:
    """An opinion with this text, taken in by the product itself."""
    from opinions.intake.services.submission import submit
    from tests.factories.matters import NOW

    now = fields.pop("now", NOW)
    given = entry(at, content=content, **({"place": "", "phone": "", "name": ""} | fields))
    return submit(entry=given, by=None, now=now).matter  # type: ignore[arg-type]


def texts_of(matter: Matter) -> str:
    return Opinion.objects.get(pk=matter.pk).content
