"""What similar opinions are found by, the ties between them, and the hot issues that they make up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Division, Organisation
from opinions.matters.models import Matter


class Likeness(models.Model):
    """What of one opinion is compared (`opinions.similar.portrait`), and the keys under which it is found again."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="likeness")
    portrait = models.BinaryField()
    keys = models.BinaryField(help_text="the keys of its postings, so that they can be taken away again")
    fingerprint = models.CharField(max_length=32, help_text="of the text that the portrait was made from")
    version = models.IntegerField(default=0, help_text="of the making and the word lists that made the portrait")
    raised_on = models.DateField()
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    made_at = models.DateTimeField()
    tied_at = models.DateTimeField(null=True, blank=True, help_text="when its ties were last looked for")
    personal_fields = ("portrait", "keys", "latitude", "longitude")

    class Meta:
        indexes = [
            models.Index(fields=["matter"], condition=Q(tied_at__isnull=True), name="likeness_untied"),
            models.Index(fields=["raised_on", "matter"], name="likeness_raised"),
            models.Index(fields=["version", "raised_on"], name="likeness_version"),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Posting(models.Model):
    """One key of one opinion. Searching reads the newest postings of a key, never all, so that its cost is bounded.

    No foreign key: a table of millions is not asked when a matter goes; what is left over is passed by, and cleared
    within a week.
    """

    pk = models.CompositePrimaryKey("key", "raised_on", "matter_id")
    key = models.IntegerField()
    raised_on = models.DateField()
    matter_id = models.BigIntegerField()
    personal_fields = ("key",)

    def __str__(self) -> str:
        return f"{self.key} {self.matter_id}"


class Vocabulary(models.Model):
    """What the place's own records say about words: how common each pair is, and which names of places there are."""

    counts = models.BinaryField()
    total = models.PositiveIntegerField()
    names = models.JSONField(default=list)
    made_at = models.DateTimeField()
    personal_fields = ("names",)

    def __str__(self) -> str:
        return f"{self.total} {self.made_at:%Y-%m-%d}"


class Alikeness(models.Model):
    """Two opinions that were found alike. `older` was indexed before `newer`; `score` lies between 0 and 1."""

    older = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    newer = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="alikeness_once"),
            models.CheckConstraint(condition=Q(older__lt=F("newer")), name="alikeness_older_first"),
            models.CheckConstraint(condition=Q(score__gte=0) & Q(score__lte=1), name="alikeness_score_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.older_id} ~ {self.newer_id}: {self.score:.2f}"


class HotState(models.TextChoices):
    OPEN = "open", _("热点")
    DISMISSED = "dismissed", _("已忽略")
    TOPIC = "topic", _("已转专题")
    PROPOSAL = "proposal", _("已转建议")

    @property
    def tone(self) -> str:
        """How the state badge looks."""
        return {self.OPEN: "warn", self.DISMISSED: "neutral"}.get(self, "active")


class HotIssueQuerySet(models.QuerySet["HotIssue"]):
    def open(self) -> "HotIssueQuerySet":
        """Issues that nobody has dealt with and that the last night still found."""
        return self.filter(state=HotState.OPEN, rank__isnull=False)

    def ranked(self) -> "HotIssueQuerySet":
        """Those that concern most people first."""
        return self.order_by(F("rank").asc(nulls_last=True), "-id")


class HotIssue(models.Model):
    """Opinions of several people about one thing within a few weeks. Keeps its identity from night to night."""

    district = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", verbose_name=_("区人大"))
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", verbose_name=_("地点所属"))
    title = models.CharField(_("标题"), max_length=80)
    words = models.JSONField(_("共同的词"), default=list)
    state = models.CharField(_("状态"), max_length=10, choices=HotState, default=HotState.OPEN)
    people = models.PositiveIntegerField(_("涉及人数"))
    opinions = models.PositiveIntegerField(_("意见件数"))
    curve = models.JSONField(default=dict, help_text="opinions by day of raising (ISO)")
    rank = models.PositiveIntegerField(_("名次"), null=True, blank=True, help_text="none when no longer found")
    first_on = models.DateField(_("最早"))
    last_on = models.DateField(_("最近"))
    found_on = models.DateField(help_text="day of the grouping that found it first")
    grouped_on = models.DateField(help_text="day of the grouping that found it last")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    people_then = models.PositiveIntegerField(
        null=True, blank=True, help_text="people concerned when it was dismissed; stays when it came back by itself"
    )
    reference = models.CharField(max_length=80, blank=True, help_text="what it was turned into, e.g. proposal:12")

    objects = HotIssueQuerySet.as_manager()
    personal_fields = ("title", "words", "reason")

    class Meta:
        ordering = ["rank", "-id"]
        indexes = [models.Index(fields=["district", "state", "rank"], name="hot_issue_rank")]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="hot_issue_last_after_first"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="hot_issue_decided_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["topic", "proposal"]) | ~Q(reference=""), name="hot_issue_turned_has_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def came_back(self) -> bool:
        """Whether it was dismissed, and listed again since because more people are concerned."""
        return self.state == HotState.OPEN and self.people_then is not None

    @property
    def state_member(self) -> HotState:
        """The state as a member of its enum, with its words and tone."""
        return HotState(self.state)


class HotMember(models.Model):
    """One opinion in a hot issue; it is in no other. `score` is its mean tie to the others."""

    issue = models.ForeignKey(HotIssue, on_delete=models.CASCADE, related_name="members")
    matter = models.OneToOneField(Matter, on_delete=models.CASCADE, related_name="hot_member")
    score = models.FloatField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-score", "matter_id"]
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=0) & Q(score__lte=1), name="hot_member_score_is_a_share")
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.matter_id}"
