"""Homes, studios, stations and points (家、室、站、点), who sits there and when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role, User
from deputies.accounts.queries import organisations_below
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from deputies.roster.states import DeputyStatus
from liaison.base.files.models import StoredFile


class PointKind(models.TextChoices):
    HOME = "home", _("代表之家")
    STUDIO = "studio", _("代表工作室")
    STATION = "station", _("代表联络站")
    POINT = "point", _("民情民意联系点")


class Standard(models.TextChoices):
    """The seven points of a station's standard (S6)."""

    PLACE = "place", _("有场所")
    SIGN = "sign", _("有标识")
    RULES = "rules", _("有制度")
    PERSON = "person", _("有人员")
    FILES = "files", _("有档案")
    NETWORK = "network", _("有网络")
    FUNDS = "funds", _("有经费")


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def in_use(self) -> "ContactPointQuerySet":
        """Points that have not been closed."""
        return self.filter(active=True)

    def visible_to(self, user: User) -> "ContactPointQuerySet":
        """The points in the user's scope: those where a deputy is stationed, those of a keeper's own bodies."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == Role.DEPUTY:
            return self.filter(pk__in=Stationing.objects.current().filter(deputy__user=user).values("contact_point"))
        return self.filter(organisation__in=organisations_below(user))


class ContactPoint(models.Model):
    """One place where residents meet deputies; `code` stands in its QR symbol."""

    code = models.CharField(_("代码"), max_length=12, unique=True, help_text=_("二维码中的代码"))
    name = models.CharField(_("名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=10, choices=PointKind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("上级")
    )
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="contact_points", verbose_name=_("所在社区")
    )
    electoral_district = models.ForeignKey(
        Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("选区")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contact_points", verbose_name=_("管理机构")
    )
    address = models.CharField(_("地址"), max_length=160)
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    phone = models.CharField(_("公开电话"), max_length=30, blank=True)
    hours = models.CharField(_("开放时间"), max_length=120, blank=True)
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("照片")
    )
    standards = models.JSONField(_("达标项"), default=list, blank=True)
    deputies = models.ManyToManyField(
        Deputy, through="Stationing", related_name="contact_points", verbose_name=_("驻点代表")
    )
    active = models.BooleanField(_("在用"), default=True)
    version = models.PositiveIntegerField(default=1)

    objects = ContactPointQuerySet.as_manager()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["code"]
        verbose_name = _("联系点")
        verbose_name_plural = _("联系点")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="contact_point_position_on_earth",
            )
        ]
        indexes = [models.Index(fields=["organisation", "kind"], name="contact_point_org_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """Name of this point's chain in the ledger."""
        return f"contact_point:{self.pk}"

    @property
    def missing_standards(self) -> list[Standard]:
        """The points of the standard that are not met yet, in order."""
        return [one for one in Standard if one.value not in self.standards]


class FormerPointCode(models.Model):
    """A code that stood on a point's plaque before it was replaced; old prints still lead on."""

    code = models.CharField(max_length=12, unique=True)
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="former_codes")
    replaced_at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code


class StationingQuerySet(models.QuerySet["Stationing"]):
    def current(self) -> "StationingQuerySet":
        """Stationings that have not ended."""
        return self.filter(until__isnull=True)

    def served(self) -> "StationingQuerySet":
        """Current ones of deputies who hold office: who sits there now."""
        return self.current().filter(deputy__status=DeputyStatus.ACTIVE)


class Stationing(models.Model):
    """A deputy stationed at a contact point."""

    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="stationings")
    deputy = models.ForeignKey(Deputy, on_delete=models.CASCADE, related_name="stationings")
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)

    objects = StationingQuerySet.as_manager()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        verbose_name = _("驻点")
        verbose_name_plural = _("驻点")
        constraints = [
            models.UniqueConstraint(
                fields=["contact_point", "deputy"], condition=Q(until__isnull=True), name="stationing_open_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="stationing_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_point_id}: {self.deputy_id}"


class DutySlotQuerySet(models.QuerySet["DutySlot"]):
    def coming(self, now: datetime) -> "DutySlotQuerySet":
        """Turns not over yet, of deputies who hold office, the next one first."""
        return self.filter(ends_at__gt=now, deputy__status=DeputyStatus.ACTIVE).order_by("starts_at", "id")


class DutySlot(models.Model):
    """A deputy's turn at a contact point (G4)."""

    contact_point = models.ForeignKey(
        ContactPoint, on_delete=models.CASCADE, related_name="duty_slots", verbose_name=_("联系点")
    )
    deputy = models.ForeignKey(Deputy, on_delete=models.CASCADE, related_name="duty_slots", verbose_name=_("代表"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    note = models.CharField(_("说明"), max_length=120, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = DutySlotQuerySet.as_manager()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("值班")
        verbose_name_plural = _("值班")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_slot_ends_after_start")
        ]
        indexes = [
            models.Index(fields=["deputy", "starts_at"], name="duty_slot_deputy"),
            models.Index(fields=["contact_point", "starts_at"], name="duty_slot_point"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_point_id}: {self.deputy_id} {self.starts_at:%Y-%m-%d %H:%M}"
