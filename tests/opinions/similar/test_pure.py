"""Portraits, comparing, grouping: what holds for every text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinions.similar.compare import Setting, Sitter, Verdict, compared, metres_between, traits_of
from opinions.similar.corpus import Corpus, Message
from opinions.similar.explain import shared_words
from opinions.similar.grouping import Tie, groups_of
from opinions.similar.keys import keys_of
from opinions.similar.measures import evaluated, pairwise
from opinions.similar.places import FIRM, Learner, Names, places_in
from opinions.similar.portrait import portrait, unpacked
from opinions.similar.sounds import sound_alike
from opinions.similar.text import marks_of, pairs_of, plain, spelled
from opinions.similar.weights import Weights
from tests.factories.similar import invented

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=60)
ANY = st.one_of(HAN, st.text(max_size=80), st.integers(0, 500).map(invented))


def sitter(title: str, text: str, setting: Setting | None = None) -> Sitter:
    return Sitter(portrait(title, text), Weights(), setting or Setting())


@given(ANY, ANY, ANY, ANY)
def test_likeness_is_symmetric_and_a_share(title: str, text: str, other_title: str, other_text: str) -> None:
    one, other = sitter(title, text), sitter(other_title, other_text)
    like, back = compared(one, other), compared(other, one)
    assert 0 <= like.score <= 1
    assert like.score == pytest.approx(back.score, abs=1e-9)
    assert like.verdict == back.verdict


@given(st.integers(0, 2_000))
def test_message_is_most_alike_to_itself(number: int) -> None:
    one = sitter("", invented(number))
    like = compared(one, sitter("", invented(number)))
    assert like.score >= 0.99
    assert like.verdict == Verdict.SAME


@given(ANY, ANY)
def test_portrait_is_the_same_when_read_again(title: str, text: str) -> None:
    made, weights = portrait(title, text), Weights()
    again, lengths = unpacked(made.packed(made.lengths_by(weights)))
    assert again.all_marks == made.all_marks
    assert (again.rest_marks, again.head_marks, again.signs) == (made.rest_marks, made.head_marks, made.signs)
    assert (again.places, again.areas, again.topics) == (made.places, made.areas, made.topics)
    assert lengths == pytest.approx(made.lengths_by(weights), rel=1e-6)


def test_portrait_of_another_version_is_refused() -> None:
    made = portrait("", invented(1))
    kept = made.packed(made.lengths_by(Weights()))
    with pytest.raises(ValueError, match="version"):
        unpacked(b"\xff\x00\x00\x00" + kept[4:])


@given(HAN)
def test_pairs_are_read_again(text: str) -> None:
    for mark in marks_of(plain(text)).tolist():
        pair = spelled(mark)
        assert not pair or pairs_of(pair) == [mark]


ties = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.floats(0, 1)), max_size=60)


@given(ties, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_ties(rows: list[tuple[int, int, float]], dice: random.Random) -> None:
    made = [Tie(one, other, score) for one, other, score in rows]
    shuffled = [Tie(tie.other, tie.one, tie.score) if dice.random() < 0.5 else tie for tie in made]
    dice.shuffle(shuffled)
    assert groups_of(made) == groups_of(shuffled)


@given(ties)
def test_groups_share_no_member(rows: list[tuple[int, int, float]]) -> None:
    found = groups_of(Tie(*row) for row in rows)
    members = [member for group in found for member in group]
    assert len(members) == len(set(members))
    assert all(len(group) > 1 for group in found)


def test_chain_of_neighbours_is_no_group() -> None:
    chain = [Tie(number, number + 1, 0.6) for number in range(10)]
    assert max(map(len, groups_of(chain))) <= 3


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("尊敬的领导您好：路灯坏了", "路灯坏了"),
        ("电话１３８００００００００，Ｂ栋停电", "b栋停电"),
        ("2026年3月5日晚上停电", "晚上停电"),
        ("三号线二期二十三栋", "3号线2期23栋"),
        ("三十二路不停站", "32路不停站"),
        ("十路口", "十路口"),
        ("浙A12345乱停", "乱停"),
    ],
)
def test_plain_text_leaves_out_what_says_nothing(written: str, read: str) -> None:
    assert plain(written).replace(" ", "").lstrip(",:电话") == read


def test_places_are_found_before_their_kind() -> None:
    found = {place.name: place.kind for place in places_in(plain("我住在荷塘小区，柳湾村到解放路的公交太少"))}
    assert found == {"荷塘": "estate", "柳湾": "way", "解放": "way"}


def test_names_are_learned_where_no_kind_stands_behind() -> None:
    learner = Learner()
    for text in ("锦绣江南电梯坏了", "锦绣江南没有车位", "我住锦绣江南，天天停水"):
        learner.read(plain(text))
    assert any(name.startswith("锦绣江") for name in learner.names().found_in("锦绣江南的物业"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("石榴里7号楼停水", "石榴"),
        ("住在兰亭邨，顶楼漏雨", "兰亭"),
        ("福瑞市场的秤不准", "福瑞"),
        ("三里亭菜场后面太臭", "三里亭"),
        ("滨河步道没有灯", "滨河"),
        ("大塘镇垃圾填埋场太臭", "大塘镇"),
        ("请解决B6县柳湾小区停水", "柳湾"),
    ],
)
def test_place_is_found_by_its_kind(text: str, name: str) -> None:
    assert [place.name for place in places_in(plain(text)) if place.sure] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("C4市第三医院收费太高", "三院"),
        ("三医院停车难", "三院"),
        ("江城一中门口堵车", "江城一中"),
        ("实验小学门口堵车", "实小"),
        ("顺途旅行社强制购物", "顺途"),
        ("十里铺小学要撤", "十里铺"),
        ("北站出租车不打表", "北站"),
    ],
)
def test_schools_bodies_and_firms_are_known_by_what_people_call_them(text: str, name: str) -> None:
    assert name in {place.name for place in places_in(plain(text)) if place.sure}


@pytest.mark.parametrize(("text", "name"), [("只能看着沁芳园那边跳舞", "沁芳园"), ("文苑幼儿园乱收费", "文幼")])
def test_what_may_be_a_name_is_found_but_not_sure(text: str, name: str) -> None:
    assert name in {place.name for place in places_in(plain(text)) if not place.sure}


@pytest.mark.parametrize("text", ["等了一小时", "高一中午没饭", "一小区的人", "实小时候"])
def test_numbers_before_other_words_are_no_schools(text: str) -> None:
    assert not [place for place in places_in(plain(text)) if place.sure]


@given(HAN, HAN)
def test_sounding_alike_goes_both_ways(one: str, other: str) -> None:
    assert sound_alike(one, other) == sound_alike(other, one)
    assert not sound_alike(one, one)


def test_names_mistyped_by_their_sound_are_the_same() -> None:
    assert sound_alike("香樟府", "香漳府")
    assert not sound_alike("和平里", "和睦里")
    assert not sound_alike("桃花坞", "逃华坞")
    other = sitter("还着房贷租着房", "香漳府的房子拖了大半年没交房，房贷照还。")
    assert compared(sitter("香樟府逾期交房", "香樟府6月该交房，到现在没交房。"), other).verdict == Verdict.SAME


@pytest.mark.parametrize(("area", "same"), [("M县", True), ("K县", False)])
def test_what_concerns_a_whole_county_is_told_apart_by_the_county(area: str, same: bool) -> None:
    one = sitter("M县教师绩效奖迟迟不发", "年终绩效奖说好年前补发，M县的老师等到开学也没有。")
    other = sitter("乡村教师待遇", f"{area}乡村教师的绩效工资比公务员少一截，请落实上级文件。")
    assert (compared(one, other).verdict == Verdict.SAME) == same


@pytest.mark.parametrize(
    "text",
    [
        "空调水滴一路都是",
        "车堵着路口不挪",
        "和平里天桥没有坡道",
        "供热公司不来修",
        "人行步道坏了",
        "南边绿道没有灯",
        "三公里路",
    ],
)
def test_ordinary_words_before_a_kind_are_no_sure_place(text: str) -> None:
    assert not [place for place in places_in(plain(text)) if place.sure]


def test_name_is_learned_by_its_use_in_front_of_messages() -> None:
    learner = Learner()
    for text in ("梧桐邑停电", "梧桐邑的水发黄", "梧桐邑楼道很脏", "梧桐邑晚上太吵", "梧桐邑电梯坏了"):
        learner.read(plain(text))
    assert "梧桐邑" in learner.names()


def test_number_of_a_building_is_no_part_of_a_name() -> None:
    learner = Learner()
    for text in ("听涛邑3幢漏水", "听涛邑3幢停电", "听涛邑5栋漏雨"):
        learner.read(plain(text))
    assert learner.names().all == {"听涛邑"}


def test_words_that_only_join_are_not_learned() -> None:
    learner = Learner()
    for text in ("现场如何解决，多次沟通无果", "如何解决停水", "路灯坏了，多次沟通无果", "多次沟通无果，如何解决"):
        learner.read(plain(text))
    assert not learner.names().all


def test_forgetting_keeps_what_is_used_often() -> None:
    learner = Learner()
    for text in ("梧桐邑停电", "梧桐邑的水发黄", "梧桐邑楼道很脏", "梧桐邑晚上太吵", "白鹭堤没有灯"):
        learner.read(plain(text))
    learner.forget_rare(2)
    learner.read(plain("梧桐邑电梯坏了"))
    assert "梧桐邑" in learner.names()


def test_firm_is_known_by_the_words_around_its_name() -> None:
    learner = Learner()
    for text in ("福寿康老板跑路", "福寿康不给退款", "福寿康骗老人充值", "福寿康的员工不认"):
        learner.read(plain(text))
    for text in ("梧桐邑业主停电", "梧桐邑小区水发黄", "梧桐邑楼道很脏", "梧桐邑老板欠薪"):
        learner.read(plain(text))
    assert learner.names().kinds == {"福寿康": FIRM, "梧桐邑": ""}


def test_known_firm_is_a_firm_wherever_it_is_named() -> None:
    known = Names({"福寿康": FIRM, "梧桐邑": ""})
    found = {place.name: place.kind for place in places_in("福寿康和梧桐邑", known)}
    assert found == {"福寿康": FIRM, "梧桐邑": "name"}
    assert Names(["梧桐邑"]).kinds == {"梧桐邑": ""}


def test_village_named_beside_a_plant_is_no_firm() -> None:
    learner = Learner()
    for text in ("杨树岭村的石料厂放炮", "杨树岭村厂里老板不赔", "杨树岭村工人要工资"):
        learner.read(plain(text))
    assert FIRM not in learner.names().kinds.values()


def test_other_words_about_one_firm_are_nearer_than_about_one_estate() -> None:
    told = ("设计师离职，门店搬空", "去派出所报案说是合同纠纷")

    def score(kind: str) -> float:
        known = Names({"家美惠": kind})
        one, other = (Sitter(portrait("", f"家美惠{text}", known=known), Weights()) for text in told)
        return compared(one, other).score

    assert score(FIRM) > score("")


@pytest.mark.parametrize(
    ("texts", "nearer"),
    [
        (("九价疫苗约不到，等了一年", "九价疫苗的名额去哪了"), True),
        (("窗口办事排队太久", "窗口人员态度差"), False),
    ],
)
def test_narrow_subject_without_a_place_brings_two_together(texts: tuple[str, str], nearer: bool) -> None:
    traits = traits_of(*(sitter("", text) for text in texts))
    assert (traits["placeless subject"] > 0) == nearer


LAMPS = ("荷塘小区东门路灯坏了", "荷塘小区东门三盏路灯坏了两周，晚上看不见路。")


def test_same_trouble_in_other_words_is_the_same() -> None:
    like = compared(sitter(*LAMPS), sitter("晚上回家太黑", "我住荷塘小区，东门口一到晚上黑漆漆的，灯都不亮。"))
    assert like.verdict == Verdict.SAME


def test_other_trouble_at_the_same_estate_is_not_the_same() -> None:
    assert compared(sitter(*LAMPS), sitter("电梯困人", "荷塘小区6栋电梯一周困人三次。")).verdict == Verdict.OTHER


def test_same_trouble_at_another_estate_is_elsewhere() -> None:
    worded = sitter("梅岭小区路灯不亮", "我们梅岭小区的路灯都不亮，请来修。")
    assert compared(sitter(*LAMPS), worded).verdict == Verdict.ELSEWHERE


@given(st.floats(30.0, 30.2), st.floats(120.0, 120.2))
def test_nearer_is_never_less_alike(latitude: float, longitude: float) -> None:
    here = Setting(1, 30.1, 120.1)
    there = Setting(1, latitude, longitude)
    near = compared(sitter(*LAMPS, here), sitter(*LAMPS, here)).score
    assert compared(sitter(*LAMPS, here), sitter(*LAMPS, there)).score <= near
    assert (metres_between(here, there) or 0) >= 0


def test_distance_is_in_metres() -> None:
    assert metres_between(Setting(None, 30.0, 120.0), Setting(None, 30.01, 120.0)) == pytest.approx(1112, abs=2)
    assert metres_between(Setting(None, 30.0, 120.0), Setting()) is None


def test_words_that_made_two_alike_are_told() -> None:
    one = sitter(*LAMPS)
    words = shared_words(one, portrait("晚上太黑", "荷塘小区东门路灯坏了没人修"))
    assert words[0].startswith("荷塘小区")
    assert any("路灯" in word for word in words)


@pytest.mark.parametrize("text", ["", " ", "😀🚧", "𠮷野家𠀀" * 5, "好" * 10_000, "a" * 10_000, "\x00\ud800", "。，！"])
def test_odd_texts_are_taken(text: str) -> None:
    one = sitter(text, text)
    assert 0 <= compared(one, sitter("路灯", "路灯坏了")).score <= 1
    assert len(keys_of(one.portrait, one.weights, 1)) <= 41


def test_figures_of_a_perfect_grouping() -> None:
    assert pairwise([[0, 1], [2, 3]], "aabb") == (1.0, 1.0)
    precision, recall = pairwise([[0, 1, 2, 3]], "aabb")
    assert (round(precision, 3), recall) == (0.333, 1.0)
    assert pairwise([], "abcd") == (1.0, 1.0)


def test_near_copies_are_on_top() -> None:
    texts = [invented(number) for number in range(120)]
    copies = [f"领导您好！{text[:-8]}" for text in texts[:40]]
    figures = evaluated([Message("", text) for text in [*texts, *copies]], [*range(120), *range(40)])
    assert figures.top1 is not None
    assert figures.top1 >= 0.95


def test_corpus_finds_only_others() -> None:
    corpus = Corpus([Message("", invented(number)) for number in (1, 1, 2)])
    assert next(other for other, _like in corpus.alike_to(0)) == 1
    assert all(other != 0 for other, _like in corpus.alike_to(0))


def test_few_same_words_at_places_without_a_kind_are_not_the_same() -> None:
    told = ("暖气片摸着冰凉，屋里只有十五度", "晚上没人值班，大门敞着", "下雨天水漫过台阶", "单元门禁坏了没人修")
    messages = [Message("", f"{place}{text}") for text in told for place in ("梧桐邑", "打铁坊", "听涛小筑")]
    corpus = Corpus(messages)
    found = groups_of(corpus.ties())
    assert not [group for group in found if len({messages[one].text[:3] for one in group}) > 1]


def test_names_are_weighed_anew_when_more_was_counted() -> None:
    weights = Weights()
    before = weights.name("荷塘").whole
    for number in range(40):
        weights.count(marks_of(f"荷塘{number}号"), "荷塘")
    assert weights.name("荷塘").whole < before


def test_place_of_signs_that_stand_in_every_text_is_the_same_among_many() -> None:
    told = [Message("", "仁和社区广场的踏板掉了，健身的都不敢用。"), Message("", "仁和社区的单杠松了，谁负责检修？")]
    corpus = Corpus([*told, *(Message("", invented(number)) for number in range(150))])
    assert dict(corpus.alike_to(0))[1].verdict == Verdict.SAME


def test_same_trouble_without_a_place_is_the_same_in_one_division_only() -> None:
    told = [
        ("电梯又困人了", "电梯停在七楼，老人被关了半小时。"),
        ("电梯坏了", "电梯按了没有反应，被困在里面二十分钟。"),
    ]

    def likeness(*settings: Setting) -> Verdict:
        one, other = (sitter(*words, setting) for words, setting in zip(told, settings, strict=True))
        return compared(one, other).verdict

    here, there = Setting(division_id=1), Setting(division_id=2)
    near, far = Setting(latitude=30.0, longitude=120.0), Setting(latitude=30.05, longitude=120.0)
    assert likeness(here, here) == likeness(near, near) == Verdict.SAME
    assert Verdict.SAME not in (likeness(here, there), likeness(near, far))
