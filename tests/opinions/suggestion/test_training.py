"""Training: the same every time, honest about copies, careful with names, and of use."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinions.suggestion import training
from opinions.suggestion.classifier import Classifier, lead, softmax, trusted
from opinions.suggestion.labelled import Labelled, material_of
from opinions.suggestion.learning import train_folder
from opinions.suggestion.storing import read, size_of
from opinions.suggestion.training import FOLDS, groups
from opinions.suggestion.words import counts
from tests.factories.matters import NOW
from tests.factories.suggestion import messages, small_model


def test_training_twice_gives_the_same_model(trained: Path, tmp_path: Path) -> None:
    assert read(small_model(tmp_path / "again", now=NOW)).checksum == read(trained).checksum


def test_order_of_rows_gives_the_same_model(trained: Path, tmp_path: Path) -> None:
    train_folder(material_of(messages(120)[::-1]), tmp_path / "turned", source="invented", now=NOW)
    assert read(tmp_path / "turned").checksum == read(trained).checksum


def test_model_tells_what_it_has_not_learned(trained: Path) -> None:
    opened = Classifier.open(trained)
    unseen = messages(40, seed=99)
    right = sum(opened.propose(row.title, row.text).label == row.label for row in unseen)
    assert right >= 38


@settings(max_examples=40)
@given(title=st.text(max_size=40), text=st.text(max_size=300))
def test_any_text_gets_a_label_and_a_share(trained: Path, title: str, text: str) -> None:
    found = Classifier.open(trained).propose(title, text)
    assert found.label in read(trained).meta["labels"]
    assert 0 <= found.confidence <= 1


def test_text_without_a_known_word_is_not_certain(trained: Path) -> None:
    assert Classifier.open(trained).propose("", "").confidence < 0.9


def test_two_labels_are_enough(tmp_path: Path) -> None:
    two = messages(60, labels=("urban.lighting", "traffic.bus"))
    train_folder(material_of(two), tmp_path / "two", source="invented", now=NOW)
    opened = Classifier.open(tmp_path / "two")
    assert [opened.propose(row.title, row.text).label for row in two] == [row.label for row in two]


def test_label_whose_messages_are_all_copies_trains(tmp_path: Path) -> None:
    """Near-copies stand in one part: then the label is unknown to the judges who are asked about it, and it says so."""
    copies = [
        Labelled("噪声", f"工地夜里施工，噪声很大，睡不着觉，请管一管，谢谢。{'谢' * n}", "噪声") for n in range(12)
    ]
    meta = train_folder(material_of([*messages(60), *copies]), tmp_path / "m", source="invented", now=NOW)
    noise = next(one for one in meta["figures"]["by_class"] if one["label"] == "噪声")
    assert noise["recall"] == 0


def test_near_copies_share_a_group_and_others_do_not() -> None:
    text = "荷塘小区东门外的三盏路灯已经坏了两个多星期，晚上老人孩子出门看不清路面，请尽快派人来修理更换。"
    rows = [
        Labelled("路灯", text, "甲"),
        Labelled("路灯", f"{text}谢谢！", "甲"),
        Labelled("公交", "十二路公交车早高峰要等四十分钟才来一班，站台上没有地方坐，也没有雨棚遮挡。", "乙"),
    ]
    found = groups(rows)
    assert found[0] == found[1] != found[2]


def test_progress_goes_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    material = material_of(messages(80))
    train_folder(material, tmp_path / "m", source="x", now=NOW, progress=lambda *at: told.append(at))
    assert told == [(number, FOLDS + 1) for number in range(FOLDS + 2)]


def test_what_one_person_wrote_is_not_kept(tmp_path: Path) -> None:
    """A name, an address, a number: what stands in one message and in its near-copy is in no file of the model."""
    rows = messages(80)
    told = f"{rows[0].text}欧阳靖远住松江里七栋，电话13912345678"
    rows[0] = Labelled(rows[0].title, told, rows[0].label)
    rows.append(Labelled(rows[0].title, f"{told}！！请尽快", rows[0].label))
    train_folder(material_of(rows), tmp_path / "m", source="x", now=NOW)
    terms = {term for field in read(tmp_path / "m").terms for term in field}
    assert not [term for term in terms if "欧阳" in term or "靖" in term or "139" in term or "松江" in term]


def test_folder_is_small_and_says_what_it_is(trained: Path) -> None:
    meta = read(trained).meta
    assert size_of(trained) < 10_000_000
    assert (meta["rows"], meta["trained_on"], meta["source"]) == (120, "2026-11-23", "invented")
    assert {"macro_f1", "accuracy", "accuracy_at_80", "curve", "by_class"} <= set(meta["figures"])


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=8))
def test_shares_add_up_and_more_lead_is_more_trust(scores: list[float]) -> None:
    shares = softmax(np.array(scores))
    assert shares.sum() == pytest.approx(1)
    ahead = float(lead(shares))
    assert ahead >= 0
    assert (
        trusted(np.array(ahead + 1), np.array([1.0, 0.0])) > trusted(np.array(ahead), np.array([1.0, 0.0]))
        or ahead > 15
    )


def test_reader_computes_what_training_computed(trained: Path) -> None:
    """The model in the folder (half precision, numpy only) says of every message what scikit-learn's matrices say."""
    rows = material_of(messages(120)).rows
    truth = np.array([sorted({row.label for row in rows}).index(row.label) for row in rows])
    _terms, matrices = training._tables([counts(row.title, row.text) for row in rows], groups(rows))
    wanted = training._probabilities(training._fit(matrices, truth, 4), matrices)
    opened = Classifier.open(trained)
    found = np.array([opened.judged(counts(row.title, row.text)) for row in rows])
    np.testing.assert_allclose(found, wanted, atol=5e-3)
