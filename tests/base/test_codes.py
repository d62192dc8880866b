"""Codes: what people misread or mistype is caught or forgiven; symbols are read when small."""

import io
import random

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from liaison.base.codes import (
    ALPHABET,
    PLAQUE_LENGTH,
    BadCode,
    grouped,
    is_code,
    new_code,
    new_plaque_code,
    new_token,
    normalise,
    parse_code,
    qr_png,
    qr_svg,
    token_hash,
)

SEEDS = st.integers(0, 2**32)
URL = "https://liaison.example.org/d/K7M2X9Q/"


@given(SEEDS)
def test_new_codes_are_valid(seed: int) -> None:
    assert is_code(new_code(random.Random(seed)))
    assert is_code(new_plaque_code(random.Random(seed)), PLAQUE_LENGTH)


@given(SEEDS, st.data())
def test_any_one_wrong_character_is_caught(seed: int, data: st.DataObject) -> None:
    code = new_code(random.Random(seed))
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([character for character in ALPHABET if character != code[place]]))
    assert not is_code(code[:place] + wrong + code[place + 1 :])


@given(SEEDS, st.data())
def test_any_swap_is_caught(seed: int, data: st.DataObject) -> None:
    code = list(new_code(random.Random(seed)))
    i, j = data.draw(st.lists(st.integers(0, len(code) - 1), min_size=2, max_size=2, unique=True))
    swapped = code.copy()
    swapped[i], swapped[j] = code[j], code[i]
    assert swapped == code or not is_code("".join(swapped))


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@given(SEEDS)
def test_usual_spellings_are_forgiven(seed: int) -> None:
    code = new_code(random.Random(seed))
    spellings = [
        code.lower(),
        grouped(code),
        " ".join(code),
        wide(code),
        f"  {code}\n",
        grouped(code).replace("-", "—"),
    ]
    assert {parse_code(one) for one in spellings} == {code}


@given(st.text(max_size=200))
def test_any_text_is_normalised_or_refused_quietly(text: str) -> None:
    assert set(normalise(text)).isdisjoint(" -\n")
    if not is_code(normalise(text)):
        with pytest.raises(BadCode):
            parse_code(text)


def test_tokens_differ_and_only_their_hash_is_kept() -> None:
    one, other = new_token(), new_token()
    assert one != other
    assert token_hash(one) != token_hash(other)
    assert one not in token_hash(one)


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("url", [URL, "http://localhost:8000/p/22222RR/", URL + "x" * 80])
def test_symbol_is_read_small_and_blurred(url: str, mark: bool) -> None:
    printed = Image.open(io.BytesIO(qr_png(url, 600, centre_mark=mark))).convert("L")
    side = round(25 / 25.4 * 150)
    small = printed.resize((side, side), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    found = zxingcpp.read_barcode(small)
    assert found is not None
    assert found.text == url


def test_svg_symbol_has_a_quiet_zone_and_no_script() -> None:
    text = qr_svg(URL)
    assert text.startswith("<svg")
    assert "script" not in text
