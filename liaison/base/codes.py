"""Codes that people read, type and scan: tracking codes, plaque codes, one-time tokens, QR symbols.

A code is written in 29 characters that are not mistaken for one another; its last character checks the rest.
The weighted sum of a valid code is 0 modulo 29, a prime, and no two weights are equal: so every single wrong
character and every swap of two characters is caught.
"""

import hashlib
import io
import random
import secrets
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from liaison.base.errors import InvalidInput
from liaison.base.later import later

if TYPE_CHECKING:
    from PIL import Image, ImageDraw
else:
    Image, ImageDraw = later("PIL.Image"), later("PIL.ImageDraw")

qrcode = later("qrcode")

ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXY"
"""No 0 O 1 I L; no S and Z, which are read as 5 and 2."""
TRACKING_LENGTH = 10
PLAQUE_LENGTH = 7
GROUP = 4
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_BASE = len(ALPHABET)
_FORGIVEN = str.maketrans({"S": "5", "Z": "2"})
_STRIDE = 9_876_543_210_987
"""Not a multiple of 29, so that multiplying by it only mixes the numbers below a power of 29."""
_LONGEST_TYPED = 80
_system_random = random.SystemRandom()

DEEP_RED = "#9b1c1f"
QUIET_ZONE = 4
"""Modules of white around a QR symbol (ISO/IEC 18004)."""
MARK_SHARE = 0.22
"""Largest share of a QR symbol's side that the centre mark may take: 5 % of the area, where level H bears 30 %."""


class BadCode(InvalidInput):
    """The typed text is not a code, most often a slip of one character."""

    message = _("编号不对，请对照回执再看一遍。编号里没有 0、O、1、I、L。")
    status_code = 404


def new_code(rng: random.Random = _system_random) -> str:
    """A tracking code: 10 characters, 9 of them random (about 43 bits)."""
    return _with_check(rng, TRACKING_LENGTH)


def numbered_code(number: int) -> str:
    """The tracking code of a number: distinct ones for distinct numbers below 29^9, without an order to be guessed.

    For rows that are made by the million (`seed_load`), among which random codes would meet.
    """
    rest, body = number * _STRIDE % _BASE ** (TRACKING_LENGTH - 1), []
    for _n in range(TRACKING_LENGTH - 1):
        rest, digit = divmod(rest, _BASE)
        body.append(ALPHABET[digit])
    return _checked("".join(body))


def new_plaque_code(rng: random.Random = _system_random) -> str:
    """A code for a plaque's address: 7 characters, 6 of them random."""
    return _with_check(rng, PLAQUE_LENGTH)


def _with_check(rng: random.Random, length: int) -> str:
    return _checked("".join(rng.choice(ALPHABET) for _n in range(length - 1)))


def _checked(body: str) -> str:
    """`body` with its check character."""
    return body + ALPHABET[-_weighted(body + ALPHABET[0]) % _BASE]


def _weighted(code: str) -> int:
    """The weighted sum; the last character weighs 1, the one before it 2, and so on."""
    return sum(weight * _VALUE[character] for weight, character in enumerate(reversed(code), start=1))


def is_code(code: str, length: int = TRACKING_LENGTH) -> bool:
    """Whether `code` is normalised, of this length, and its check character fits."""
    return len(code) == length and all(character in _VALUE for character in code) and _weighted(code) % _BASE == 0


def normalise(text: str) -> str:
    """What was typed as a bare code: forgives lower case, full width, spaces, hyphens of any kind, S for 5, Z for 2."""
    wide = unicodedata.normalize("NFKC", (text or "")[:_LONGEST_TYPED]).upper()
    return "".join(character for character in wide if character.isalnum()).translate(_FORGIVEN)


def parse_code(text: str, length: int = TRACKING_LENGTH) -> str:
    """The valid code in what was typed. Raises BadCode."""
    code = normalise(text)
    if not is_code(code, length):
        raise BadCode
    return code


def grouped(code: str) -> str:
    """A code as it is printed: K7M2-X9QP-4T."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def new_token() -> str:
    """A secret for a one-time link, 256 bits; only `token_hash` of it is stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored and looked up for a token (hex, 64 characters)."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def qr_svg(url: str, *, centre_mark: bool = True) -> str:
    """A QR symbol as SVG that scales to its box; one unit is one module; no style, fit for a strict CSP."""
    matrix = _matrix(url, centre_mark=centre_mark)
    side = len(matrix) + 2 * QUIET_ZONE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">',
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{"".join(_bars(matrix))}"/>',
    ]
    if centre_mark:
        size = _mark_modules(len(matrix)) - 1
        parts.append(_mark_svg((side - size) / 2, size))
    return "".join([*parts, "</svg>"])


