"""What belongs elsewhere: hints by keyword, shown before sending and never in the way of it.

Deputies may not step into specific lawsuits or bidding (domain.md, rule 2); petitions have their own law.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class Elsewhere(TextChoices):
    EMERGENCY = "emergency", gettext_lazy("紧急情况")
    LAWSUIT = "lawsuit", gettext_lazy("具体案件")
    BIDDING = "bidding", gettext_lazy("招标投标")
    PETITION = "petition", gettext_lazy("信访事项")


@dataclass(frozen=True)
class Hint:
    """Where a kind of matter belongs. `confirm`: the resident is asked to say that it is to be sent all the same."""

    kind: Elsewhere
    words: tuple[str, ...]
    text: Any
    confirm: bool = False

    @property
    def label(self) -> Any:
        return self.kind.label

    @property
    def joined(self) -> str:
        """The words for the page's script."""
        return "|".join(self.words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


HINTS = (
    Hint(
        Elsewhere.EMERGENCY,
        _words(
            "着火 起火 失火 火灾 漏气 燃气泄漏 煤气泄漏 燃气味 煤气味 触电 落水 溺水 跳楼 轻生 自杀 行凶 持刀 "
            "抢劫 绑架 家暴 打人 晕倒 昏迷 大出血 心梗 急救 救命 坍塌 塌方 爆炸 被困 中毒"
        ),
        gettext_lazy("如果现在有人身危险，请马上拨打 110、119 或 120。这里不是值班电话，上班后才有人看到。"),
    ),
    Hint(
        Elsewhere.LAWSUIT,
        _words(
            "起诉 诉讼 上诉 判决 裁定 开庭 庭审 法官 原告 被告 败诉 胜诉 再审 强制执行 执行局 仲裁 拘留 逮捕 公诉 案号"
        ),
        gettext_lazy("代表依法不能介入具体案件。请向办理案件的法院、检察院反映，或拨打 12368。"),
        confirm=True,
    ),
    Hint(
        Elsewhere.BIDDING,
        _words("招标 投标 中标 评标 开标 废标 流标 围标 串标 标书 政府采购 采购项目 竞争性磋商"),
        gettext_lazy("代表依法不能介入具体招标投标。请向采购单位、公共资源交易平台或项目的监督部门投诉。"),
        confirm=True,
    ),
    Hint(
        Elsewhere.PETITION,
        _words("信访 上访 举报 检举 控告 申诉 贪污 受贿 行贿 贪腐 违纪 滥用职权"),
        gettext_lazy("举报、控告、申诉请走信访：区信访局或国家信访局网站；举报公职人员可拨打 12388。"),
    ),
)


def hints_for(*texts: str) -> list[Hint]:
    """The hints whose words occur in the texts, in order of urgency."""
    whole = " ".join(texts)
    return [hint for hint in HINTS if any(word in whole for word in hint.words)]


def named(kinds: Iterable[str]) -> list[Hint]:
    """The hints of these kinds, e.g. as kept in `Opinion.warnings`."""
    wanted = set(kinds)
    return [hint for hint in HINTS if hint.kind in wanted]
