"""Forms of publication, and the filter of the wall."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import text_field
from opinions.echo.models import Echo, Moment
from opinions.echo.pictures import COLUMNS, ROWS
from opinions.echo.queries import RESULTS, offered
from opinions.echo.services.deciding import REASON_MAX
from opinions.echo.services.drafting import BODIES_MAX, TEXT_MAX, TITLE_MAX

ANY = ("", _("不限"))
RESULT_WORDS = {"done": _("已解决或基本解决"), "promised": _("承诺解决、列入计划"), "explained": _("说明解释")}
MONTH = re.compile(r"^20[0-9]{2}-(?:0[1-9]|1[0-2])$")


class StepForm(forms.Form):
    """A step that asks for nothing but to be meant, of the edition as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class TextForm(StepForm):
    """The text of an echo. Without consent the first two are the program's own."""

    title = forms.CharField(label=_("标题"), max_length=TITLE_MAX, error_messages={"required": _("请写标题。")})
    raised = text_field(_("群众反映了什么"), 4, required=_("请写群众反映了什么。"), max_length=TEXT_MAX)
    done = text_field(
        _("办了什么"), 5, required=_("请写办了什么。"), max_length=TEXT_MAX,
        help_text=_("写事情，不写人：不写姓名、电话、门牌、车牌。"),
    )  # fmt: skip
    bodies = forms.CharField(
        label=_("谁办的（单位）"), max_length=BODIES_MAX, error_messages={"required": _("请写单位。")}
    )

    def __init__(self, data: Any = None, *, echo: Echo) -> None:
        super().__init__(data, initial={**echo.texts(), "version": echo.version})
        if not echo.own_words:
            for name in ("title", "raised"):
                self.fields[name].disabled = True


class WhyForm(StepForm):
    """A reason alone."""

    reason = text_field(_("理由"), 3, required=_("请写明理由。"), max_length=REASON_MAX)


class PicturesForm(forms.Form):
    """One choice for each picture that is offered: not, before, after."""

    def __init__(self, *args: Any, offered: list[Any], held: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        for number, one in enumerate(offered, 1):
            self.fields[f"p{one.pk}"] = forms.ChoiceField(
                choices=[("", _("不用")), *Moment.choices], required=False, initial=held.get(one.pk, ""),
                label=_("第 %(number)d 张") % {"number": number},
            )  # fmt: skip

    @property
    def chosen(self) -> dict[int, str]:
        """What was chosen, by the key of the attachment."""
        return {one.pk: said for one in self.offered if (said := self.cleaned_data[f"p{one.pk}"])}

    def rows(self) -> list[tuple[Any, Any]]:
        return [(one, self[f"p{one.pk}"]) for one in self.offered]


class SeenForm(forms.Form):
    """What is said of a picture is said of the copy that was seen, `stored`; the pages write it."""

    stored = forms.UUIDField(widget=forms.HiddenInput)


class CheckForm(SeenForm):
    """The three things that somebody who looked has not seen."""

    no_face = forms.BooleanField(label=_("没有能认出的人脸"), error_messages={"required": _("有人脸，请先涂黑。")})
    no_plate = forms.BooleanField(label=_("没有车牌"), error_messages={"required": _("有车牌，请先涂黑。")})
    no_door = forms.BooleanField(
        label=_("没有门牌、姓名、电话"), error_messages={"required": _("有门牌或姓名，请先涂黑。")}
    )


class CellsForm(SeenForm):
    """The cells of the grid that are blacked out."""

    cells = forms.TypedMultipleChoiceField(
        required=False, coerce=int, choices=[(str(n), str(n)) for n in range(COLUMNS * ROWS)],
        error_messages={"invalid_choice": _("请在照片的格子里勾选。")},
    )  # fmt: skip


def _choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ANY])


class WallForm(forms.Form):
    """The filter of the wall. A value that leads to nothing is ignored."""

    area = _choice(_("街道"))
    category = _choice(_("类别"))
    result = _choice(_("答复结果"))
    month = _choice(_("公开月份"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        fields: Any = self.fields
        for name, choices in offered().items():
            fields[name].choices = [ANY, *choices]
        fields["result"].choices = [ANY, *((key, RESULT_WORDS[key]) for key in RESULTS)]

    @property
    def chosen(self) -> dict[str, str]:
        """The values that are valid; the rest do not filter."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
