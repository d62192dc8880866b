"""Stored files: what was uploaded, checked and cleaned; permission belongs to the record that points here."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

SUFFIX_OF_TYPE = {
    "image/jpeg": ".jpg",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def random_path(stored: "StoredFile", filename: str) -> str:
    """A storage path that owes nothing to the name the user gave: month, then a random name."""
    suffix = SUFFIX_OF_TYPE.get(stored.content_type, ".bin")
    return f"{stored.created_at:%Y/%m}/{uuid.uuid4().hex}{suffix}"


class StoredFile(models.Model):
    """One cleaned file in the file store, with a thumbnail when it is an image."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("图片")
        DOCUMENT = "document", _("文档")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    name = models.CharField(_("文件名"), max_length=120)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveBigIntegerField(_("字节数"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    width = models.PositiveIntegerField(_("宽"), null=True, blank=True)
    height = models.PositiveIntegerField(_("高"), null=True, blank=True)
    file = models.FileField(_("文件"), upload_to=random_path, max_length=200)
    thumbnail = models.FileField(_("缩略图"), upload_to=random_path, max_length=200, blank=True)
    created_at = models.DateTimeField(_("上传时间"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("上传人"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    personal_fields = ("name", "file", "thumbnail")

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="document") | models.Q(width__gt=0, height__gt=0),
                name="stored_image_has_dimensions",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="stored_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.kind == self.Kind.IMAGE
