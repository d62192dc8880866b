"""回访: drawn or arranged call-backs, what residents said in them, and what does not fit together."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from opinions.evaluation.models import Rating, RatingState, Solved
from opinions.handling.models import Reply
from opinions.matters.models import Matter, ReplyClass, Satisfaction

SHARE_MAX = 100


class Draw(models.Model):
    """One random draw. Seed, definition and population stay, so that anybody can draw again and find the same rows.

    The population are the answered opinions of the district that carry a telephone number; it is kept by its codes,
    since what is rated or handled again later no longer fits the definition.
    """

    district = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(_("办结或答复自"))
    until = models.DateField(_("至"))
    state = models.CharField(_("评价情况"), max_length=10, choices=RatingState, blank=True)
    body = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办单位")
    )
    street = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("街道")
    )
    share = models.PositiveSmallIntegerField(_("抽取比例（%）"), null=True, blank=True)
    number = models.PositiveSmallIntegerField(_("抽取件数"), null=True, blank=True)
    seed = models.CharField(_("随机种子"), max_length=64)
    population = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over the codes in order, each on its line")
    codes = models.TextField(help_text="codes of the population in order, each on its line")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="draw_days_in_order"),
            models.CheckConstraint(
                condition=Q(share__isnull=True, number__gte=1) | Q(number__isnull=True, share__range=(1, SHARE_MAX)),
                name="draw_share_or_number",
            ),
        ]
        indexes = [models.Index(fields=["district", "-id"], name="draw_district")]

    def __str__(self) -> str:
        return f"{self.since}–{self.until} {self.seed}"

    @property
    def chain(self) -> str:
        """Name of this draw's chain in the ledger."""
        return f"draw:{self.pk}"

    @property
    def drawn_from(self) -> list[str]:
        """The codes of the population."""
        return self.codes.splitlines()


class RevisitStatus(models.TextChoices):
    WAITING = "waiting", _("待回访")
    DONE = "done", _("已回访")
    UNREACHED = "unreached", _("联系不上")


class Revisit(models.Model):
    """One call-back: by whom, how often in vain, and what the resident said. It changes no rating (rule 5).

    Without a `caller` nobody was found who had not handled the matter, and the district names somebody.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="revisits")
    draw = models.ForeignKey(Draw, null=True, blank=True, on_delete=models.PROTECT, related_name="revisits")
    rank = models.PositiveIntegerField(null=True, blank=True, help_text="place in the order of the draw, from 1")
    caller = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("回访单位")
    )
    status = models.CharField(max_length=10, choices=RevisitStatus, default=RevisitStatus.WAITING)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="calls that nobody took")
    tried_at = models.DateTimeField(null=True, blank=True)
    satisfied = models.CharField(_("是否满意"), max_length=12, choices=Satisfaction, blank=True)
    solved = models.CharField(_("是否解决"), max_length=8, choices=Solved, blank=True)
    words = models.TextField(_("群众原话"), blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("words",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "matter"], name="revisit_once_in_a_draw"),
            models.UniqueConstraint(
                fields=["matter"], condition=Q(status="waiting", draw__isnull=True), name="revisit_one_arranged"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", done_at__isnull=True) | (~Q(status="waiting") & Q(done_at__isnull=False)),
                name="revisit_over_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="done") | Q(satisfied="", solved="", words=""), name="revisit_words_once_done"
            ),
        ]
        indexes = [models.Index(fields=["caller", "status", "-id"], name="revisit_caller_status")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.status}"

    @property
    def chain(self) -> str:
        """Name of this call-back's chain in the ledger; the matter's own is read by those who handled it."""
        return f"revisit:{self.pk}"

    @property
    def status_tone(self) -> str:
        """Tone of the badge."""
        return {"waiting": "wait", "done": "good", "unreached": "neutral"}[self.status]


class Means(models.TextChoices):
    CALL = "call", _("电话")
    VISIT = "visit", _("上门")


class Contact(models.Model):
    """Somebody who supervises a closed matter rang up the resident or went there (S11: one of each in a half-year).

    It asks for no rating: that is what call-backs by others are for.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="contacts")
    means = models.CharField(_("方式"), max_length=5, choices=Means)
    day = models.DateField(_("日期"))
    heard = models.CharField(_("情况"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("heard",)

    class Meta:
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.means} {self.day}"


class FlagKind(models.TextChoices):
    """What does not fit what the resident said on the telephone."""

    SATISFACTION = "satisfaction", _("评价满意，回访不满意")
    SOLVED = "solved", _("评价说解决了，回访说没有解决")
    CLASS = "class", _("答复称已解决，回访说没有解决")


SIDES: dict[FlagKind, tuple[type[models.TextChoices], type[models.TextChoices]]] = {
    FlagKind.SATISFACTION: (Satisfaction, Satisfaction),
    FlagKind.SOLVED: (Solved, Solved),
    FlagKind.CLASS: (ReplyClass, Solved),
}
"""What speaks against what."""


class RatingFlag(models.Model):
    """A contradiction that flags whoever handled the matter; it punishes nobody. Both sides stand here, as codes of
    SIDES by kind: `said` by rating or reply, `heard` on the telephone."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="rating_flags")
    revisit = models.ForeignKey(Revisit, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=12, choices=FlagKind)
    rating = models.ForeignKey(Rating, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    reply = models.ForeignKey(Reply, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said = models.CharField(max_length=60)
    heard = models.CharField(max_length=60)
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["revisit", "kind"], name="rating_flag_once")]
        indexes = [models.Index(fields=["body", "-id"], name="rating_flag_body")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.kind}"

    @property
    def sides(self) -> tuple[str, str]:
        """What was said and what was heard, in the reader's words; what is no code of today stands as it was kept."""
        said, heard = (dict(words.choices) for words in SIDES[FlagKind(self.kind)])
        return str(said.get(self.said, self.said)), str(heard.get(self.heard, self.heard))


class Look(models.Model):
    """已看过: somebody of a supervising body looked at a flag or an anomaly, and what came of it."""

    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    note = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields = ("note",)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["body", "key"], name="look_once")]

    def __str__(self) -> str:
        return self.key
