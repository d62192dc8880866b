"""Supervision activities with matters, people, minutes and tasks; the plan of the year; calendar feeds."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation, Unfinished
from deputies.roster.models import Deputy
from liaison.base.encryption import EncryptedCharField
from liaison.base.files.models import StoredFile
from opinions.catalog.models import Category
from opinions.matters.models import Matter
from opinions.plans.models import Phase
from supervision.programme.states import UNDONE, ActivityStatus, Attendance, TaskStatus


class ActivityKind(models.TextChoices):
    COLLECTIVE = "collective", _("集体督办")
    SYMPOSIUM = "symposium", _("座谈会")
    LICENSED = "licensed", _("持证视察")
    APPOINTMENT = "appointment", _("约见负责人")
    THEMATIC = "thematic", _("主题月（单月公告、双月督办）")
    SPECIAL = "special", _("专项监督")
    ENFORCEMENT = "enforcement", _("执法检查")
    MONTHLY = "monthly", _("月度例会")


ASKED_BY_DEPUTIES = (ActivityKind.LICENSED, ActivityKind.APPOINTMENT)
"""Kinds that begin with what deputies ask for."""


class Scope(models.TextChoices):
    INTERNAL = "internal", _("内部")
    PUBLIC = "public", _("向群众公开")


class OutcomeClass(models.TextChoices):
    """What came of an activity. None of them solves a matter: that is the resident's word (rule 1)."""

    AGREED = "agreed", _("形成整改措施")
    PARTLY = "partly", _("部分形成措施")
    EXPLAINED = "explained", _("说明情况")
    FURTHER = "further", _("需要继续监督")


class Activity(models.Model):
    """监督活动. `sequence` counts what calendars must hear of (RFC 5545); `opens_on`–`closes_on` is the month in
    which a theme is announced and opinions are sought."""

    kind = models.CharField(_("种类"), max_length=12, choices=ActivityKind)
    title = models.CharField(_("名称"), max_length=80)
    organiser = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="activities", verbose_name=_("组织机构")
    )
    scope = models.CharField(_("范围"), max_length=8, choices=Scope, default=Scope.INTERNAL)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    all_day = models.BooleanField(_("全天"), default=False)
    place = models.CharField(_("地点"), max_length=160)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别")
    )
    tag = models.CharField(_("关键词"), max_length=30, blank=True)
    agenda = models.TextField(_("议程"), blank=True)
    credential = models.CharField(_("代表证（视察证）号"), max_length=60, blank=True)
    request = models.TextField(_("代表的要求"), blank=True)
    body = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("被视察、被约见单位"),
    )
    answer = models.TextField(_("单位的答复"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    opens_on = models.DateField(_("公告从"), null=True, blank=True)
    closes_on = models.DateField(_("公告到"), null=True, blank=True)
    minutes = models.TextField(_("纪要"), blank=True)
    outcome = models.TextField(_("结果"), blank=True)
    outcome_class = models.CharField(_("结果类别"), max_length=10, choices=OutcomeClass, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=ActivityStatus, default=ActivityStatus.PLANNED)
    version = models.PositiveIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0)
    plan_item = models.ForeignKey(
        "PlanItem",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
        verbose_name=_("年度计划"),
    )
    plan_month = models.PositiveSmallIntegerField(null=True, blank=True)
    matters = models.ManyToManyField(Matter, through="ActivityMatter", related_name="activities")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    personal_fields = ("title", "place", "agenda", "credential", "request", "answer", "minutes", "outcome")

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="activity_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(status="concluded") | (~Q(outcome="") & ~Q(outcome_class="")),
                name="activity_concluded_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True, closes_on__isnull=True)
                | Q(opens_on__isnull=False, closes_on__gte=F("opens_on")),
                name="activity_announced_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["licensed", "appointment"]) | (~Q(request="") & Q(body__isnull=False)),
                name="activity_request_and_body",
            ),
            models.CheckConstraint(
                condition=Q(plan_item__isnull=True, plan_month__isnull=True)
                | Q(plan_item__isnull=False, plan_month__gte=1, plan_month__lte=12),
                name="activity_planned_month",
            ),
            models.UniqueConstraint(fields=["plan_item", "plan_month"], name="activity_once_per_planned_month"),
        ]
        indexes = [
            models.Index(fields=["organiser", "starts_at", "id"], name="activity_organiser_start"),
            models.Index(fields=["starts_at", "id"], name="activity_start"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        """Name of this activity's chain in the ledger."""
        return f"activity:{self.pk}"

    @property
    def status_tone(self) -> str:
        """Tone of the status badge."""
        return ActivityStatus(self.status).tone


class ActivityMatter(models.Model):
    """A matter that an activity is about, and what became of it there: words, never its status."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="links")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="activity_links")
    result = models.CharField(_("办理情况"), max_length=300, blank=True)
    at = models.DateTimeField()
    personal_fields = ("result",)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "matter"], name="activity_matter_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.matter_id}"


class Participant(models.Model):
    """Who is asked to come: a deputy, a body by a named official, one of the staff, or somebody from outside."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participants")
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("姓名、职务"), max_length=60, blank=True)
    required = models.BooleanField(_("必须到会"), default=False)
    attendance = models.CharField(_("到会"), max_length=10, choices=Attendance, default=Attendance.INVITED)
    reason = models.CharField(_("请假原因"), max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("name", "reason")

    class Meta:
        ordering = ["-required", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deputy__isnull=False, body__isnull=True, user__isnull=True)
                | Q(deputy__isnull=True, body__isnull=False, user__isnull=True)
                | Q(deputy__isnull=True, body__isnull=True, user__isnull=False)
                | (Q(deputy__isnull=True, body__isnull=True, user__isnull=True) & ~Q(name="")),
                name="participant_is_one",
            ),
            models.CheckConstraint(
                condition=Q(required=False) | Q(body__isnull=False), name="participant_only_officials_must_come"
            ),
            models.CheckConstraint(
                condition=~Q(attendance="absent") | Q(required=True), name="participant_absent_had_to_come"
            ),
            models.UniqueConstraint(fields=["activity", "deputy"], name="participant_deputy_once"),
            models.UniqueConstraint(fields=["activity", "user"], name="participant_user_once"),
            models.UniqueConstraint(fields=["activity", "body", "name"], name="participant_official_once"),
        ]

    def __str__(self) -> str:
        named = self.deputy or self.user
        if named is not None:
            return named.name
        return f"{self.body.name} {self.name}".strip() if self.body else self.name