def qr_png(url: str, size_px: int, *, centre_mark: bool = True) -> bytes:
    """A QR symbol as a PNG of `size_px` by `size_px` pixels with its quiet zone.

    Modules are whole pixels, so that print and screen stay sharp. Raises ValueError below 2 pixels a module.
    """
    matrix = _matrix(url, centre_mark=centre_mark)
    side = len(matrix) + 2 * QUIET_ZONE
    scale = size_px // side
    if scale < 2:
        raise ValueError(f"{size_px} pixels are too few for {side} modules.")
    image = Image.new("RGB", (size_px, size_px), "white")
    modules = _modules_image(matrix)
    _paste_centred(image, modules.resize((modules.width * scale,) * 2, Image.Resampling.NEAREST))
    if centre_mark:
        _paste_centred(image, _mark_image((_mark_modules(len(matrix)) - 1) * scale))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _paste_centred(image: "Image.Image", inner: "Image.Image") -> None:
    image.paste(inner, ((image.width - inner.width) // 2,) * 2)


def _matrix(url: str, *, centre_mark: bool) -> list[list[bool]]:
    """The modules of the symbol at level H, with the place of the mark cleared."""
    symbol = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_H, border=0)
    symbol.add_data(url)
    symbol.make(fit=True)
    matrix: list[list[bool]] = [[bool(module) for module in row] for row in symbol.get_matrix()]
    if centre_mark:
        cleared = _mark_modules(len(matrix))
        start = (len(matrix) - cleared) // 2
        for row in matrix[start : start + cleared]:
            row[start : start + cleared] = [False] * cleared
    return matrix


def _mark_modules(side: int) -> int:
    """Side of the cleared square, in modules: odd, so that it is centred."""
    size = int(side * MARK_SHARE)
    return size if size % 2 else size - 1


def _bars(matrix: list[list[bool]]) -> Iterator[str]:
    """SVG path commands, one for each horizontal run of dark modules."""
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            length = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if length:
                yield f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
            x += length + 1


def _modules_image(matrix: list[list[bool]]) -> "Image.Image":
    pixels = bytes(0 if dark else 255 for row in matrix for dark in row)
    return Image.frombytes("L", (len(matrix), len(matrix)), pixels)


# The mark: a speech bubble with a tick, in a square with round corners; coordinates in a unit square.
_SQUARE_RADIUS, _BUBBLE, _BUBBLE_RADIUS = 0.2, (0.18, 0.2, 0.82, 0.68), 0.1
_TAIL = ((0.3, 0.64), (0.3, 0.86), (0.52, 0.66))
_TICK, _TICK_WIDTH = ((0.34, 0.44), (0.46, 0.56), (0.68, 0.33)), 0.09


def _mark_svg(offset: float, size: float) -> str:
    left, top, right, bottom = _BUBBLE
    tail = " ".join(f"{x},{y}" for x, y in _TAIL)
    tick = " ".join(f"{x},{y}" for x, y in _TICK)
    return (
        f'<g transform="translate({offset:g} {offset:g}) scale({size:g})" shape-rendering="auto">'
        f'<rect width="1" height="1" rx="{_SQUARE_RADIUS}" fill="{DEEP_RED}"/>'
        f'<rect x="{left}" y="{top}" width="{right - left:g}" height="{bottom - top:g}"'
        f' rx="{_BUBBLE_RADIUS}" fill="#fff"/>'
        f'<polygon points="{tail}" fill="#fff"/>'
        f'<polyline points="{tick}" fill="none" stroke="{DEEP_RED}" stroke-width="{_TICK_WIDTH}"'
        ' stroke-linecap="round" stroke-linejoin="round"/></g>'
    )


def _mark_image(size: int) -> "Image.Image":
    """The mark in pixels, drawn four times as large and reduced for smooth edges."""
    big = size * 4
    image = Image.new("RGB", (big, big), "white")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, big - 1, big - 1), radius=_SQUARE_RADIUS * big, fill=DEEP_RED)
    draw.rounded_rectangle([edge * big for edge in _BUBBLE], radius=_BUBBLE_RADIUS * big, fill="white")
    draw.polygon([(x * big, y * big) for x, y in _TAIL], fill="white")
    draw.line([(x * big, y * big) for x, y in _TICK], fill=DEEP_RED, width=round(_TICK_WIDTH * big), joint="curve")
    return image.resize((size, size), Image.Resampling.LANCZOS)
