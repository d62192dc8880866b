"""The crispy-forms template pack: every field says what it is and what is wrong with it."""

import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Field, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.forms import formset_factory
from django.template import Context, Template

from liaison.base.web.forms import DateInput, MultiFileField, PhoneField
from liaison.base.web.gallery import SampleForm

CHOICES = [("a", "甲"), ("b", "乙")]


class Every(forms.Form):
    text = forms.CharField(label="内容", help_text="写清楚 <b>什么事</b>。", widget=forms.Textarea)
    phone = PhoneField(required=False)
    day = forms.DateField(label="日期", required=False, widget=DateInput)
    one = forms.ChoiceField(label="选一个", choices=CHOICES)
    radio = forms.ChoiceField(label="单选", choices=CHOICES, widget=forms.RadioSelect, help_text="只选一个。")
    boxes = forms.MultipleChoiceField(label="多选", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    agree = forms.BooleanField(label="同意")
    photos = MultiFileField(label="照片", required=False)
    moment = forms.SplitDateTimeField(label="时间", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def render(form: forms.Form, helper: FormHelper | None = None) -> str:
    html: str = render_crispy_form(form, helper or FormHelper())
    return html


def ids_of(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


@pytest.mark.parametrize(
    "form", [Every(), Every({"phone": "12"}), SampleForm(prefix="x")], ids=["new", "bad", "sample"]
)
def test_every_label_and_description_leads_to_an_element(form: forms.Form) -> None:
    html = render(form)
    ids = ids_of(html)
    assert len(ids) == len(set(ids))
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    wanted = [*re.findall(r'for="([^"]+)"', html), *(name for names in described for name in names.split())]
    assert [name for name in wanted if name not in ids] == []


def test_error_stands_at_its_field_and_is_linked() -> None:
    html = render(Every({"text": "x", "phone": "12", "one": "a", "radio": "a", "boxes": ["a"], "agree": "on"}))
    field = html.split('id="div_id_phone"')[1].split('id="div_')[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_phone_error"' in field
    assert "请填写 11 位手机号码" in field.split('id="id_phone_error"')[1]


def test_typed_text_is_kept_with_the_error() -> None:
    assert 'value="12"' in render(Every({"phone": "12"}))


def test_group_of_choices_carries_help_and_error() -> None:
    html = render(Every({}))
    group = html.split('id="div_id_radio"')[1].split(">")[0]
    assert 'aria-describedby="id_radio_helptext id_radio_error"' in group


def test_required_is_said_in_words_and_only_where_it_is() -> None:
    html = render(Every())
    words = {name: "必填" in html.split(f'id="div_id_{name}"')[1].split("<div id=")[0] for name in ("text", "radio")}
    assert words == {"text": True, "radio": True}
    assert html.count("必填") == 4
    assert html.count("必须勾选") == 1


def test_typed_text_is_escaped() -> None:
    assert "<script>" not in render(Every({"text": "<script>alert(1)</script>"}))


def test_server_judges_not_the_browser() -> None:
    assert "novalidate" in render(Every())


def test_form_with_files_is_sent_in_parts() -> None:
    assert 'enctype="multipart/form-data"' in render(Every())


def test_hidden_field_has_no_label() -> None:
    assert "div_id_secret" not in render(Every())
    assert 'name="secret"' in render(Every())


def test_layout_pieces_are_drawn() -> None:
    helper = FormHelper()
    helper.layout = Layout(
        Fieldset("联系", Row(Column("phone"), Div("day", css_class="mine"))),
        Field("radio", wrapper_class="choices-inline"),
        Submit("save", "保存草稿", css_class="btn-quiet"),
    )
    html = render(Every(), helper)
    assert "<legend>联系</legend>" in html
    assert 'class="mine"' in html
    assert "choices-inline" in html
    assert re.search(r'<button type="submit"[^>]*btn-primary btn-quiet[^>]*>保存草稿</button>', html)


def test_form_says_its_general_error_once() -> None:
    form = Every({})
    form.add_error(None, "请不要重复提交。")
    assert render(form).count("请不要重复提交。") == 1


def test_formset_is_drawn_with_its_management_form() -> None:
    formset = formset_factory(SampleForm, extra=2)()
    html = Template("{% load crispy_forms_tags %}{{ formset|crispy }}").render(Context({"formset": formset}))
    assert 'name="form-TOTAL_FORMS"' in html
    assert html.count('name="form-1-title"') == 1
