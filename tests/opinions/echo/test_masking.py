"""What is found in a text: numbers and names in any spelling, and nothing of them survives masking."""

import re
import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liaison.base.privacy import CALLED, ID_NUMBER, LANDLINE, MOBILE_ANYWHERE
from opinions.echo.masking import Kind, find, fold, masked, pieces, shortened, undecided

pytestmark = pytest.mark.once
DIGITS = string.digits
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")


def spelt(number: str) -> st.SearchStrategy[str]:
    """A number as people type it: in groups, full width, with hyphens."""
    return st.sampled_from([
        number, number.translate(WIDE), f"{number[:3]} {number[3:7]} {number[7:]}", "-".join((number[:3], number[3:])),
    ])  # fmt: skip


phones = st.builds(
    lambda head, tail: f"1{head}{tail}", st.sampled_from("3456789"), st.text(DIGITS, min_size=9, max_size=9)
)
plates = st.builds(
    lambda place, letter, tail: f"{place}{letter}{tail}",
    st.sampled_from("京沪粤浙川"), st.sampled_from("ABCDEFGH"),
    st.text("ABCDEFGH0123456789", min_size=5, max_size=6),
)  # fmt: skip
ids = st.builds(
    lambda place, year, month, day, rest: f"{place}{year}{month:02}{day:02}{rest}",
    st.integers(110101, 659001), st.integers(1930, 2020), st.integers(1, 12), st.integers(1, 28),
    st.builds(lambda three, last: f"{three:03}{last}", st.integers(0, 999), st.sampled_from("0123456789Xx")),
)  # fmt: skip
around = st.sampled_from(["", "请打", "，", "车停在门口，", "。", "（", "我的是"])


def cover_all(text: str) -> str:
    return masked(text, keys=[one.key for one in find(text)])


@settings(max_examples=60)
@given(before=around, number=phones.flatmap(lambda one: st.tuples(st.just(one), spelt(one))), after=around)
def test_no_phone_survives(before: str, number: tuple[str, str], after: str) -> None:
    plain, typed = number
    left = re.sub(r"[\s\-]", "", fold(cover_all(f"{before}{typed}{after}")))
    assert plain not in left


@settings(max_examples=60)
@given(before=around, plate=plates, dot=st.sampled_from(["", "·", " ", "-"]), after=around)
@example(before="", plate="京A12345", dot="", after="。")
@example(before="", plate="粤BD12345", dot="·", after="")
def test_no_plate_survives(before: str, plate: str, dot: str, after: str) -> None:
    left = cover_all(f"{before}{plate[:2]}{dot}{plate[2:]}{after}")
    assert plate[2:] not in left


@settings(max_examples=60)
@given(before=around, number=ids.flatmap(lambda one: st.tuples(st.just(one), spelt(one))), after=around)
def test_no_identity_number_survives(before: str, number: tuple[str, str], after: str) -> None:
    plain, typed = number
    left = re.sub(r"[\s\-]", "", fold(cover_all(f"{before}{typed}{after}")))
    assert plain.upper() not in left


@settings(max_examples=40)
@given(st.text("一二三12 0-栋楼张先生电话号A京，。", max_size=30))
def test_pieces_are_the_text_and_masking_comes_to_an_end(text: str) -> None:
    assert "".join(one.text for one in pieces(text, {})) == text
    for _n in range(6):
        text = cover_all(text)
    assert len(cover_all(text)) <= len(text) + 4