class ActivityFile(models.Model):
    """A photo or a document of an activity, e.g. its signed minutes."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="files")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.stored_id}"


class Task(models.Model):
    """任务: what a body took on at an activity, who, by when. `next_on` is the day on which the sweep must look."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="tasks")
    matter = models.ForeignKey(
        Matter, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("相关事项")
    )
    text = models.CharField(_("任务"), max_length=300)
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    person = models.CharField(_("责任人"), max_length=40)
    due_on = models.DateField(_("完成日期"))
    warn_on = models.DateField()
    next_on = models.DateField(null=True, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=TaskStatus, default=TaskStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    given_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("text", "person")
    unfinished = Unfinished("body", UNDONE, _("没有办完的督办任务"))

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "redo"], done_at__isnull=True)
                | Q(status__in=["done", "accepted"], done_at__isnull=False, next_on__isnull=True),
                name="task_done_has_time",
            ),
            models.CheckConstraint(condition=Q(warn_on__lte=F("due_on")), name="task_warned_before_due"),
        ]
        indexes = [
            models.Index(fields=["next_on", "id"], condition=Q(next_on__isnull=False), name="task_next"),
            models.Index(fields=["body", "status", "due_on", "id"], name="task_body"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def chain(self) -> str:
        """Name of this task's chain in the ledger: who was responsible at each step."""
        return f"task:{self.pk}"

    @property
    def status_tone(self) -> str:
        """Tone of the status badge."""
        return TaskStatus(self.status).tone


class TaskProgress(models.Model):
    """What was done on a task, in words and photos before and after (Z10)."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="progress")
    phase = models.CharField(_("阶段"), max_length=10, choices=Phase, default=Phase.DURING)
    text = models.TextField(_("进展"))
    photos = models.ManyToManyField(StoredFile, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.at:%Y-%m-%d}"


class PlanItem(models.Model):
    """One line of the year's supervision plan (X7): theme, kind, months, and who is responsible."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("机构"))
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(_("种类"), max_length=12, choices=ActivityKind)
    title = models.CharField(_("主题"), max_length=80)
    months = models.JSONField(_("月份"), default=list)
    responsible = models.CharField(_("责任委室、责任人"), max_length=80)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    personal_fields = ("title", "responsible")

    class Meta:
        ordering = ["organisation", "year", "id"]
        indexes = [models.Index(fields=["organisation", "year", "id"], name="plan_item_year")]

    def __str__(self) -> str:
        return f"{self.year} {self.title}"

    @property
    def chain(self) -> str:
        """Name of this line's chain in the ledger."""
        return f"plan_item:{self.pk}"


class Feed(models.Model):
    """A calendar that a person's phone subscribes to by a secret link; with `organisation` that body's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    token = EncryptedCharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    personal_fields = ("token", "token_hash")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(organisation__isnull=True), name="feed_own_once"),
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=Q(organisation__isnull=False), name="feed_of_body_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
