"""Drawn pictures: portraits that show a surname on a calm ground, and photos of places. No photograph of anybody."""

import io
import random
from functools import lru_cache
from pathlib import Path

import noto_cjk_sans_otc
from PIL import Image, ImageDraw, ImageFont

GROUNDS = ("#7a8b99", "#8d7b68", "#6b8e7f", "#8a7f9c", "#94836f", "#6f86a6", "#9a7d7d", "#7d8f6d")
SKIES = ("#dfe6ea", "#e8e4da", "#d9e3dc", "#e3dfe8")
WALLS = ("#b9b2a6", "#a9b0b5", "#c0a999", "#adb5a2")


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = Path(noto_cjk_sans_otc.__file__).parent / "NotoSansCJK-Regular.ttc"
    return ImageFont.truetype(str(path), size, index=2)


def portrait(name: str, rng: random.Random) -> bytes:
    """A neutral portrait as JPEG, 360 × 450: head and shoulders in one tone, the surname in white."""
    ground = rng.choice(GROUNDS)
    image = Image.new("RGB", (360, 450), ground)
    draw = ImageDraw.Draw(image, "RGBA")
    soft = (255, 255, 255, 46)
    draw.ellipse((112, 90, 248, 240), fill=soft)
    draw.ellipse((30, 262, 330, 640), fill=soft)
    draw.text((180, 180), name[:1], font=_font(112), fill="white", anchor="mm")
    return _jpeg(image)


def place_photo(caption: str, rng: random.Random) -> bytes:
    """A drawn scene as JPEG, 960 × 720: houses, ground, what is meant in words, and the word that it is drawn."""
    image = Image.new("RGB", (960, 720), rng.choice(SKIES))
    draw = ImageDraw.Draw(image)
    left = -40
    while left < 960:
        width, height = rng.randint(130, 240), rng.randint(200, 430)
        draw.rectangle((left, 520 - height, left + width, 520), fill=rng.choice(WALLS))
        for row in range(540 - height, 480, 56):
            for column in range(left + 22, left + width - 30, 46):
                draw.rectangle(
                    (column, row, column + 22, row + 30), fill="#eef1f2" if rng.random() < 0.7 else "#f1dc9c"
                )
        left += width + rng.randint(6, 30)
    draw.rectangle((0, 520, 960, 720), fill="#8f9294")
    draw.line((0, 620, 960, 620), fill="#d8dadb", width=6)
    draw.text((40, 650), caption[:20], font=_font(44), fill="white")
    draw.text((930, 30), "示意图", font=_font(30), fill="#5c6468", anchor="ra")
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()
