"""A draw can be drawn again by anybody."""

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from liaison.base.draws import digest, drawn

CODES = st.lists(st.text(alphabet="23456789ABCDEFGH", min_size=1, max_size=12), max_size=40)


@given(codes=CODES, seed=st.text(max_size=20), most=st.integers(-1, 50), data=st.data())
def test_draw_follows_from_seed_and_population_alone(
    codes: list[str], seed: str, most: int, data: st.DataObject
) -> None:
    found = drawn(codes, seed=seed, most=most)
    assert found == drawn(data.draw(st.permutations(codes)), seed=seed, most=most)
    assert len(found) == len(set(found)) == min(max(most, 0), len(set(codes)))
    assert set(found) <= set(codes)


@given(codes=CODES, seed=st.text(max_size=20), most=st.integers(0, 20))
def test_larger_draw_begins_with_the_smaller(codes: list[str], seed: str, most: int) -> None:
    assert drawn(codes, seed=seed, most=most + 1)[:most] == drawn(codes, seed=seed, most=most)


@given(codes=CODES, other=CODES)
def test_digest_tells_populations_apart(codes: list[str], other: list[str]) -> None:
    assert (digest(codes) == digest(other)) == (set(codes) == set(other))


def test_draw_stands_as_it_was_drawn_before() -> None:
    codes = [f"M{number}" for number in range(8)]
    assert drawn(codes, seed="2026-11", most=3) == ["M3", "M5", "M7"]


def test_digest_is_what_the_command_line_says() -> None:
    told = subprocess.run(["sha256sum"], input=b"A\nB\n", capture_output=True, check=True).stdout
    assert told.split()[0].decode() == digest(["B", "A"])
