"""Exchange with outside systems: partners, work orders, the outbox, and an append-only ledger of every message."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.encryption import EncryptedCharField, EncryptedTextField, EncryptedTexts
from liaison.base.files.models import StoredFile
from opinions.exchange.states import (
    AdapterName,
    DispatchStatus,
    MessageKind,
    OrderState,
    Outcome,
    PartnerKind,
    Way,
    Ways,
)
from opinions.matters.models import Matter

LONGEST_TIMEOUT = 60
MOST_PER_MINUTE = 6_000


class Partner(models.Model):
    """An outside system that exchanges work orders with a street or a district. `code` stands in addresses.

    `secret` signs messages both ways; it is shown once, when it is made. After a change the one before holds as well,
    until `former_until`. `timeout` is in seconds.
    """

    code = models.SlugField(_("代号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=10, choices=PartnerKind)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("所属街道或区")
    )
    ways = models.CharField(_("方向"), max_length=5, choices=Ways, default=Ways.BOTH)
    adapter = models.CharField(_("对接方式"), max_length=10, choices=AdapterName)
    address = models.CharField(_("接口地址"), max_length=300, blank=True)
    secret = EncryptedCharField(max_length=300, blank=True)
    former_secret = EncryptedCharField(max_length=300, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    timeout = models.PositiveSmallIntegerField(_("等待时间（秒）"), default=10)
    active = models.BooleanField(_("启用"), default=False)
    created_at = models.DateTimeField()
    personal_fields = ("secret", "former_secret")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(timeout__gte=1, timeout__lte=LONGEST_TIMEOUT), name="partner_timeout_sensible"
            ),
            models.CheckConstraint(
                condition=~Q(adapter="http") | ~Q(address="") | Q(active=False) | Q(ways="in"),
                name="partner_http_has_address",
            ),
            models.CheckConstraint(condition=~Q(adapter="key") | Q(ways="in"), name="partner_with_keys_only_gives"),
            models.CheckConstraint(
                condition=Q(former_secret="", former_until__isnull=True)
                | (~Q(former_secret="") & Q(former_until__isnull=False)),
                name="partner_former_secret_has_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """Name of its chain in the ledger of events: what was changed in its settings, and by whom."""
        return f"reference:partner:{self.pk}"

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that hold at `now`: the present one, and the one before it until its end."""
        former = self.former_until is not None and now < self.former_until
        held = [self.secret, self.former_secret] if former else [self.secret]
        return [str(one) for one in held if one]

    @property
    def has_keys(self) -> bool:
        """Whether its programs come by the open interface, with keys instead of signatures."""
        return self.adapter == AdapterName.KEY

    @property
    def receives(self) -> bool:
        """Whether the partner is given work orders of ours."""
        return self.ways != Ways.IN

    @property
    def gives(self) -> bool:
        """Whether the partner gives us work orders."""
        return self.ways != Ways.OUT


