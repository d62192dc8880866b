"""The ladder: its rungs, what they fired, whom it was told to."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role
from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.notices.models import Channel
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import Light
from liaison.base.workdays.hours import Hours
from opinions.catalog.models import ClockKind
from opinions.clocks.models import Clock
from opinions.matters.models import Matter
from supervision.escalation.states import BY_QUALITY, Audience, Trigger
from supervision.quality.models import QualityMark


class Rung(models.Model):
    """One rung of the ladder of a district, or of a street that has its own.

    A street's rung that was taken over from its district's `copied_from` counts as the same one: what the one fired,
    the other does not fire again. `kinds` empty is every clock; `people` are meant where the audience is NAMED.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rungs")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies")
    name = models.CharField(_("名称"), max_length=40)
    trigger = models.CharField(_("从哪一天算起"), max_length=6, choices=Trigger)
    after = models.PositiveSmallIntegerField(_("过几个工作日"), default=0, validators=[MaxValueValidator(250)])
    kinds = models.JSONField(_("适用的时限"), default=list, blank=True)
    audience = models.CharField(_("告诉谁"), max_length=8, choices=Audience)
    roles = models.JSONField(_("其中哪些角色"), default=list, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("指定人员"))
    acts = models.BooleanField(_("须督办"), default=False, help_text=_("收到的人须过问，并写明做了什么。"))
    channels = models.JSONField(_("渠道"), default=list)
    begin = models.PositiveSmallIntegerField(_("几点起"), default=8, validators=[MaxValueValidator(23)])
    end = models.PositiveSmallIntegerField(
        _("几点前"), default=18, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    any_day = models.BooleanField(_("休息日也发"), default=False)
    digest = models.BooleanField(_("合并成一条"), default=True, help_text=_("不勾则每件单独发一条。"))
    active = models.BooleanField(_("启用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["organisation", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("begin")), name="rung_hours_in_order"),
            models.CheckConstraint(
                condition=Q(after=0) | ~Q(trigger__in=[one.value for one in BY_QUALITY]), name="rung_quality_at_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def root_id(self) -> int:
        """The rung by which firings are told apart."""
        return self.copied_from_id or self.pk

    @property
    def light(self) -> Light:
        """Its colour."""
        return Trigger(self.trigger).light

    @property
    def kind_names(self) -> str:
        return listing(str(ClockKind(kind).label) for kind in self.kinds)

    @property
    def role_names(self) -> str:
        return listing(str(Role(role).label) for role in self.roles)

    @property
    def people_names(self) -> str:
        """Who is named; from what was prefetched."""
        return listing(self.people.all())

    @property
    def channel_names(self) -> str:
        return listing(str(Channel(channel).label) for channel in self.channels)

    @property
    def hours(self) -> Hours:
        """When it may write."""
        return Hours(self.begin, self.end, self.any_day)


class Firing(models.Model):
    """A rung was due for a clock and its due date, or for a mark of quality: kept once, ever.

    Of a mark `due_on` is the day on which it was set. `day` is the day on which the rung was due, `told_by` the rung
    whose people heard of it when its own had to step aside (recusal). One whose due date is no longer the clock's
    stands in the history only; `retracted_at` says that it was wrong, because the working calendar was, or because the
    mark was lifted. Should that date come to hold after all, the rung fires anew.
    """

    clock = models.ForeignKey(
        Clock, null=True, blank=True, on_delete=models.CASCADE, related_name="firings", db_index=False
    )
    mark = models.ForeignKey(
        QualityMark, null=True, blank=True, on_delete=models.CASCADE, related_name="firings", db_index=False
    )
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="firings")
    rung = models.ForeignKey(Rung, on_delete=models.PROTECT, related_name="firings", db_index=False)
    due_on = models.DateField()
    day = models.DateField()
    trigger = models.CharField(max_length=6, choices=Trigger)
    acts = models.BooleanField(default=False)
    fired_at = models.DateTimeField()
    told_by = models.ForeignKey(Rung, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    done = models.CharField(_("做了什么"), max_length=500, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    personal_fields = ("done",)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "due_on", "rung"], condition=Q(retracted_at=None), name="firing_once"
            ),
            models.UniqueConstraint(
                fields=["mark", "rung"], condition=Q(retracted_at=None, mark__isnull=False), name="firing_once_a_mark"
            ),
            models.CheckConstraint(
                condition=Q(clock__isnull=True, mark__isnull=False) | Q(clock__isnull=False, mark__isnull=True),
                name="firing_has_one_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(acts=True, done_at=None, retracted_at=None), name="firing_to_act"),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id or self.mark_id} {self.rung_id} {self.due_on}"

    @property
    def light(self) -> Light:
        """The colour for which it fired."""
        return Trigger(self.trigger).light

    @property
    def cause(self) -> int | str | None:
        """The clock by its number, or the mark."""
        return self.clock_id or f"mark {self.mark_id}"

    @property
    def by_quality(self) -> bool:
        """Whether a mark of quality set it off, and no date."""
        return self.trigger in BY_QUALITY

    @property
    def stands(self) -> bool:
        """Whether it is still so, as `queries.standing` says of sets; what is RELATED is read already."""
        if self.retracted_at is not None:
            return False
        if self.clock is None:
            return self.mark is not None and self.mark.lifted_at is None and self.matter.quality == self.trigger
        return not self.by_quality and self.clock.stopped_at is None and self.clock.due_on == self.due_on

    @property
    def writer(self) -> "Organisation | Deputy | None":
        """The body whose limit it is, or the body or the deputy whose reply was marked."""
        if self.mark is not None:
            return self.mark.reply.organisation or self.mark.reply.deputy
        return self.clock.organisation if self.clock else None


class Digest(models.Model):
    """What one person was told at one time: a list of what fired, on a page of its own."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class Alert(models.Model):
    """One person is to hear of one firing, from `due_at` on; `digest` is the one message that told it.

    One that holds no longer before it is told is `dropped_at`.
    """

    firing = models.ForeignKey(Firing, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts", db_index=False
    )
    due_at = models.DateTimeField()
    digest = models.ForeignKey(
        Digest, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts", db_index=False
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["firing", "person"], name="alert_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(digest=None, dropped_at=None), name="alert_waiting"),
            models.Index(fields=["digest", "id"], condition=Q(digest__isnull=False), name="alert_told"),
            models.Index(fields=["person", "-firing"], name="alert_person"),
        ]

    def __str__(self) -> str:
        return f"{self.firing_id} {self.person_id}"


class Setback(models.Model):
    """A clock that the sweep could not deal with: set aside with its error, so that it holds up no other."""

    clock = models.OneToOneField(Clock, on_delete=models.CASCADE, related_name="setback")
    error = models.CharField(max_length=300)
    tries = models.PositiveSmallIntegerField(default=1)
    since = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.error}"
