"""What supervision writes to a body: reminders, letters with their answers; and a leader's sponsorship of a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation, Unfinished
from liaison.base.files.models import StoredFile
from opinions.clocks.models import Clock
from opinions.invitations.models import WorkLink
from opinions.matters.models import Matter
from supervision.orders.states import UNANSWERED, AnswerStatus, LetterStatus, SponsorStatus


class Reminder(models.Model):
    """催办: one message to one body, about one matter or about many."""

    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("催办内容"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.body} {self.at:%Y-%m-%d}"


class ReminderMatter(models.Model):
    """A matter of which a body was reminded; once in a working day, whoever reminds. On days off `day` is the next
    working day."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="rows")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="reminders")
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["matter", "body", "day"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.day}"


class LetterHead(models.Model):
    """How a body signs its letters: 代字 of the number, the red head, the signature."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="letter_head", verbose_name=_("发文机关")
    )
    mark = models.CharField(_("发文代字"), max_length=20, help_text=_("例如“云人督”，印出来是“云人督〔2026〕5号”。"))
    heading = models.CharField(_("红头"), max_length=60, help_text=_("例如“云汀区人民代表大会常务委员会”。"))
    signature = models.CharField(_("署名"), max_length=60)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["organisation"]
        verbose_name = _("发文代字")
        verbose_name_plural = _("发文代字")

    def __str__(self) -> str:
        return self.mark


class LetterTemplate(models.Model):
    """范文 of a letter. Without `organisation` it is for everybody; `demands` has one point in each line."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("机构")
    )
    name = models.CharField(_("名称"), max_length=40)
    basis = models.TextField(_("依据"), max_length=500, blank=True)
    opening = models.TextField(_("正文"), max_length=2000)
    demands = models.TextField(_("要求（一行一条）"), max_length=2000)
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("督办函范文")
        verbose_name_plural = _("督办函范文")

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """The last number that a body gave in a year; the row is held while a letter is issued, so that none is missing."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["organisation", "year"]
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Letter(models.Model):
    """督办函 to one body about one or several matters.

    `days` is its own limit in working days (none: the policy). `printed` is what its documents say, as it stood when
    it was issued. `round` counts the answers that were asked for.
    """

    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="letters_sent")
    addressee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="letters_received")
    status = models.CharField(max_length=10, choices=LetterStatus, default=LetterStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(_("标题"), max_length=80)
    basis = models.TextField(_("依据"), max_length=500, blank=True)
    opening = models.TextField(_("正文"), max_length=2000)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    mark = models.CharField(max_length=20, blank=True)
    printed = models.JSONField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    copies = models.ManyToManyField(Organisation, blank=True, related_name="+")
    personal_fields = ("title", "basis", "opening", "printed")
    unfinished = Unfinished("addressee", UNANSWERED, _("待回复的督办函"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="letter_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "pending", "void"], number__isnull=True, issued_at__isnull=True)
                | Q(number__isnull=False, year__isnull=False, issued_at__isnull=False, signed_by__isnull=False),
                name="letter_issued_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["issuer", "status", "-id"], name="letter_issuer_status"),
            models.Index(fields=["addressee", "status", "-id"], name="letter_addressee_status"),
        ]

    def __str__(self) -> str:
        return self.reference or self.title

    @property
    def chain(self) -> str:
        """Name of this letter's chain in the ledger."""
        return f"order:{self.pk}"

    @property
    def reference(self) -> str:
        """发文字号, e.g. 云人督〔2026〕5号; empty before it is issued."""
        return f"{self.mark}〔{self.year}〕{self.number}号" if self.number else ""

    @property
    def status_tone(self) -> str:
        return LetterStatus(self.status).tone


class LetterMatter(models.Model):
    """A matter in a letter, and the clock that runs for its answer. `superseded` by a letter of the district."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="rows")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="letters")
    clock = models.ForeignKey(Clock, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    superseded = models.ForeignKey(Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="took_over")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["letter", "matter"], name="letter_matter_once")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.matter_id}"


class Demand(models.Model):
    """One point of a letter: what is demanded, and by when it must be done."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="demands")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(_("要求"), max_length=300)
    due_on = models.DateField(_("完成日期"))
    personal_fields = ("text",)

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.text