class ApiKey(models.Model):
    """A key by which the programs of a partner call the open interface. Shown once; only its fingerprint is kept.

    `mark` is its end, by which people tell keys apart. It holds until `ends_at`: set when it is replaced or revoked.
    `terms_version` is the privacy notice that the partner undertook to show to residents.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    digest = models.CharField(max_length=64, unique=True)
    mark = models.CharField(max_length=4)
    submits = models.BooleanField(_("可以提交"), default=True)
    reads = models.BooleanField(_("可以看自己提交的内容"), default=True)
    per_minute = models.PositiveSmallIntegerField(_("每分钟最多几次"), default=60)
    terms_version = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute__gte=1, per_minute__lte=MOST_PER_MINUTE), name="api_key_rate_sensible"
            ),
            models.CheckConstraint(condition=Q(submits=True) | Q(reads=True), name="api_key_opens_something"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} …{self.mark}"

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.ends_at is None or now < self.ends_at


class WorkOrder(models.Model):
    """A matter on both sides: theirs that came in (`way` in), or ours that was handed to them (out).

    `held` is what they sent and we took over, without who raised it (ADR 6); `update` what they have sent since, until
    staff settle it. Both are emptied some time after the end (`services.keeping`). `told_*` is the last result that the
    adapter was given, `handed_*` the last one that went along in a file.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="orders")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="work_orders")
    way = models.CharField(max_length=3, choices=Way)
    number = models.CharField(_("对方编号"), max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=OrderState)
    reason = models.CharField(max_length=300, blank=True)
    pushes = models.PositiveSmallIntegerField(default=0, help_text="how often it was pushed, repetitions by staff")
    pushed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    held = EncryptedTexts(default=dict, blank=True)
    held_hash = models.CharField(max_length=64, blank=True)
    update = EncryptedTexts(null=True, blank=True)
    update_hash = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    news_at = models.DateTimeField(null=True, blank=True, help_text="the partner's own time of its last report")
    told_hash = models.CharField(max_length=64, blank=True)
    told_version = models.PositiveIntegerField(default=0)
    handed_hash = models.CharField(max_length=64, blank=True)
    handed_version = models.PositiveIntegerField(default=0)
    settled = models.BooleanField(default=False, help_text="ended, and the end was told")
    created_at = models.DateTimeField()
    personal_fields = ("held", "update", "reason")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "matter"], name="work_order_once"),
            models.UniqueConstraint(
                fields=["partner", "number"], condition=~Q(number=""), name="work_order_number_once"
            ),
            models.CheckConstraint(
                condition=Q(update__isnull=True, updated_at__isnull=True)
                | Q(update__isnull=False, updated_at__isnull=False),
                name="work_order_update_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "id"], name="work_order_partner"),
            models.Index(fields=["id"], condition=Q(way="in", settled=False), name="work_order_to_tell"),
            models.Index(fields=["id"], condition=Q(updated_at__isnull=False), name="work_order_updates"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.number}"

    @property
    def standing(self) -> OrderState:
        """The state with its words and tone."""
        return OrderState(self.state)


class Dispatch(models.Model):
    """The outbox: one message to a partner, written with the fact it tells of. `key` goes along as Idempotency-Key.

    `body` and `error` are emptied some time after the end of the order.
    """

    key = models.CharField(max_length=80, unique=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="dispatches")
    kind = models.CharField(max_length=10, choices=MessageKind)
    body = EncryptedTextField(blank=True)
    body_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=DispatchStatus, default=DispatchStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="not before; the lease end while sending")
    created_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    personal_fields = ("body", "error")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="dispatch_due"),
            models.Index(fields=["order", "status", "id"], name="dispatch_order"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def status_tone(self) -> str:
        """Tone of the badge."""
        return DispatchStatus(self.status).tone


class Entry(models.Model):
    """One line of the exchange ledger: a message received, or one attempt to send one. Append-only, by the database."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="entries")
    way = models.CharField(_("方向"), max_length=3, choices=Way)
    kind = models.CharField(_("内容"), max_length=10, choices=MessageKind)
    number = models.CharField(_("对方编号"), max_length=80, blank=True)
    code = models.CharField(_("本系统编号"), max_length=16, blank=True)
    body_hash = models.CharField(_("内容指纹"), max_length=64)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("次数"), default=1)
    at = models.DateTimeField(_("时间"))
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["partner", "-id"], name="exchange_entry_partner"),
            models.Index(fields=["partner", "number"], name="exchange_entry_number"),
            models.Index(fields=["code"], name="exchange_entry_code"),
            models.Index(fields=["partner", "body_hash"], name="exchange_entry_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.way} {self.number or self.code}"

    @property
    def result(self) -> Outcome:
        """The outcome with its words and tone."""
        return Outcome(self.outcome)


class UsedNonce(models.Model):
    """A signed message that has been here, or that went out from here: it is refused when it comes once more."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["partner", "nonce"], name="nonce_once")]

    def __str__(self) -> str:
        return self.nonce


class Statement(models.Model):
    """对账清单: what a partner said last of all its work orders, as {number: status}; one for each partner."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="statement")
    rows = models.JSONField(default=dict)
    since = models.DateField(_("起始日期"), null=True, blank=True)
    source = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.at:%Y-%m-%d}"


class Handover(models.Model):
    """交接文件: what was handed over at one time, kept for some time so that it can be fetched again."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="handovers")
    stored = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.at:%Y-%m-%d}"
