"""The outbox: one row per recipient and channel, written in the transaction of the fact it tells of."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.encryption import EncryptedCharField


class Channel(models.TextChoices):
    IN_APP = "in_app", _("站内消息")
    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")


class NoticeStatus(models.TextChoices):
    PENDING = "pending", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")
    UNCERTAIN = "uncertain", _("是否送达不明")


class Notice(models.Model):
    """A message to one recipient by one channel.

    `key` is unique: the same fact never queues twice. `address` is the phone number, e-mail address or
    webhook (encrypted); an in-app notice has a `recipient` only. `hours` (as `Hours` is written; none: any) bind every
    attempt, the first and those after a failure.
    """

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    address = EncryptedCharField(max_length=500, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    about = models.CharField(max_length=60, blank=True, help_text="chain of the record it tells of, e.g. matter:42")
    status = models.CharField(max_length=10, choices=NoticeStatus, default=NoticeStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="not before; the lease end while sending")
    hours = models.CharField(max_length=10, blank=True, default="", help_text="in which it may be sent, e.g. 8-18")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    personal_fields = ("address", "subject", "body", "link")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="notice_due"),
            models.Index(fields=["recipient", "channel", "-id"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return self.key
