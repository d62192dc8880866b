"""The resident's word on a result. It is never entered by the body that is rated (rule 5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opinions.catalog.models import Reason
from opinions.handling.models import Reply
from opinions.matters.models import Matter, Reporter, Satisfaction


class Solved(models.TextChoices):
    YES = "yes", _("解决了")
    PARTLY = "partly", _("解决了一部分")
    NO = "no", _("没有解决")


class RatingState(models.TextChoices):
    """Whether the resident has spoken on the present reply. Silence that is over is not silence that may yet end."""

    RATED = "rated", _("已评价")
    UNRATED = "unrated", _("待评价")
    LAPSED = "lapsed", _("到期未评价")
    NOT_ASKED = "not_asked", _("未到评价")


class Rating(models.Model):
    """验单: satisfaction and solved are two questions. Unrated stays unrated: there is no row."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="ratings")
    reporter = models.ForeignKey(Reporter, on_delete=models.CASCADE, related_name="ratings")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    satisfaction = models.CharField(_("是否满意"), max_length=12, choices=Satisfaction)
    solved = models.CharField(_("是否解决"), max_length=8, choices=Solved)
    reasons = models.ManyToManyField(Reason, blank=True, related_name="+")
    comment = models.TextField(_("补充说明"), blank=True)
    client_hash = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    personal_fields = ("comment", "client_hash")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["matter", "reporter", "round"], name="rating_once_per_round"),
            models.CheckConstraint(condition=Q(round__gte=1), name="rating_round_positive"),
        ]
        indexes = [models.Index(fields=["at"], name="rating_at")]

    def __str__(self) -> str:
        return f"{self.matter_id} #{self.round}: {self.satisfaction}"
