"""Pinyin of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deputies.roster.names import pinyin_of, split_name


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单晓云", "shan xiaoyun", "sxy"),
        ("仇和", "qiu he", "qh"),
        ("区伟", "ou wei", "ow"),
        ("解样朗", "xie yanglang", "xyl"),
        ("曾国", "zeng guo", "zg"),
        ("查理", "zha li", "zl"),
        ("任重", "ren zhong", "rz"),
        ("尉迟恭", "yuchi gong", "ycg"),
        ("万俟例", "moqi li", "mql"),
        ("欧阳样", "ouyang yang", "oyy"),
        ("欧阳", "ou yang", "oy"),
        ("单长乐", "shan changle", "scl"),
        ("张 三", "zhang san", "zs"),
        ("阿依古丽·买买提", "ayiguli maimaiti", "ayglmmt"),
        ("𠮷野", "𠮷 ye", "𠮷y"),
        ("John Li", "john li", "jl"),
        ("", "", ""),
    ],
)
def test_pinyin_of_name(name: str, pinyin: str, initials: str) -> None:
    assert pinyin_of(name) == (pinyin, initials)


@given(st.text(max_size=60))
def test_pinyin_of_any_text_fits_its_columns(name: str) -> None:
    pinyin, initials = pinyin_of(name)
    assert len(pinyin) <= 120
    assert len(initials) <= 30


@given(st.text(alphabet="单尉迟欧阳晓云张三", max_size=8))
def test_split_name_loses_nothing(name: str) -> None:
    assert "".join(split_name(name)) == name
