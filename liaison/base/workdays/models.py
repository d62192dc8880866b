"""The working calendar as a table: one row per imported year, one per day that differs from Monday to Friday."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarYear(models.Model):
    """A year whose official list is known; a year without a row is provisional (Monday to Friday)."""

    year = models.PositiveSmallIntegerField(_("年份"), primary_key=True)
    source = models.TextField(_("来源"), blank=True)
    imported_at = models.DateTimeField(_("导入时间"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("导入人"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    personal_fields: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=models.Q(year__gte=2000, year__lte=2100), name="calendar_year_plausible"),
        ]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day named by an official list: a holiday (off) or a make-up working day (调休, not off).

    A list may name days of a neighbouring year (that of 2023 named 31 December 2022), so each day remembers its list.
    """

    date = models.DateField(_("日期"), unique=True)
    listed_in = models.ForeignKey(
        CalendarYear, verbose_name=_("所属年度名单"), on_delete=models.CASCADE, related_name="days"
    )
    is_off = models.BooleanField(_("放假"))
    name = models.CharField(_("名称"), max_length=40)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("节假日与调休")
        verbose_name_plural = _("节假日与调休")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"
