"""The commands: what they print, what they refuse, and that a refusal leaves nothing behind."""

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from opinions.management.commands.suggest import lines
from opinions.suggestion import learning
from opinions.suggestion.measures import Judged
from opinions.suggestion.models import ModelStatus, SuggestionModel
from opinions.suggestion.storing import META, read
from tests.factories.matters import HandlingWorld
from tests.factories.suggestion import as_csv, messages

FIVE = [
    r"macro-F1 \d\.\d{3}",
    r"accuracy \d\.\d{3}",
    r"accuracy at 80% coverage \d\.\d{3}",
    r"ms per message \d+\.\d",
    r"model MB \d+\.\d",
]


def run(*words: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, words), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    place = tmp_path / "labelled.csv"
    place.write_bytes(as_csv(messages(80)))
    return place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_train_reads_every_usual_encoding(tmp_path: Path, trained: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(messages(120), encoding))
    run("train_suggester", "--csv", tmp_path / "t.csv", "--out", tmp_path / "model")
    assert read(tmp_path / "model").checksum == read(trained).checksum


def test_train_reads_a_spreadsheet(tmp_path: Path, trained: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(
            [("title", "text", "label"), *((r.title, r.text, r.label) for r in messages(120))]
        ):
            sheet.write_row(number, 0, row)
    run("train_suggester", "--csv", tmp_path / "t.xlsx", "--out", tmp_path / "model")
    assert read(tmp_path / "model").checksum == read(trained).checksum


def test_train_prints_figures_by_class_and_by_threshold(tmp_path: Path, table: Path) -> None:
    told = run("train_suggester", "--csv", table, "--out", tmp_path / "model")
    assert re.search(r"urban\.lighting \| 20 \| \d\.\d{3} \| \d\.\d{3} \| \d\.\d{3}", told)
    assert re.search(r"0\.90 \| \d+\.\d% \| ", told)
    assert "← 建议的门槛" in told


def test_evaluate_prints_five_lines(trained: Path, table: Path) -> None:
    told = run("suggest", "evaluate", table, "--model", trained).splitlines()
    assert len(told) == len(FIVE)
    for line, pattern in zip(told, FIVE, strict=True):
        assert re.fullmatch(pattern, line), line


def test_lines_say_what_was_measured() -> None:
    judged = [Judged("a", "a", 0.9)] * 9 + [Judged("a", "b", 0.1)]
    assert lines(judged, 1.24, megabytes=2.04)[1:] == [
        "accuracy 0.900", "accuracy at 80% coverage 1.000", "ms per message 1.2", "model MB 2.0",
    ]  # fmt: skip


def test_label_that_the_model_does_not_know_is_wrong(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(messages(20)).replace(b"urban.lighting", b"unknown"))
    told = run("suggest", "evaluate", tmp_path / "t.csv", "--model", trained)
    assert float(re.search(r"^accuracy (\S+)", told, re.MULTILINE).group(1)) <= 0.75  # type: ignore[union-attr]


BAD = {
    "no rows": (b"title,text,label\n", "没有一行"),
    "empty": (b"", "文件是空的"),
    "one class": (as_csv(messages(40, labels=("urban.lighting",))), "这一个类别"),
    "too few": (as_csv(messages(12)), "不足 10 条"),
    "no label column": (b"title,text\n\xe7\x81\xaf,\xe5\x9d\x8f\n", "缺少列：label"),
    "zeros": (b"\x00" * 100, "读不出"),
    "no encoding": (b"title,text,label\n\x81\xff\xff,\xff\xfe,\xff\n", "编码"),
    "not a spreadsheet": (b"PK\x03\x04nothing", "读不出"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_table_is_refused_in_a_sentence_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    content, sentence = BAD[name]
    (tmp_path / "bad.csv").write_bytes(content)
    with pytest.raises(CommandError, match=sentence) as refused:
        run("train_suggester", "--csv", tmp_path / "bad.csv", "--out", tmp_path / "model")
    assert refused.value.returncode == 1
    assert [one.name for one in tmp_path.iterdir()] == ["bad.csv"]


def test_mixed_labels_are_told_and_the_majority_is_taken(tmp_path: Path) -> None:
    twice = ["荷塘,同一件事一字不差,urban.lighting"] * 2 + ["荷塘,同一件事一字不差,traffic.bus"]
    (tmp_path / "t.csv").write_bytes(as_csv(messages(80)) + "\n".join(["", *twice]).encode())
    told = io.StringIO()
    call_command("train_suggester", csv=tmp_path / "t.csv", out=tmp_path / "model", stdout=io.StringIO(), stderr=told)
    assert "按多数取“urban.lighting”" in told.getvalue()
    assert read(tmp_path / "model").meta["mixed"] == 1


def test_failure_keeps_the_model_that_was_there(tmp_path: Path, table: Path) -> None:
    run("train_suggester", "--csv", table, "--out", tmp_path / "model")
    before = read(tmp_path / "model").checksum
    (tmp_path / "bad.csv").write_bytes(b"title,text,label\n")
    with pytest.raises(CommandError):
        run("train_suggester", "--csv", tmp_path / "bad.csv", "--out", tmp_path / "model")
    assert read(tmp_path / "model").checksum == before


@pytest.mark.parametrize("words", [(), ("--csv", "x.csv"), ("--out", "m")])
def test_train_without_source_or_target_says_what_is_missing(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="请用"):
        run("train_suggester", *words)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读写不了文件"):
        run("train_suggester", "--csv", tmp_path / "none.csv", "--out", tmp_path / "m")


def test_missing_scikit_learn_is_told(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "opinions.suggestion.training", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(CommandError, match="没有安装训练所需的程序包"):
        run("train_suggester", "--csv", table, "--out", tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_evaluate_with_a_broken_folder_is_told(tmp_path: Path, table: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / META).write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="不完整"):
        run("suggest", "evaluate", table, "--model", tmp_path / "m")


def test_train_for_a_district_makes_a_candidate(world: HandlingWorld, table: Path) -> None:
    told = run("train_suggester", "--csv", table, "--district", world.congress.code)
    made = SuggestionModel.objects.get()
    assert (made.district, made.version, made.status) == (world.congress, 1, ModelStatus.CANDIDATE)
    assert "候选模型第 1 版" in told


def test_training_again_makes_no_second_candidate(world: HandlingWorld, table: Path) -> None:
    for _time in range(2):
        run("train_suggester", "--csv", table, "--district", world.congress.code)
    assert SuggestionModel.objects.count() == 1
    kept = learning.models_folder() / str(world.congress.pk)
    assert len(list(kept.iterdir())) == 1


def test_own_matters_of_a_district_train_a_folder(
    world: HandlingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [*messages(80), messages(1, labels=("health.clinic",), seed=3)[0]]
    monkeypatch.setattr("opinions.management.commands.train_suggester.labelled_rows", lambda _district: own)
    run("train_suggester", "--district", world.congress.code, "--out", tmp_path / "m")
    assert read(tmp_path / "m").meta["source"] == str(world.congress)
    assert not SuggestionModel.objects.exists()


def test_unknown_district_is_told(db: None, table: Path) -> None:
    with pytest.raises(CommandError, match="没有代码为 999999"):
        run("train_suggester", "--csv", table, "--district", "999999")
