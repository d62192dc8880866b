"""Handling: assignments (主办, 协办, 分办), replies with their points, relays."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from deputies.roster.models import CongressLevel, Deputy
from opinions.catalog.models import Reason
from opinions.matters.models import Matter, ReplyClass


class Part(models.TextChoices):
    LEAD = "lead", _("主办")
    CO = "co", _("协办")
    SEPARATE = "separate", _("分办")


class AssignmentStatus(models.TextChoices):
    PENDING = "pending", _("待签收")
    SIGNED = "signed", _("已签收")
    RETURNED = "returned", _("已退回")
    REPLIED = "replied", _("已答复")
    REVOKED = "revoked", _("已撤销")


LIVE = (AssignmentStatus.PENDING, AssignmentStatus.SIGNED)


class Assignment(models.Model):
    """交办: a matter given to a body. The first receiver stays responsible until another has signed."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assignments")
    part = models.CharField(max_length=10, choices=Part)
    status = models.CharField(max_length=10, choices=AssignmentStatus, default=AssignmentStatus.PENDING)
    round = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(blank=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_by_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    person = models.CharField(_("责任人"), max_length=40, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    return_text = models.TextField(blank=True)
    suggested = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("person", "note", "return_text")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(part="lead", status__in=["pending", "signed"]),
                name="assignment_one_live_lead",
            ),
            models.UniqueConstraint(
                fields=["matter", "organisation"],
                condition=Q(status__in=["pending", "signed"]),
                name="assignment_live_once_per_body",
            ),
            models.CheckConstraint(
                condition=~Q(status="signed") | Q(signed_at__isnull=False), name="assignment_signed_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="returned") | Q(returned_at__isnull=False), name="assignment_returned_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "matter"], name="assignment_org_matter"),
            models.Index(fields=["organisation", "status", "-id"], name="assignment_org_status"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_part_display()} {self.get_status_display()}"


class ReplyStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PENDING = "pending", _("待审签")
    SENT_BACK = "sent_back", _("退回修改")
    ISSUED = "issued", _("已答复")
    OPINION = "opinion", _("协办意见")
    DROPPED = "dropped", _("已作废")


class Reply(models.Model):
    """答复. A deputy's answer has `deputy`; a body's reply has `assignment`; a result from above has neither.

    ISSUED ones are the residents' to read; a co-handler's OPINION goes to the lead and no further.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="replies")
    assignment = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    reply_class = models.CharField(max_length=1, choices=ReplyClass, blank=True)
    status = models.CharField(max_length=10, choices=ReplyStatus, default=ReplyStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    sent_back_reason = models.TextField(blank=True)
    personal_fields = ("text", "sent_back_reason")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(status__in=["draft", "pending", "sent_back"]),
                name="reply_one_open_per_assignment",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued") | Q(issued_at__isnull=False), name="reply_issued_has_time"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "status", "-id"], name="reply_org_status")]

    def __str__(self) -> str:
        return f"{self.matter_id} #{self.round} {self.get_status_display()}"


class ReplyPoint(models.Model):
    """One point of a reply: what was asked, what is done, who, by when. Only a draft may leave parts open."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="points")
    order = models.PositiveSmallIntegerField()
    problem = models.CharField(_("问题"), max_length=200, blank=True)
    measure = models.TextField(_("措施"), blank=True)
    person = models.CharField(_("责任人"), max_length=40, blank=True)
    due_on = models.DateField(_("完成日期"), null=True, blank=True)
    done = models.BooleanField(_("已完成"), default=False)
    personal_fields = ("problem", "measure", "person")

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.problem


class Relay(models.Model):
    """接力: an issue handed to named deputies of a higher congress (H4, tier 5)."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="relays")
    level = models.CharField(max_length=12, choices=CongressLevel)
    deputies = models.ManyToManyField(Deputy, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("reason",)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.get_level_display()}"
