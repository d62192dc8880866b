"""What the framework says at a field, in this product's words."""

import pytest
from django import forms


class Everything(forms.Form):
    text = forms.CharField(max_length=3)
    count = forms.IntegerField(max_value=9)
    day = forms.DateField()
    choice = forms.ChoiceField(choices=[("a", "a")])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": ""}, "请填写这一项。"),
        ({"text": "a\x00"}, "这里有看不见的特殊字符，请删掉后重新填写。"),
        ({"text": "四个汉字"}, "最多 3 个字，现在有 4 个字。"),
        ({"count": "x"}, "请填写整数。"),
        ({"count": "10"}, "最大是 9。"),
        ({"day": "2026-13-45"}, "请填写正确的日期，例如 2026-01-31。"),
        ({"choice": "' OR 1=1"}, "请从列出的选项里选择。"),
    ],
)
def test_bad_value_is_told_in_plain_words(values: dict[str, str], sentence: str) -> None:
    form = Everything({"text": "abc", "count": "1", "day": "2026-11-22", "choice": "a"} | values)
    assert form.errors == {next(iter(values)): [sentence]}
