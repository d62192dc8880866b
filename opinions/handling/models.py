"""Handling: assignments (主办, 协办, 分办), replies with their points, and what was put together (并案)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
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


class Asked(models.TextChoices):
    """What became of something that a body asked of whoever assigned it."""

    OPEN = "open", _("待批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")


class Assignment(models.Model):
    """交办: a matter given to a body.

    `liable` is the one lead who answers for the matter now: the first receiver, until another has signed. `extension`
    and `objection` (申请延期, 申请退回) can be asked once each; what was said then stands in the history.
    """

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
    liable = models.BooleanField(default=False)
    by_link = models.BooleanField(default=False, help_text="the body has no accounts and works by a link")
    extension = models.CharField(max_length=10, choices=Asked, blank=True)
    extension_until = models.DateField(null=True, blank=True)
    extension_text = models.TextField(blank=True)
    objection = models.CharField(max_length=10, choices=Asked, blank=True)
    personal_fields = ("person", "note", "return_text", "extension_text")

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
            models.UniqueConstraint(fields=["matter"], condition=Q(liable=True), name="assignment_one_liable"),
            models.CheckConstraint(
                condition=Q(liable=False) | Q(part="lead", status__in=["pending", "signed", "returned"]),
                name="assignment_liable_is_a_lead",
            ),
            models.CheckConstraint(
                condition=Q(extension="") | Q(extension_until__isnull=False), name="assignment_extension_has_day"
            ),
            models.CheckConstraint(
                condition=Q(objection="") | Q(return_reason__isnull=False), name="assignment_objection_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "matter"], name="assignment_org_matter"),
            models.Index(fields=["organisation", "status", "matter"], name="assignment_org_status"),
            models.Index(
                fields=["organisation", "matter"],
                condition=Q(liable=True, status="returned"),
                name="assignment_still_liable",
            ),
            models.Index(fields=["matter"], condition=Q(extension="open"), name="assignment_asks_more_time"),
            models.Index(fields=["matter"], condition=Q(objection="open"), name="assignment_asks_to_return"),
            models.Index(
                fields=["matter"],
                condition=Q(by_link=True, status__in=["pending", "signed"]),
                name="assignment_by_link",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_part_display()} {self.get_status_display()}"


class JointStreet(models.Model):
    """联办街道 (H9): another street whom the matter concerns as well. It sees the matter and talks with the bodies."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="joint_streets")
    street = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    task = models.CharField(_("分工"), max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["matter", "street"], name="joint_street_once")]
        indexes = [models.Index(fields=["street", "matter"], name="joint_street_matter")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.street}"


class ReplyStatus(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PENDING = "pending", _("待审签")
    SENT_BACK = "sent_back", _("退回修改")
    ISSUED = "issued", _("已答复")
    OPINION = "opinion", _("协办意见")
    DROPPED = "dropped", _("已作废")


class Reply(models.Model):
    """答复. A deputy's answer has `deputy`; a body's reply has `assignment`; a result from above has neither.

    ISSUED ones are the residents' to read; a co-handler's OPINION goes to the lead and no further, and that of a deputy
    of a congress above (接力) to the committee, which reports it back.
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
        indexes = [models.Index(fields=["organisation", "status", "matter"], name="reply_org_status")]

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


class MergerKind(models.TextChoices):
    """Why one matter goes with another."""

    SAME = "same", _("同一件事")
    BRANCH = "branch", _("同因分点")
    """One cause with many places: the matter keeps its own place, and shares handling and reply with its parent."""
    FOLLOW = "follow", _("居民跟进")
    """The resident chose to follow the matter of others."""


class Merger(models.Model):
    """并案: one matter went into another; `before` is how it stood then, so that it can be taken out again.

    `target` is the one that was named. Where that was merged in its turn, `Matter.merged_into` names the last one: it
    is always the root over the live rows (those with no `undone_at`), of which a matter has one at most.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="mergers")
    target = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="taken_in")
    kind = models.CharField(max_length=8, choices=MergerKind, default=MergerKind.SAME)
    before = models.JSONField(default=dict, help_text="status, turn, ids of assignments, replies and clocks it ended")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(undone_at__isnull=True), name="merger_one_live"),
            models.CheckConstraint(condition=~Q(matter=models.F("target")), name="merger_not_into_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} → {self.target_id}"
