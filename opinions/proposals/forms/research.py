"""The form of a research note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.accounts.queries import street_of
from deputies.organisations.queries import bodies, district_of, handlers_of
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput
from liaison.base.phrases import aside
from liaison.base.web.forms import STRANGE, day_field, offer, photos_field, text_field
from opinions.handling.queries import deputies_of
from opinions.matters.models import Matter
from opinions.matters.queries import named_matters
from opinions.proposals.models import ResearchNote
from opinions.proposals.services import NoteContent

SHORT = {"max_length": _("请控制在 %(limit_value)d 字以内。")}


class NoteForm(forms.Form):
    """调研记录. Matters are named by their codes; those the user came from stand there already."""

    title = forms.CharField(label=_("主题"), max_length=80, error_messages={"required": _("请写调研的主题。"), **SHORT})
    held_on = day_field(_("日期"), missing=_("请填写调研的日期。"))
    place = forms.CharField(
        label=_("地点"), max_length=160, error_messages={"required": _("请写调研的地点。"), **SHORT}
    )
    deputies = forms.TypedMultipleChoiceField(label=_("参加的代表"), required=False, error_messages=STRANGE)
    bodies = forms.TypedMultipleChoiceField(label=_("参加的单位"), required=False, error_messages=STRANGE)
    staff = forms.CharField(
        label=_("其他参加人员（可选）"), required=False, max_length=200, error_messages=SHORT,
        help_text=_("工作人员、专家等，用顿号隔开。不要写居民姓名。"),
    )  # fmt: skip
    findings = text_field(
        _("调研发现"), 8, required=_("请写下调研发现了什么。"), help_text=_("不要写居民的姓名和电话。")
    )
    codes = forms.CharField(
        label=_("相关意见的编号（可选）"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("几件的，用空格或换行隔开。"),
    )  # fmt: skip
    photos = photos_field()
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, note: ResearchNote | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {**kwargs.get("initial", {}), **(_written(note) if note else {})}
        super().__init__(*args, **kwargs)
        self.user, self.note = user, note
        body = note.organisation if note else bodies().get(street_of(user))
        district = district_of(body) if body else None
        people = list(deputies_of(district).order_by("pinyin", "pk")) if district else []
        offices = handlers_of(district) if district else []
        _offer(self.fields["deputies"], [(one, aside(one.name, one.standing)) for one in people])
        _offer(self.fields["bodies"], [(one, one.name) for one in offices])

    def clean_codes(self) -> list[Matter]:
        """The matters that the codes name: in the user's scope, or linked with the note before."""
        kept = self.note.matters.all() if self.note is not None else ()
        try:
            return named_matters(self.user, self.cleaned_data["codes"], kept=kept)
        except InvalidInput as error:
            raise forms.ValidationError(str(error.message)) from error

    @property
    def content(self) -> NoteContent:
        """The note as it was written, of a form that is valid."""
        data = self.cleaned_data
        names = ("title", "held_on", "place", "findings", "staff", "deputies", "bodies")
        return NoteContent(**{name: data[name] for name in names}, matters=data["codes"])


def _offer(field: Any, rows: list[tuple[Any, Any]]) -> None:
    field.widget = forms.SelectMultiple(attrs={"size": 6})
    offer(field, rows)


def _written(note: ResearchNote) -> dict[str, Any]:
    plain = ("title", "held_on", "place", "staff", "findings", "version")
    return {
        **{name: getattr(note, name) for name in plain},
        "deputies": [str(one.pk) for one in note.deputies.all()],
        "bodies": [str(one.pk) for one in note.bodies.all()],
        "codes": "\n".join(grouped(one.code) for one in note.matters.all()),
    }
