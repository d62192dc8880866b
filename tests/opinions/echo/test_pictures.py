"""Copies of pictures: without metadata, small, black where somebody said so."""

import random
from io import BytesIO

import pytest
from PIL import Image

from opinions.echo.pictures import COLUMNS, MOST_CARD, MOST_FULL, ROWS, box_of, cells_of, copied
from tests.factories.echo import jpeg

pytestmark = pytest.mark.once


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_copy_has_no_metadata() -> None:
    source = jpeg()
    assert b"PHONE-MAKER" in source
    made = copied(source)
    for content in (made.full, made.card):
        assert b"PHONE-MAKER" not in content
        assert not opened(content).getexif()
    assert (made.width, made.height) == (400, 300)


def test_noisy_picture_still_fits() -> None:
    noise = Image.frombytes("RGB", (700, 500), random.Random(1).randbytes(700 * 500 * 3))
    out = BytesIO()
    noise.save(out, "JPEG", quality=95)
    made = copied(out.getvalue())
    assert len(made.full) <= MOST_FULL
    assert len(made.card) <= MOST_CARD


def test_cell_is_black_and_its_neighbour_is_not() -> None:
    cell = 3 * COLUMNS + 5
    image = opened(copied(jpeg("white", (640, 480)), [box_of(cell)]).full)
    assert max(image.getpixel((5 * 40 + 20, 3 * 40 + 20))) < 20  # type: ignore[arg-type]
    assert min(image.getpixel((7 * 40 + 20, 3 * 40 + 20))) > 235  # type: ignore[arg-type]


def test_cells_cover_the_picture_and_are_told_back() -> None:
    boxes = [box_of(cell) for cell in range(COLUMNS * ROWS)]
    assert min(box[0] for box in boxes) == min(box[1] for box in boxes) == 0
    assert max(box[2] for box in boxes) == max(box[3] for box in boxes) == 1000
    assert cells_of([list(boxes[7]), list(boxes[100])]) == {7, 100}