class LetterAnswer(models.Model):
    """回复 of one round. `refused` is why it was not accepted; `on_paper` says that the issuer entered it for a body
    without accounts; `signer` is who signed for a body that answered by its link."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="answers")
    round = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=8, choices=AnswerStatus, default=AnswerStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    text = models.TextField(_("总的情况"), max_length=5000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    signer = models.CharField(_("签发人姓名"), max_length=40, blank=True)
    on_paper = models.BooleanField(default=False)
    refused = models.TextField(blank=True)
    files = models.ManyToManyField(StoredFile, blank=True, related_name="+")
    personal_fields = ("text", "signer", "refused")

    class Meta:
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "round"], name="letter_answer_once_per_round"),
            models.CheckConstraint(
                condition=~Q(status="signed")
                | (Q(signed_at__isnull=False) & (Q(signed_by__isnull=False) | ~Q(signer=""))),
                name="letter_answer_signed_has_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} #{self.round}"

    @property
    def status_tone(self) -> str:
        return AnswerStatus(self.status).tone

    @property
    def signed_name(self) -> str:
        """Who signed; `signed_by` is loaded."""
        return self.signer or (self.signed_by.name if self.signed_by else "")


class LetterLink(WorkLink):
    """The link by which a body without accounts answers a letter."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="links")
    personal_fields = ("token", "token_hash")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["letter"], condition=Q(revoked_at__isnull=True), name="letter_link_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id}"

    @property
    def chain(self) -> str:
        return f"letter_link:{self.pk}"


class AnswerPoint(models.Model):
    """What a body does about one demand: measure, person, day. A draft may leave parts open."""

    answer = models.ForeignKey(LetterAnswer, on_delete=models.CASCADE, related_name="points")
    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(_("措施"), max_length=500, blank=True)
    person = models.CharField(_("责任人"), max_length=40, blank=True)
    due_on = models.DateField(_("完成日期"), null=True, blank=True)
    personal_fields = ("measure", "person")

    class Meta:
        ordering = ["demand__order", "id"]
        constraints = [models.UniqueConstraint(fields=["answer", "demand"], name="answer_point_once")]

    def __str__(self) -> str:
        return self.measure


class Sponsorship(models.Model):
    """包案 (S8): a leader sees a hard case through. One lives per matter; only the leader ends it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="sponsorships")
    sponsor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sponsored")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=SponsorStatus, default=SponsorStatus.LIVE)
    version = models.PositiveIntegerField(default=1)
    why = models.CharField(_("为什么包案"), max_length=300)
    target_on = models.DateField(_("目标日期"))
    reminded_for = models.DateField(null=True, blank=True, help_text="the target day of which the leader was reminded")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(_("结果"), blank=True)
    personal_fields = ("why", "outcome")

    class Meta:
        ordering = ["target_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(status="live"), name="sponsorship_one_live"),
            models.CheckConstraint(
                condition=Q(status="live", ended_at__isnull=True) | (~Q(status="live") & Q(ended_at__isnull=False)),
                name="sponsorship_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["sponsor", "status", "target_on", "id"], name="sponsorship_mine"),
            models.Index(fields=["target_on"], condition=Q(status="live"), name="sponsorship_due"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.sponsor}"

    @property
    def chain(self) -> str:
        """Name of this sponsorship's chain in the ledger; the matter's history tells it as well."""
        return f"sponsor:{self.pk}"

    @property
    def status_tone(self) -> str:
        return SponsorStatus(self.status).tone


class NoteKind(models.TextChoices):
    VISIT = "visit", _("走访")
    PROGRESS = "progress", _("推进")
    REVISIT = "revisit", _("回访")


class SponsorNote(models.Model):
    """What the leader did on a day; 回访 only once the case has ended."""

    sponsorship = models.ForeignKey(Sponsorship, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=8, choices=NoteKind)
    day = models.DateField(_("日期"))
    text = models.CharField(_("做了什么"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("text",)

    class Meta:
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"
