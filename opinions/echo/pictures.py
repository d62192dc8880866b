"""Copies of pictures for everybody: made anew without metadata, small enough for a phone, parts blacked out. Pure."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liaison.base.later import later

if TYPE_CHECKING:
    from PIL import Image, ImageDraw
else:
    Image, ImageDraw = later("PIL.Image"), later("PIL.ImageDraw")

FULL_SIDE, CARD_SIDE = 960, 320
MOST_FULL, MOST_CARD = 56_000, 6_000
"""Bytes: an echo with two pictures, and a page of the wall, stay below 150 KB (issue 5)."""
COLUMNS, ROWS = 16, 12
"""The grid of tick boxes by which parts are blacked out."""
THOUSAND = 1000
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Copy:
    """What is kept of a picture."""

    full: bytes
    card: bytes
    width: int
    height: int


def copied(content: bytes, boxes: Iterable[Sequence[int]] = ()) -> Copy:
    """A picture made anew from its pixels alone, with `boxes` (thousandths) painted black."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    pen = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        pen.rectangle(
            (
                left * image.width // THOUSAND, top * image.height // THOUSAND,
                -(-right * image.width // THOUSAND), -(-bottom * image.height // THOUSAND),
            ),
            fill="black",
        )  # fmt: skip
    full = _within(image, FULL_SIDE)
    return Copy(_fitted(full, MOST_FULL), _fitted(_within(image, CARD_SIDE), MOST_CARD), *full.size)


def _within(image: "Image.Image", side: int) -> "Image.Image":
    smaller = image.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _fitted(image: "Image.Image", most: int) -> bytes:
    """A JPEG of at most so many bytes: less quality, then fewer pixels."""
    while True:
        for quality in (80, 70, 60, 50, 40, 30):
            content = _jpeg(image, quality)
            if len(content) <= most:
                return content
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))


def _jpeg(image: "Image.Image", quality: int) -> bytes:
    image.info = {}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def box_of(cell: int) -> Box:
    """The rectangle of a cell of the grid, counted row by row from the upper left."""
    row, column = divmod(cell, COLUMNS)
    return (
        column * THOUSAND // COLUMNS, row * THOUSAND // ROWS,
        -(-(column + 1) * THOUSAND // COLUMNS), -(-(row + 1) * THOUSAND // ROWS),
    )  # fmt: skip


def cells_of(boxes: Iterable[Sequence[int]]) -> set[int]:
    """The cells that are blacked out, to be ticked when the grid is shown again."""
    held = {tuple(box) for box in boxes}
    return {cell for cell in range(COLUMNS * ROWS) if box_of(cell) in held}
