"""Proposals (代表建议). For now the draft that an opinion was raised into; the rest of its life comes later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deputies.roster.models import Deputy
from opinions.matters.models import Matter


class Proposal(models.Model):
    """A formal document of one or more deputies, drafted between sessions (闭会期间建议)."""

    title = models.CharField(_("标题"), max_length=120)
    situation = models.TextField(_("情况"), blank=True)
    analysis = models.TextField(_("分析"), blank=True)
    request = models.TextField(_("建议"), blank=True)
    lead = models.ForeignKey(
        Deputy,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_proposals",
        verbose_name=_("领衔代表"),
    )
    sources = models.ManyToManyField(Matter, related_name="proposals", verbose_name=_("来源事项"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    personal_fields = ("title", "situation", "analysis", "request")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
