"""Matters: anything the platform must see through to an end, with reporters, lines and attachments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from liaison.base.audit.models import Audience
from liaison.base.encryption import EncryptedCharField
from liaison.base.files.models import StoredFile
from liaison.base.privacy import mask_name
from liaison.base.workdays.arithmetic import Light
from opinions.catalog.models import Category, ClockKind, Tier, Urgency
from opinions.matters.scope import in_place, scope
from opinions.matters.search import matching
from opinions.matters.states import OPEN, MatterKind, Status

NARROWING = ["due_on", "status", "tier", "category", "warn_on", "quality", "opened_at"]
"""By what the lists of the desk are narrowed. Indexes carry all of it: one alone tells whether a matter is meant."""
BY_DUE = ["due_on", "id", *NARROWING[1:]]
BY_STATUS = ["status", "due_on", "id", *NARROWING[2:]]
BY_CATEGORY = ["category", "due_on", "id", "status", "tier", *NARROWING[4:], "district", "street"]
BY_STATUS_AGE = ["status", "opened_at", "id", "tier", "category", "district", "street"]


class ReplyClass(models.TextChoices):
    """答复类别. B and C are promises with a date; none of them is the resident's word."""

    SOLVED = "A", _("A 已解决或基本解决")
    BEING_SOLVED = "B", _("B 正在解决")
    PLANNED = "C", _("C 列入计划")
    EXPLAINED = "D", _("D 留作参考或说明解释")


class Satisfaction(models.TextChoices):
    SATISFIED = "satisfied", _("满意")
    MOSTLY = "mostly", _("基本满意")
    UNSATISFIED = "unsatisfied", _("不满意")


class Quality(models.TextChoices):
    """办理质量 as the supervising side marked it (Z16); no mark is no light. It counts beside time: the worse shows."""

    LOW = "low", _("标准不高")
    POOR = "poor", _("质量差")

    @property
    def light(self) -> Light:
        """Yellow for what is below standard, red for what is poor."""
        return {"low": Light.YELLOW, "poor": Light.RED}[self.value]


class MatterQuerySet(models.QuerySet["Matter"]):
    def open(self) -> "MatterQuerySet":
        """Matters that are not at an end."""
        return self.filter(status__in=OPEN)

    def visible_to(self, user: User) -> "MatterQuerySet":
        """The matters in the user's scope; lists, details, exports, search and attachments all start here."""
        return self.filter(scope(user))

    def one_visible_to(self, user: User, code: str) -> "MatterQuerySet":
        """The matter with this code, if it is in the user's scope; asks nothing but itself."""
        return self.filter(scope(user, keys=in_place), code=code)

    def matching(self, text: str, *, many: bool = False) -> "MatterQuerySet":
        """The matters in which all words of `text` occur.

        `many` says that they are known to be many: the list is then read in its order, and of what is in the scope the
        words are looked at.
        """
        found = matching(text)
        return self.filter(pk__in=Matter.objects.filter(found).order_by().values("pk")) if many else self.filter(found)


