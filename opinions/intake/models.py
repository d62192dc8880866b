"""What a resident raised, and how it came in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.contact_points.models import ContactPoint
from deputies.roster.models import Deputy
from liaison.base.files.models import StoredFile
from opinions.catalog.models import Reach, SourceChannel, Wish
from opinions.matters.models import Matter


class Opinion(models.Model):
    """民情民意: shares its key with its Matter."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="opinion")
    channel = models.CharField(_("渠道"), max_length=12, choices=SourceChannel)
    content = models.TextField(_("内容"))
    place = models.CharField(_("地点"), max_length=160, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    reach = models.CharField(_("影响范围"), max_length=12, choices=Reach, blank=True)
    wish = models.CharField(_("居民的希望"), max_length=8, choices=Wish, blank=True)
    contact_point = models.ForeignKey(
        ContactPoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("联系点")
    )
    addressed_to = models.ForeignKey(
        Deputy, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("找哪位代表")
    )
    anonymous = models.BooleanField(_("匿名"), default=False)
    privacy_version = models.CharField(max_length=20, blank=True)
    consent_contact = models.BooleanField(_("同意电话联系"), default=False)
    consent_publish = models.BooleanField(_("同意公开去标识后的内容"), default=False)
    submission_key = models.UUIDField(unique=True)
    source_system = models.CharField(max_length=40, blank=True)
    source_number = models.CharField(_("来源编号"), max_length=80, blank=True)
    assisted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("居民确认时间"), null=True, blank=True)
    campaign = models.PositiveIntegerField(
        null=True, blank=True, help_text="the announced activity of a floor above whose page led here"
    )
    warnings = models.JSONField(default=list, blank=True, help_text="belongs-elsewhere hints seen at submission")
    personal_fields = ("content", "place", "latitude", "longitude", "source_number")

    class Meta:
        ordering = ["-matter_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_number"],
                condition=~Q(source_number=""),
                name="opinion_source_number_once",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="opinion_position_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign"], condition=Q(campaign__isnull=False), name="opinion_campaign"),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class KeptPhoto(models.Model):
    """A photo that arrived with a form which could not be taken yet, so that it need not be chosen again.

    It belongs to the form's submission key and goes with the opinion, or away after a day.
    """

    submission_key = models.UUIDField(db_index=True)
    stored = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")
    client_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_index=True)
    personal_fields = ("client_hash",)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["client_hash", "created_at"], name="kept_photo_client")]

    def __str__(self) -> str:
        return f"{self.submission_key}: {self.stored_id}"


class ImportFile(models.Model):
    """A table that somebody uploaded to import; it goes once imported, or after a day."""

    stored = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_index=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.stored_id}"