@pytest.mark.parametrize(
    ("text", "kind", "hit"),
    [
        ("家住3栋2单元501，水管漏水", Kind.DOOR, "3栋2单元501"),
        ("5号楼电梯坏了", Kind.DOOR, "5号楼"),
        ("三号楼二单元没灯", Kind.DOOR, "三号楼二单元"),
        ("人民路88号门前积水", Kind.DOOR, "88号门"),
        ("3-2-501漏水", Kind.DOOR, "3-2-501"),
        ("请致电 0571-88886666", Kind.PHONE, "0571-88886666"),
        ("微信：wang_123456", Kind.WECHAT, "wang_123456"),
        ("写信到 Li.Si@example.org 。", Kind.EMAIL, "Li.Si@example.org"),
        ("卡号6222 0212 3456 7890 123", Kind.BANK_CARD, "6222 0212 3456 7890 123"),
        ("联系人王小明，住户张伟说", Kind.NAME, "王小明"),
        ("A座1203没电", Kind.DOOR, "A座1203"),
        ("B栋302漏水", Kind.DOOR, "B栋302"),
        ("花园小区8号501", Kind.DOOR, "8号501"),
        ("9#楼801的电梯", Kind.DOOR, "9#楼801"),
        ("5-1203住户说", Kind.DOOR, "5-1203"),
        ("18号楼3 门 502漏水", Kind.DOOR, "18号楼3 门 502"),
        ("请打88886666", Kind.PHONE, "88886666"),
        ("电话一三八零零零零一二三四", Kind.PHONE, "一三八零零零零一二三四"),
        ("打138，0000，0000", Kind.PHONE, "138，0000，0000"),
        ("扣扣12345678", Kind.PHONE, "12345678"),
        ("加V：abc12345", Kind.WECHAT, "abc12345"),
        ("WJ京1234X堵门", Kind.PLATE, "WJ京1234X"),
        ("护照E12345678", Kind.PASSPORT, "E12345678"),
        ("端木先生来过", Kind.NAME, "端木"),
        ("我是王建国，住这里", Kind.NAME, "王建国"),
        ("欧阳先生来过", Kind.NAME, "欧阳"),
        ("李师傅修好了", Kind.NAME, "李"),
        ("新能源车京AD12345堵路", Kind.PLATE, "京AD12345"),
    ],
)
def test_place_is_found(text: str, kind: Kind, hit: str) -> None:
    assert (kind, hit) in [(one.kind, one.text) for one in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "东门三盏路灯坏了两周，晚上看不见路。",
        "2026年11月23日更换10盏，用了12小时，花了1200元。",
        "坐3号线到5户人家，一位老人摔倒，经常有居民路过，高大先生",
        "业主方便出行，清运 36 平方米，投诉率下降 12.5%。",
        "11月8号1200元，工期20261123，1000000平方米，我是居民，我是高层住户",
    ],
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert [one.text for one in find(text) if one.kind != Kind.NAME or one.text != "高大"] == []


def test_names_known_in_the_matter_are_found_anywhere() -> None:
    (one,) = find("昨天买买提·艾力过来看过", names=["买买提·艾力", "x", " "])
    assert (one.kind, one.text) == (Kind.NAME, "买买提·艾力")
    assert masked("昨天张三来过", keys=["name:张三"], names=["张三"]) == "昨天张某来过"


def test_known_names_are_people_and_masked_once() -> None:
    names = ["张三、李四", "王某某", "居民", "Li Si/赵 六"]
    text = "张 三和李四、王某某、居民、LI SI、赵六"
    assert masked(text, keys=[one.key for one in find(text, names=names)], names=names) == (
        "张某某和李某、王某某、居民、L某某、赵某"
    )
    assert find("王某某说", names=names) == []


def test_what_is_kept_of_one_called_is_not_kept_of_all_of_that_name() -> None:
    texts = {"a": "李师傅修好了", "b": "李女士住在这里"}
    assert list(undecided(texts, {"name:李师傅": "公示的维修员"}, names=[])) == ["name:李女士"]


@pytest.mark.parametrize("pattern", ["1", "A", "A@A.", "张先生", "一", "1栋", "我是", "业主 ", "1-2-", "12 ", "京A"])
def test_long_text_is_looked_through_at_once(pattern: str) -> None:
    text, begun = pattern * (10_000 // len(pattern)), time.process_time()
    find(text, names=["张三", "李四"])
    assert time.process_time() - begun < 0.3


def test_shortened_text_ends_before_a_find() -> None:
    text = f"{'路' * 595}请打 13800001234，谢谢"
    assert shortened(text, 600) == f"{'路' * 595}请打 "
    assert shortened("路" * 700, 600) == "路" * 600
    assert shortened("短", 600) == "短"


def test_kept_places_are_decided_and_a_new_one_is_not() -> None:
    texts = {"a": "打 13800001234", "b": "也打 13800001234"}
    assert list(undecided(texts, {}, names=[])) == ["phone:13800001234"]
    assert not undecided(texts, {"phone:13800001234": "公开电话"}, names=[])
    assert undecided({**texts, "c": "还有 13900001234"}, {"phone:13800001234": "公开电话"}, names=[])


@settings(max_examples=100)
@given(st.text("我叫联系人：木子，。 01358-１３Xx号电话本人李", max_size=40))
@example("我叫木子，电话 010-01234567，联系人：甫一")
def test_whatever_is_hidden_without_asking_is_found_too(text: str) -> None:
    places = [(one.start, one.end) for one in find(text)]
    for pattern in (ID_NUMBER, MOBILE_ANYWHERE, LANDLINE, CALLED):
        for hit in pattern.finditer(text):
            start, end = hit.span("hit" if "hit" in pattern.groupindex else 0)
            assert any(first < end and start < last for first, last in places), hit
