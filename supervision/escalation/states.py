"""Words of the ladder: what sets a rung off, whom it tells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.workdays.arithmetic import Light


class Trigger(models.TextChoices):
    """What a rung counts from."""

    YELLOW = "yellow", _("亮黄灯（预警日）")
    RED = "red", _("亮红灯（到期次日）")
    LOW = "low", _("质量标为“标准不高”")
    POOR = "poor", _("质量标为“质量差”")

    @property
    def light(self) -> Light:
        """The colour that it stands for."""
        return Light.YELLOW if self in {Trigger.YELLOW, Trigger.LOW} else Light.RED


BY_QUALITY = (Trigger.LOW, Trigger.POOR)
"""Triggers of a mark of quality; a rung of theirs is due as soon as the mark is set."""


class Audience(models.TextChoices):
    """At which body the people are whom a rung tells."""

    BOUND = "bound", _("时限约束的单位（代表：本人和联络员）")
    HOLDER = "holder", _("当前办理的单位或代表")
    STREET = "street", _("事项所属街道工委")
    DISTRICT = "district", _("区人大常委会")
    NAMED = "named", _("指定人员")


HANDLERS = (Audience.BOUND, Audience.HOLDER)
"""Audiences meant for whoever handles the matter; everybody else supervises, and never the own body (recusal)."""
STREETS_OWN = (Audience.BOUND, Audience.HOLDER, Audience.STREET)
"""What a street's own ladder may address. What the district hears, the district alone decides."""
NOBODY_HEARD = _("没有人收到")
OUT_OF_USE = _("这一级已停用，没有发出")
"""Why nobody was told."""
