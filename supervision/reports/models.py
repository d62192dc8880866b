"""月报: one for each station, street and district and month, its notes, and what was signed, as it was signed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Organisation
from liaison.base.files.models import StoredFile
from supervision.reports.states import ARRIVED, ReportStatus


class Level(models.TextChoices):
    STATION = "station", _("联络站")
    STREET = "street", _("街道")
    DISTRICT = "district", _("区")


class MonthlyReport(models.Model):
    """The report of a body about a month; a station's is its managing body's, about the one contact point.

    `standing` are the numbers that are about a moment (`standing_at`): they cannot be counted later, and are kept from
    drafting on. `upper` is the body to which it is handed up; none for a district. `why` is for what the next edition
    is made: what the upper level asked for, or what was found out later.
    """

    level = models.CharField(max_length=8, choices=Level)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="monthly_reports")
    station = models.ForeignKey(ContactPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    upper = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.DRAFTED)
    version = models.PositiveIntegerField(default=1)
    standing = models.JSONField(default=dict)
    standing_at = models.DateTimeField()
    why = models.CharField(max_length=500, blank=True)
    handed_up_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=40, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    personal_fields = ("why",)

    class Meta:
        ordering = ["-month", "level", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month"], condition=Q(station__isnull=True), name="report_body_once"
            ),
            models.UniqueConstraint(
                fields=["station", "month"], condition=Q(station__isnull=False), name="report_station_once"
            ),
            models.CheckConstraint(
                condition=Q(level="station", station__isnull=False) | ~Q(level="station") & Q(station__isnull=True),
                name="report_station_of_its_level",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["handed_up", "received"]) | Q(handed_up_at__isnull=False, upper__isnull=False),
                name="report_handed_up_to_somebody",
            ),
        ]
        indexes = [models.Index(fields=["upper", "month", "status"], name="report_upper_month")]

    def __str__(self) -> str:
        return f"{self.owner} {self.month:%Y-%m}"

    @property
    def owner(self) -> ContactPoint | Organisation:
        """Whose report it is."""
        return self.station or self.organisation

    @property
    def chain(self) -> str:
        """Name of this report's chain in the ledger."""
        return f"report:{self.pk}"

    @property
    def status_tone(self) -> str:
        return ReportStatus(self.status).tone

    @property
    def arrived(self) -> bool:
        """Whether the upper level has it."""
        return self.status in ARRIVED


class Comparison(models.Model):
    """Whether a district compares its streets (Z8): nobody is compared where it is not switched on."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("机构")
    )
    reports = models.BooleanField(_("月报里比较各街道"), default=False, help_text=_("按新收件数从多到少排列。"))
    public = models.BooleanField(_("公开页上比较各街道"), default=False)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["organisation"]
        verbose_name = _("街道比较")
        verbose_name_plural = _("街道比较")

    def __str__(self) -> str:
        return str(self.organisation)


class Layout(models.Model):
    """A district's own DOCX layout for the reports of a level; the newest version that is in use is filled in."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(_("层级"), max_length=8, choices=Level)
    version = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["level", "-version"]
        constraints = [models.UniqueConstraint(fields=["organisation", "level", "version"], name="report_layout_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.level} v{self.version}"


class Note(models.Model):
    """What people say beside a section; the figures are never typed."""

    report = models.ForeignKey(MonthlyReport, on_delete=models.CASCADE, related_name="notes")
    section = models.CharField(max_length=12)
    text = models.CharField(_("说明"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "section"], name="report_note_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.section}"


class Edition(models.Model):
    """What was signed: figures and notes as they stood, with their hash, and for a later one what differs and why."""

    report = models.ForeignKey(MonthlyReport, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    why = models.CharField(max_length=500, blank=True)
    differs = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("content", "why", "differs")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_edition_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(why=""), name="report_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"


class EditionFile(models.Model):
    """The very bytes that were issued, in one form."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="files")
    form = models.CharField(max_length=4)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["edition", "form"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.edition_id}.{self.form}"
