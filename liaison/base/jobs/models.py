"""Background jobs that a person started: progress, result to download, honest failure."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.files.models import StoredFile


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {self.QUEUED: "wait", self.RUNNING: "active", self.DONE: "good", self.FAILED: "bad"}[self]


class Job(models.Model):
    """A piece of work done by the worker for `by`; `permission` is asked for again at download."""

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict, blank=True)
    permission = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="times a worker took it; tells a lost worker from the one at work"
    )
    beat_at = models.DateTimeField(null=True, blank=True, help_text="last sign of life: nudged, taken, or progressed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    personal_fields = ("title", "params", "error")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["by", "-id"], name="job_by"),
            models.Index(fields=["status", "created_at"], name="job_status"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def status_member(self) -> JobStatus:
        """The status as a member of its enum, with its words and tone."""
        return JobStatus(self.status)

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100; 0 while the total is unknown."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        """Whether it still has to be waited for."""
        return self.status in {JobStatus.QUEUED, JobStatus.RUNNING}
