"""Names that sound alike, as they are mistyped: 香漳府 for 香樟府. Pure; no database.

The common characters of GB 2312 stand in the order of their sounds, so that the first of each sound is all that need be
known; the dictionaries of `pypinyin` would take 50 MB in every process.
"""

from bisect import bisect_right
from functools import lru_cache

_FIRST_OF_SOUNDS = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮"
    "乖棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括垃莱蓝琅捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸"
    "谋拇拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松"
    "搜苏酸虽孙蓑塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
_LAST_COMMON = 0xD7F9
_CODES = [int.from_bytes(sign.encode("gb2312")) for sign in _FIRST_OF_SOUNDS]
_KEPT = 20_000


def sound_alike(one: str, other: str) -> bool:
    """Whether one name is the other with one character mistyped by its sound."""
    if len(one) != len(other) or len(one) < 2:
        return False
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(apart) == 1 and _sound(apart[0][0]) == _sound(apart[0][1]) != 0


@lru_cache(maxsize=_KEPT)
def _sound(sign: str) -> int:
    """The number of a character's sound, tones left out; 0 for what is not common."""
    try:
        code = int.from_bytes(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return 0
    return bisect_right(_CODES, code) if code <= _LAST_COMMON else 0
