"""The roster: terms, delegations, groups, deputies and consultant deputies."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role, User
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import Division, Organisation
from deputies.roster.states import DeputyStatus
from liaison.base.encryption import EncryptedCharField
from liaison.base.files.models import StoredFile


class CongressLevel(models.TextChoices):
    """The five levels of people's congresses."""

    NATIONAL = "national", _("全国人大代表")
    PROVINCIAL = "provincial", _("省人大代表")
    MUNICIPAL = "municipal", _("市人大代表")
    COUNTY = "county", _("区人大代表")
    TOWNSHIP = "township", _("镇人大代表")


LEVELS_UPWARD = (
    CongressLevel.TOWNSHIP,
    CongressLevel.COUNTY,
    CongressLevel.MUNICIPAL,
    CongressLevel.PROVINCIAL,
    CongressLevel.NATIONAL,
)


class Term(models.Model):
    """届次: one term of one congress."""

    level = models.CharField(_("级别"), max_length=12, choices=CongressLevel)
    number = models.PositiveSmallIntegerField(_("届次"))
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("行政区划"))
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("届满"), null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["level", "-number", "id"]
        verbose_name = _("届次")
        verbose_name_plural = _("届次")
        constraints = [
            models.UniqueConstraint(fields=["level", "number", "division"], name="term_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on")), name="term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        words = {"level": self.get_level_display(), "number": self.number}
        return str(_("%(level)s第 %(number)s 届") % words)


class Delegation(models.Model):
    """代表团: the deputies of one area within a term."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="delegations", verbose_name=_("届次"))
    name = models.CharField(_("名称"), max_length=60)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("代表团")
        verbose_name_plural = _("代表团")
        constraints = [models.UniqueConstraint(fields=["term", "name"], name="delegation_once")]

    def __str__(self) -> str:
        return self.name


class GroupKind(models.TextChoices):
    PROFESSIONAL = "professional", _("专业代表组")
    STREET = "street", _("街道代表组")


class Group(models.Model):
    """代表小组: professional (law, finance …) or of one street (H10)."""

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=12, choices=GroupKind)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="groups", verbose_name=_("机构")
    )
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["kind", "name", "id"]
        verbose_name = _("代表小组")
        verbose_name_plural = _("代表小组")
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="group_once")]

    def __str__(self) -> str:
        return self.name


class ChatGroup(models.Model):
    """Register of the chat groups in which deputies and grid officials speak with residents (S17)."""

    name = models.CharField(_("群名称"), max_length=80)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("行政区划"))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("机构"))
    keeper = models.CharField(_("群管理人"), max_length=60)
    members = models.PositiveIntegerField(_("人数"), default=0)
    active = models.BooleanField(_("在用"), default=True)
    personal_fields = ("keeper",)

    class Meta:
        ordering = ["id"]
        verbose_name = _("网格群")
        verbose_name_plural = _("网格群")

    def __str__(self) -> str:
        return self.name


class Identity(models.TextChoices):
    DEPUTY = "deputy", _("人大代表")
    CONSULTANT = "consultant", _("议政代表")


class PublicField(models.TextChoices):
    """What a deputy may agree to have shown (G5: consent per field)."""

    PHOTO = "photo", _("照片")
    TITLE = "title", _("职务")
    BIOGRAPHY = "biography", _("简介")
    GROUPS = "groups", _("代表小组")


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def active(self) -> "DeputyQuerySet":
        """Those who hold office now."""
        return self.filter(status=DeputyStatus.ACTIVE)

    def visible_to(self, user: User) -> "DeputyQuerySet":
        """The deputies in the user's scope: a deputy's own record, a keeper's own bodies, a helper's deputies."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == Role.DEPUTY:
            return self.filter(user=user)
        return self.filter(Q(organisation__in=organisations_below(user)) | Q(helper=user))

    def matching(self, text: str) -> "DeputyQuerySet":
        """The deputies whose name, pinyin, initials or certificate `text` begins or occurs in."""
        bare = "".join(text.lower().split())
        if not bare:
            return self
        joined = self.alias(joined=Replace("pinyin", Value(" ")))
        return joined.filter(
            Q(name__icontains=bare)
            | Q(joined__startswith=bare)
            | Q(initials__startswith=bare)
            | Q(certificate__iexact=bare)
        )


class Deputy(models.Model):
    """A people's-congress deputy, or a street's consultant deputy (议政代表: no motion, no inquiry, no level)."""

    code = models.CharField(_("代码"), max_length=12, unique=True, help_text=_("二维码中的代码"))
    identity = models.CharField(_("身份"), max_length=12, choices=Identity, default=Identity.DEPUTY)
    name = models.CharField(_("姓名"), max_length=60)
    pinyin = models.CharField(
        max_length=120, blank=True, help_text="surname and given name without tones: shan xiaoyun"
    )
    initials = models.CharField(max_length=30, blank=True, help_text="first letters of the pinyin: sxy")
    level = models.CharField(_("级别"), max_length=12, choices=CongressLevel, blank=True)
    term = models.ForeignKey(
        Term, null=True, blank=True, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("届次")
    )
    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("代表团")
    )
    electoral_district = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("选区")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("联系机构")
    )
    groups = models.ManyToManyField(Group, blank=True, related_name="deputies", verbose_name=_("代表小组"))
    certificate = models.CharField(_("代表证号"), max_length=40, blank=True)
    title = models.CharField(_("职务"), max_length=120, blank=True)
    biography = models.TextField(_("简介"), blank=True)
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("照片")
    )
    phone = EncryptedCharField(_("手机"), max_length=20, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    public_fields = models.JSONField(_("同意公开"), default=list, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=DeputyStatus, default=DeputyStatus.ACTIVE)
    version = models.PositiveIntegerField(default=1)
    ended_on = models.DateField(_("离任日期"), null=True, blank=True)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="deputy", verbose_name=_("账号")
    )
    helper = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helped_deputies",
        verbose_name=_("结对联络员"),
    )

    objects = DeputyQuerySet.as_manager()
    personal_fields = ("name", "pinyin", "initials", "certificate", "title", "biography", "phone")

    class Meta:
        ordering = ["pinyin", "id"]
        verbose_name = _("代表")
        verbose_name_plural = _("代表")
        constraints = [
            models.CheckConstraint(
                condition=(Q(identity="deputy") & ~Q(level="") & Q(term__isnull=False))
                | (Q(identity="consultant") & Q(level="") & Q(term__isnull=True) & Q(delegation__isnull=True)),
                name="deputy_level_term_by_identity",
            ),
            models.UniqueConstraint(
                fields=["term", "certificate"], condition=~Q(certificate=""), name="deputy_certificate_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "status"], name="deputy_organisation_status")]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> str:
        """Level for a deputy, identity for a consultant deputy, in words."""
        return str(self.get_level_display() if self.level else self.get_identity_display())

    @property
    def status_tone(self) -> str:
        """How the state badge looks."""
        return DeputyStatus(self.status).tone

    @property
    def chain(self) -> str:
        """Name of this deputy's chain in the ledger."""
        return f"deputy:{self.pk}"

    def shows(self, field: str) -> bool:
        """Whether the deputy agreed to have `field` shown."""
        return field in self.public_fields


class FormerDeputyCode(models.Model):
    """A code that stood on a deputy's plaque before it was replaced; old prints still lead on."""

    code = models.CharField(max_length=12, unique=True)
    deputy = models.ForeignKey(Deputy, on_delete=models.CASCADE, related_name="former_codes")
    replaced_at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code
