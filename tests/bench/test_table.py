"""The table says which target was missed, and the run fails then."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench import __main__ as bench
from tests.bench.table import Figure, at_least, at_most, drawn, equal


@contextmanager
def no_stage() -> Iterator[int]:
    yield 0


def test_targets_are_met_at_their_limit() -> None:
    assert [at_least("a", 0.6, 0.6).met, at_most("b", 12, 12).met, equal("c", 1, 1).met] == [True] * 3
    assert [at_least("a", 0.59, 0.6).met, at_most("b", 13, 12).met, equal("c", 2, 1).met] == [False] * 3


def test_table_keeps_its_columns_with_wide_letters() -> None:
    lines = drawn([("one", [at_most("代表", 3, 12), Figure("plain words", "7/s")])]).splitlines()
    assert lines[-2].startswith("代表         3 ")
    assert lines[-1].startswith("plain words  7/s")
    assert lines[-2].endswith("✓")


@pytest.mark.parametrize(("measured", "code"), [(12, 0), (13, 1)])
def test_missed_target_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], measured: int, code: int
) -> None:
    monkeypatch.setattr(bench, "stage", no_stage)
    monkeypatch.setattr(bench, "_machine", lambda: "here")
    monkeypatch.setattr(bench, "_measure", lambda _name: lambda _port: iter([at_most("statements", measured, 12)]))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert bench.main(["desk"]) == code
    assert ("✗" in capsys.readouterr().out) == (code == 1)


def test_unknown_figure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["speed"]) == 2
    assert "speed" in capsys.readouterr().err