class Matter(models.Model):
    """One matter. Carries what every list needs, so that lists, lights and sweeps read one indexed table.

    `holder` or `holder_deputy` is whose turn it is now; neither while the resident's word is awaited.
    `due_on` and `warn_on` are those of the tightest running clock. A reference has no index of its own where a longer
    one begins with it, and who is nobody stands in none: whatever moves a due date writes into every index.
    """

    kind = models.CharField(max_length=12, choices=MatterKind, default=MatterKind.OPINION)
    code = models.CharField(_("编号"), max_length=16, unique=True)
    title = models.CharField(_("标题"), max_length=80)
    status = models.CharField(_("状态"), max_length=12, choices=Status)
    version = models.PositiveIntegerField(default=1)
    tier = models.PositiveSmallIntegerField(_("层级"), choices=Tier, null=True, blank=True)
    urgency = models.CharField(_("缓急"), max_length=10, choices=Urgency, default=Urgency.NORMAL)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("类别"),
        db_index=False,
    )  # fmt: skip
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("地点所属"))
    street = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("街道工委"), db_index=False
    )
    district = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("区人大"), db_index=False
    )
    deputy = models.ForeignKey(
        Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("接件代表"),
        db_index=False,
    )  # fmt: skip
    holder = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("当前办理"),
        db_index=False,
    )  # fmt: skip
    holder_deputy = models.ForeignKey(
        Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(_("提交时间"))
    first_replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(_("时限"), null=True, blank=True)
    warn_on = models.DateField(null=True, blank=True)
    due_clock = models.CharField(max_length=12, choices=ClockKind, blank=True)
    reply_class = models.CharField(_("答复类别"), max_length=1, choices=ReplyClass, blank=True)
    quality = models.CharField(_("办理质量"), max_length=4, choices=Quality, null=True, blank=True)
    quality_note = models.CharField(max_length=60, blank=True, help_text="what was found wrong, in words")
    satisfaction = models.CharField(_("评价"), max_length=12, choices=Satisfaction, blank=True)
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    resume_status = models.CharField(
        max_length=12, choices=Status, blank=True, help_text="where a waiting matter goes on"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", verbose_name=_("并入"),
        db_index=False,
    )  # fmt: skip
    tags = models.JSONField(default=list, blank=True)
    fast_lane = models.BooleanField(_("马上办"), default=False, help_text="to be settled the same day where it can be")
    search_text = models.TextField(blank=True, help_text="words for the search index, separated by blanks")

    objects = MatterQuerySet.as_manager()
    personal_fields = ("title", "search_text")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder__isnull=True) | Q(holder_deputy__isnull=True), name="matter_one_holder"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="matter_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="matter_merged_has_target",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, warn_on__isnull=True)
                | Q(due_on__isnull=False, warn_on__isnull=False, due_on__gte=F("warn_on")),
                name="matter_warn_before_due",
            ),
            models.CheckConstraint(
                condition=Q(quality__isnull=False) | Q(quality_note=""), name="matter_quality_note_has_mark"
            ),
        ]
        indexes = [
            models.Index(
                fields=["holder", "due_on", "id"], condition=Q(holder__isnull=False), name="matter_holder_due"
            ),
            models.Index(
                fields=["holder_deputy", "due_on", "id"],
                condition=Q(holder_deputy__isnull=False),
                name="matter_deputy_due",
            ),
            models.Index(fields=["deputy", "-id"], condition=Q(deputy__isnull=False), name="matter_deputy"),
            models.Index(fields=["street", "status", "-id", "holder"], name="matter_street_status"),
            models.Index(fields=["street", "-id"], name="matter_street"),
            models.Index(fields=["street", "-closed_at", "-id"], condition=Q(status="closed"), name="matter_closed"),
            models.Index(fields=["street", *BY_DUE], name="matter_street_by_due"),
            models.Index(fields=["district", "status", "-id"], name="matter_district_status"),
            models.Index(fields=["district", *BY_DUE], name="matter_district_by_due"),
            models.Index(fields=BY_STATUS, name="matter_status_due"),
            models.Index(fields=BY_DUE, name="matter_by_due"),
            models.Index(fields=BY_CATEGORY, name="matter_category_by_due"),
            models.Index(fields=BY_STATUS_AGE, name="matter_status_opened"),
            models.Index(
                fields=["deputy", *BY_DUE, "holder_deputy"], condition=Q(deputy__isnull=False), name="matter_asked_due"
            ),
            models.Index(fields=["opened_at", "id", "status", "category"], name="matter_by_opening"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="matter_merged_into"),
            models.Index(fields=["id", "street", "district", *NARROWING], name="matter_narrowed"),
            models.Index(fields=["district", "id"], condition=Q(fast_lane=True), name="matter_fast"),
            models.Index(
                fields=["quality", "due_on", "id"], condition=Q(quality__isnull=False), name="matter_quality_marked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def chain(self) -> str:
        """Name of this matter's chain in the ledger."""
        return f"matter:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def status_tone(self) -> str:
        """Tone of the status badge."""
        return Status(self.status).tone

    def concerns(self, user: User) -> bool:
        """Whether the matter is in the user's scope (one indexed query)."""
        return Matter.objects.visible_to(user).filter(pk=self.pk).exists()


RESIDENT = "反映人"
"""How the ledger names a resident."""


class Reporter(models.Model):
    """A resident behind a matter. Personal data in one place: encrypted, masked, kept no longer than needed."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="reporters")
    name = models.CharField(_("反映人"), max_length=40, blank=True)
    phone = EncryptedCharField(_("电话"), max_length=20, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    link_key = EncryptedCharField(max_length=100, help_text="the key in the resident's private link")
    client_hash = models.CharField(max_length=64, blank=True, help_text="keyed hash of the address, for throttling")
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("name", "phone", "link_key", "client_hash")

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["client_hash", "created_at"], name="reporter_client"),
            models.Index(fields=["phone_index", "created_at"], name="reporter_phone"),
        ]

    def __str__(self) -> str:
        return mask_name(self.name) or str(_("未留姓名的居民"))


class Line(models.Model):
    """One line of the conversation on a matter: internal among bodies, or public between body and resident.

    `reporter` is the resident who wrote it; another resident of a merged matter does not read it.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="lines")
    body = models.TextField()
    audience = models.CharField(max_length=10, choices=Audience)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey(Reporter, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    author = models.CharField(max_length=120, help_text="the author in words, as shown to the reader")
    at = models.DateTimeField()
    personal_fields = ("body", "author")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A stored file that belongs to a matter.

    It came from the user `by`, else from `organisation` by its link, else from the resident.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="attachments")
    stored = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.stored_id}"
