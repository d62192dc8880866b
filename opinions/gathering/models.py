"""Topics (Z9): what many residents raised becomes one thing to look into."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from opinions.matters.models import Matter
from opinions.similar.models import HotIssue


class Topic(models.Model):
    """专题: made of a hot issue, with the opinions that it had then. Work on it begins with supervision."""

    district = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("区人大"))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("牵头"))
    title = models.CharField(_("题目"), max_length=80)
    about = models.TextField(_("要弄清什么"))
    issue = models.ForeignKey(HotIssue, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    personal_fields = ("title", "about")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["district", "-id"], name="topic_district")]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        """Name of this topic's chain in the ledger."""
        return f"topic:{self.pk}"


class TopicMatter(models.Model):
    """An opinion that a topic rests on."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="links")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="topic_links")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["topic", "matter"], name="topic_matter_once")]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.matter_id}"
