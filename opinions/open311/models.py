"""What the open interface keeps of its own: questions that belong to a category, and what came along with a request."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opinions.catalog.models import Category
from opinions.matters.models import Matter
from opinions.open311.states import LISTS, Datatype


class ServiceAttribute(models.Model):
    """A question that programs ask with a category (service definition of GeoReport v2).

    `values` holds one choice a line, `key=words`; only of lists. Where `variable` is off it only tells something.
    """

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("类别"))
    code = models.SlugField(_("代码"), max_length=30)
    datatype = models.CharField(_("种类"), max_length=16, choices=Datatype, default=Datatype.STRING)
    variable = models.BooleanField(_("要回答"), default=True, help_text=_("不勾选的只是说明，不用回答。"))
    required = models.BooleanField(_("必填"), default=False)
    order = models.PositiveSmallIntegerField(_("顺序"), default=1)
    description = models.CharField(_("问题"), max_length=200)
    hint = models.CharField(_("怎样填写"), max_length=200, blank=True)
    values = models.TextField(
        _("选项"), blank=True, max_length=4000, help_text=_("单选、多选才填，一行一个：代码=文字，如 night=夜里。")
    )
    active = models.BooleanField(_("在用"), default=True)
    personal_fields: tuple[str, ...] = ()

    class Meta:
        ordering = ["category", "order", "id"]
        verbose_name = _("开放接口的问题")
        verbose_name_plural = _("开放接口的问题")
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="service_attribute_once"),
            models.CheckConstraint(
                condition=Q(datatype__in=LISTS) & ~Q(values="") | ~Q(datatype__in=LISTS) & Q(values=""),
                name="service_attribute_lists_have_values",
            ),
            models.CheckConstraint(condition=Q(variable=True) | Q(required=False), name="service_attribute_answerable"),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def choices(self) -> dict[str, str]:
        """The choices of a list: words by key."""
        pairs = (line.partition("=") for line in self.values.splitlines() if line.strip())
        return {key.strip(): words.strip() for key, _sign, words in pairs}


class Extra(models.Model):
    """What came with a request through the open interface and fits nowhere else: answers, and the link to a picture.

    `answers` are [{code, question, keys, words}]. The link is shown to staff as text and never fetched.
    """

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="+")
    answers = models.JSONField(default=list)
    media_url = models.CharField(max_length=500, blank=True)
    personal_fields = ("answers", "media_url")

    class Meta:
        ordering = ["-matter_id"]

    def __str__(self) -> str:
        return str(self.matter_id)
