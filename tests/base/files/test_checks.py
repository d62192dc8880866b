"""Uploads are what their content is; photos are made anew."""

import io
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor
from pillow_heif import register_heif_opener

from liaison.base.files.checks import (
    LONG_SIDE,
    MOST_PHOTO_BYTES,
    THUMBNAIL_SIDE,
    UploadRefused,
    clean_image,
    document_type,
)

register_heif_opener()  # which photos of this file are made with


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def clean(content: bytes, name: str = "photo.jpg") -> Any:
    return clean_image(io.BytesIO(content), name=name, size=len(content))


def png_header(width: int, height: int, colour_type: int = 2) -> bytes:
    """A PNG that claims a size without having its pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunk = b"IHDR" + head
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IEND\xaeB`\x82"
    )


def test_photo_is_reencoded_upright_and_without_its_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    content = encoded(Image.new("RGB", (40, 20), "red"), exif=exif)
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)
    made = clean(content)
    again = Image.open(io.BytesIO(made.content))
    assert again.size == (20, 40)
    assert not again.getexif()
    assert (made.width, made.height) == (20, 40)


def test_large_photo_is_shrunk_with_a_thumbnail() -> None:
    made = clean(encoded(Image.new("RGB", (4000, 3000))))
    assert max(made.width, made.height) == LONG_SIDE
    assert max(Image.open(io.BytesIO(made.thumbnail)).size) == THUMBNAIL_SIDE


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "CMYK", "1", "I;16"])
def test_photo_of_any_colour_mode_is_taken(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    made = clean(encoded(Image.new(mode, (30, 30)), form))
    assert Image.open(io.BytesIO(made.content)).mode == "RGB"


def test_transparent_becomes_white() -> None:
    made = clean(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(made.content)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["WEBP", "GIF", "HEIF", "PNG", "AVIF", "MPO"])
def test_other_formats_become_jpeg(form: str) -> None:
    made = clean(encoded(Image.new("RGB", (64, 64), "green"), form), f"photo.{form.lower()}")
    assert Image.open(io.BytesIO(made.content)).format == "JPEG"


def test_animation_gives_its_first_frame_only() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    made = clean(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    red, green, _blue = Image.open(io.BytesIO(made.content)).getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > 60 > green


def test_animated_bomb_of_many_frames_is_read_quickly() -> None:
    frames = [Image.new("P", (600, 600), n % 255) for n in range(200)]
    assert clean(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])).width == 600


@pytest.mark.parametrize(
    "content",
    [
        b"just text",
        b"",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7 no photo",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
    ],
)
def test_what_is_no_photo_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(UploadRefused) as refused:
        clean(content, "my.jpg")
    assert "my.jpg" in str(refused.value.message)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_broken_photo_is_refused(share: float) -> None:
    content = encoded(Image.effect_noise((600, 600), 90).convert("RGB"))
    with pytest.raises(UploadRefused):
        clean(content[: int(len(content) * share)])


@pytest.mark.parametrize(("width", "height"), [(60000, 60000), (200000, 1000), (9000, 9000)])
def test_pixel_bomb_is_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(UploadRefused):
        clean(png_header(width, height))


def test_forty_megabytes_are_refused_unread() -> None:
    with pytest.raises(UploadRefused, match="20 MB"):
        clean_image(io.BytesIO(), name="big.jpg", size=MOST_PHOTO_BYTES * 2)


def test_transparent_picture_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(UploadRefused, match="像素太多"):
        clean(png_header(10_000, 5_000, colour_type=6))


def test_phone_photo_of_64_million_pixels_is_taken() -> None:
    made = clean(encoded(Image.new("RGB", (9248, 6936), "green"), quality=30))
    assert (made.width, made.height) == (2048, 1536)


@pytest.mark.parametrize(("turned", "corner"), [(1, "red"), (3, "blue"), (6, "green"), (8, "white")])
def test_photo_is_turned_as_the_phone_was_held(turned: int, corner: str) -> None:
    """The four corners are red, white, blue, green, clockwise from the top left."""
    image = Image.new("RGB", (64, 64), "red")
    for colour, place in (("white", (32, 0)), ("blue", (32, 32)), ("green", (0, 32))):
        image.paste(colour, (*place, place[0] + 32, place[1] + 32))
    exif = Image.Exif()
    exif[0x0112] = turned
    pixel: Any = Image.open(io.BytesIO(clean(encoded(image, exif=exif, quality=95)).content)).getpixel((8, 8))
    wanted = ImageColor.getrgb(corner)
    assert all(abs(is_ - should) < 30 for is_, should in zip(pixel, wanted, strict=True))


def test_photo_with_a_damaged_note_of_its_orientation_is_still_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(Image.new("RGB", (40, 20), "red"), exif=exif)
    assert clean(content.replace(b"\x12\x01\x03\x00", b"\x12\x01\x0b\x00", 1)).width > 0


PHOTO = Image.effect_noise((48, 32), 60).convert("RGB")
PHOTOS = {form: encoded(PHOTO, form) for form in ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF", "MPO")}
CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=600)
@given(st.sampled_from(sorted(PHOTOS)), CHANGES, st.integers(0, 10_000) | st.none())
def test_damaged_photo_is_cleaned_or_refused_and_nothing_else(
    form: str, changes: list[tuple[int, int]], end: int | None
) -> None:
    content = bytearray(PHOTOS[form])
    for place, value in changes:
        content[place % len(content)] = value
    with suppress(UploadRefused):
        assert Image.open(io.BytesIO(clean(bytes(content[:end])).content)).format == "JPEG"


@pytest.mark.parametrize("fault", [RuntimeError("decoder"), struct.error("exif"), KeyError("x"), MemoryError()])
def test_whatever_a_decoder_raises_is_a_refusal(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise fault

    monkeypatch.setattr(Image.Image, "getexif", fail)
    assert clean(PHOTOS["JPEG"]).width == 48
    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(UploadRefused, match=r"photo\.jpg"):
        clean(PHOTOS["JPEG"])


def archive(*parts: str) -> bytes:
    """A zip archive with these parts, as an office file is one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for part in parts:
            made.writestr(part, "x")
    return out.getvalue()


WORD, SHEET = "word/document.xml", "xl/workbook.xml"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"%PDF-1.7 ...", "pdf"), (archive(WORD), "wordprocessingml.document"), (archive(SHEET), "spreadsheetml.sheet")],
)
def test_document_is_told_by_its_content_whatever_its_name(content: bytes, kind: str) -> None:
    assert document_type(io.BytesIO(content), name="a.exe", size=len(content)).endswith(kind)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90 programme",
        b"<html><script>",
        archive("evil.js"),
        archive(WORD)[:60],
        archive(WORD, "word/vbaProject.bin"),
    ],
    ids=["empty", "programme", "page", "archive", "damaged", "macros"],
)
def test_what_is_no_document_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(UploadRefused) as refused:
        document_type(io.BytesIO(content), name="纪要.docx", size=len(content))
    assert "纪要.docx" in str(refused.value.message)


def test_document_of_more_than_twenty_megabytes_is_refused_unread() -> None:
    with pytest.raises(UploadRefused):
        document_type(None, name="a.pdf", size=20_000_001)
