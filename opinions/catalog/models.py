"""Reference data of handling, kept by staff: categories, who is responsible, limits, reasons, templates."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import Unit


class Category(models.Model):
    """What an opinion is about (G2). A tree; residents see the first level only."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("上级类别")
    )
    examples = models.CharField(_("举例"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("类别")
        verbose_name_plural = _("类别")

    def __str__(self) -> str:
        return self.name


class Responsibility(models.Model):
    """Which body answers for a category within a district."""

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="responsibilities", verbose_name=_("类别")
    )
    district = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("区人大常委会")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="responsibilities", verbose_name=_("承办单位")
    )
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("责任单位")
        verbose_name_plural = _("责任单位")
        constraints = [models.UniqueConstraint(fields=["category", "district"], name="responsibility_once")]

    def __str__(self) -> str:
        return f"{self.category} – {self.organisation}"


class ClockKind(models.TextChoices):
    TAKE = "take", _("接单")
    SIGN = "sign", _("签收")
    RETURN = "return", _("退回期")
    CO_OPINION = "co_opinion", _("协办意见")
    REPLY = "reply", _("办理答复")
    RATE = "rate", _("评价")
    PROMISE = "promise", _("承诺兑现")
    SUPPLY = "supply", _("补充材料")
    LETTER = "letter", _("督办回复")


class Tier(models.IntegerChoices):
    """分级处理层级 (H4)."""

    DEPUTY = 1, _("代表直接答复")
    STREET = 2, _("社区街道解决")
    DEPARTMENT = 3, _("部门办理")
    PROPOSAL = 4, _("转为闭会期间建议")
    RELAY = 5, _("上级代表接力")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("一般")
    COMPLEX = "complex", _("复杂")
    URGENT = "urgent", _("紧急")


class SourceChannel(models.TextChoices):
    """来源渠道 (G6)."""

    QR = "qr", _("扫码")
    WEB = "web", _("网站")
    STATION = "station", _("联络站来访")
    WECHAT = "wechat", _("微信")
    PHONE = "phone", _("电话")
    VISIT = "visit", _("走访")
    GRID = "grid", _("网格员")
    PETITION = "petition", _("信访转来")
    IMPORT = "import", _("批量导入")
    HOTLINE = "hotline", _("12345 热线")
    OPEN311 = "open311", _("开放接口")


class Reach(models.TextChoices):
    """影响范围."""

    HOUSEHOLD = "household", _("一户")
    ESTATE = "estate", _("小区")
    STREET = "street", _("街道")
    DEPARTMENTS = "departments", _("涉及几个部门")
    DISTRICT = "district", _("全区")
    CITY = "city", _("全市")
    PROVINCE = "province", _("全省")


class Wish(models.TextChoices):
    """What the resident hopes for."""

    REPLY = "reply", _("希望答复")
    SOLVE = "solve", _("希望解决")
    SUGGEST = "suggest", _("只是建议")


class TimeLimitPolicy(models.Model):
    """How long a step may take. The most specific policy in force wins; editing one moves no running clock."""

    clock = models.CharField(_("时限种类"), max_length=12, choices=ClockKind)
    district = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("适用区")
    )
    tier = models.PositiveSmallIntegerField(_("层级"), choices=Tier, null=True, blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别")
    )
    urgency = models.CharField(_("缓急"), max_length=10, choices=Urgency, blank=True)
    amount = models.PositiveSmallIntegerField(_("数量"))
    unit = models.CharField(_("单位"), max_length=20, choices=Unit)
    warn_before = models.PositiveSmallIntegerField(_("提前几个工作日黄灯"), default=1)
    valid_from = models.DateField(_("施行日期"))
    valid_to = models.DateField(_("废止日期"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=120, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["clock", "id"]
        verbose_name = _("时限规定")
        verbose_name_plural = _("时限规定")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="policy_valid_to_after_from"
            ),
            models.CheckConstraint(condition=Q(amount__gte=1), name="policy_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()} {self.amount} {self.get_unit_display()}"


class SettingName(models.TextChoices):
    """Numbers that every place sets for itself, with what holds where nobody has."""

    REWORKS = "reworks", _("不满意最多重新办理几次")
    PROMISE_GRACE = "promise_grace", _("承诺过期几个工作日没有报告，提请裁定")

    @property
    def default(self) -> int:
        return {self.REWORKS: 2, self.PROMISE_GRACE: 3}[self]


class Setting(models.Model):
    """One number that a district sets; without a district it holds everywhere."""

    name = models.CharField(_("名称"), max_length=20, choices=SettingName)
    district = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("适用区")
    )
    number = models.PositiveSmallIntegerField(_("数值"))
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("办理参数")
        verbose_name_plural = _("办理参数")
        constraints = [
            models.UniqueConstraint(fields=["name", "district"], name="setting_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(district=None), name="setting_general_once"),
            models.CheckConstraint(condition=Q(number__lte=100), name="setting_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.number}"


class ReasonKind(models.TextChoices):
    DECLINE = "decline", _("不予受理")
    RETURN = "return", _("退回")
    UNSATISFIED = "unsatisfied", _("不满意")
    OVERRIDE = "override", _("改派")


class Reason(models.Model):
    """A reason that staff or residents pick; `guidance` says where to go instead, in the resident's words."""

    kind = models.CharField(_("用于"), max_length=12, choices=ReasonKind)
    code = models.CharField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=60)
    guidance = models.CharField(_("指引"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["kind", "order", "id"]
        verbose_name = _("理由")
        verbose_name_plural = _("理由")
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="reason_once")]

    def __str__(self) -> str:
        return self.name


class Writer(models.TextChoices):
    """Who answers: a deputy in person, or a body that handled the matter."""

    DEPUTY = "deputy", _("代表")
    BODY = "body", _("承办单位")


class ReplyTemplate(models.Model):
    """A beginning for a reply; the writer makes it fit. What is left to fill in stands as `__`."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("机构")
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("类别")
    )
    name = models.CharField(_("名称"), max_length=60)
    writer = models.CharField(_("供谁使用"), max_length=8, blank=True, choices=Writer)
    text = models.TextField(_("内容"))
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")

    def __str__(self) -> str:
        return self.name
