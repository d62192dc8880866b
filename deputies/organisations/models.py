"""Divisions and organisations: the map and the bodies on it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DivisionLevel(models.TextChoices):
    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("地级")
    COUNTY = "county", _("县级")
    STREET = "street", _("乡镇街道")
    COMMUNITY = "community", _("社区（村）")
    ELECTORAL = "electoral", _("选区")
    GRID = "grid", _("网格")
    ESTATE = "estate", _("小区")


OFFICIAL_LEVELS = (
    DivisionLevel.PROVINCE,
    DivisionLevel.PREFECTURE,
    DivisionLevel.COUNTY,
    DivisionLevel.STREET,
    DivisionLevel.COMMUNITY,
)


class Division(models.Model):
    """A node of the division tree. Official codes have up to 12 digits (6 + 3 + 3), as text; local ones are free."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("级别"), max_length=12, choices=DivisionLevel)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("上级")
    )
    active = models.BooleanField(_("在用"), default=True)

    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["code"]
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        constraints = [
            models.CheckConstraint(
                condition=~Q(level__in=[level.value for level in OFFICIAL_LEVELS]) | Q(code__regex=r"^\d{2,12}$"),
                name="division_official_code_digits",
            )
        ]
        indexes = [models.Index(fields=["level", "code"], name="division_level_code")]

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    CONGRESS = "congress", _("人大常委会")
    STREET_COMMITTEE = "street_committee", _("人大街道工委")
    PRESIDIUM = "presidium", _("乡镇人大主席团")
    DEPARTMENT = "department", _("政府部门")
    STREET_OFFICE = "street_office", _("街道办事处")
    SUPERVISORY = "supervisory", _("监察委员会")
    COURT = "court", _("人民法院")
    PROCURATORATE = "procuratorate", _("人民检察院")
    COMMUNITY = "community", _("社区居委会")
    STATION = "station", _("代表联络站")


STREET_KINDS = (OrganisationKind.STREET_COMMITTEE, OrganisationKind.PRESIDIUM)
JUDICIAL_KINDS = (OrganisationKind.SUPERVISORY, OrganisationKind.COURT, OrganisationKind.PROCURATORATE)
"""Bodies into whose cases nobody may interfere: of lawsuits they are told nothing here."""
LOCAL_KINDS = (OrganisationKind.COMMUNITY, OrganisationKind.STREET_OFFICE)
"""Bodies that act for one street only."""
HANDLER_KINDS = (
    OrganisationKind.DEPARTMENT,
    OrganisationKind.STREET_OFFICE,
    OrganisationKind.SUPERVISORY,
    OrganisationKind.COURT,
    OrganisationKind.PROCURATORATE,
    OrganisationKind.COMMUNITY,
)


class Unfinished(NamedTuple):
    """What rows of a model a body still has to bring to an end: it is not closed before. Models of any floor declare it
    as `unfinished`: the column that names the body, the statuses that are no end, and what such rows are called."""

    column: str
    statuses: Sequence[str]
    label: Any


class Organisation(models.Model):
    """A body that holds matters. `parent` leads up to the standing committee of its district."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    kind = models.CharField(_("类别"), max_length=20, choices=OrganisationKind)
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("行政区划")
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("上级机构")
    )
    phone = models.CharField(_("公开电话"), max_length=30, blank=True)
    email = models.EmailField(_("公开邮箱"), blank=True)
    active = models.BooleanField(_("在用"), default=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("并入")
    )

    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["code"]
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        indexes = [models.Index(fields=["kind", "division"], name="organisation_kind_division")]

    def __str__(self) -> str:
        return self.short_name or self.name
