"""Looking at uploads: what they are, not what they are called; images are made anew, without their metadata.

Nothing here touches the database. Every refusal is a sentence for the person who chose the file.
"""

import io
import warnings
import zipfile
from dataclasses import dataclass
from typing import IO, Any

import filetype
import pillow_heif
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from liaison.base.errors import InvalidInput

MEGABYTE = 1_000_000
MOST_PHOTO_BYTES = 20 * MEGABYTE
MOST_DOCUMENT_BYTES = 20 * MEGABYTE
MOST_PIXELS = 60_000_000
"""Decoding more than this could exhaust the machine (decompression bomb)."""
LONG_SIDE, THUMBNAIL_SIDE = 2048, 400
QUALITY, THUMBNAIL_QUALITY = 82, 75
PHOTO_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", "image/avif"}
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT_TYPES = {PDF, DOCX, XLSX}
MOST_UNZIPPED = 200 * MEGABYTE
SNIFFED = 8192
"""Bytes that tell the type."""

pillow_heif.register_heif_opener()
ImageFile.LOAD_TRUNCATED_IMAGES = False


class UploadRefused(InvalidInput):
    """The file cannot be taken; the message says why and what to do."""

    message = _("这个文件不能上传。")


@dataclass(frozen=True)
class CleanImage:
    """A photo made anew: JPEG, upright, without metadata, with its thumbnail."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def clean_image(upload: IO[bytes] | Any, *, name: str, size: int) -> CleanImage:
    """Check and re-encode a photo. Raises UploadRefused."""
    if size > MOST_PHOTO_BYTES:
        raise UploadRefused(_("照片“%(name)s”太大（超过 20 MB），请换一张小一点的。") % {"name": name})
    if size == 0:
        raise UploadRefused(_("照片“%(name)s”是空的，请重新选一张。") % {"name": name})
    if _sniff(upload) not in PHOTO_TYPES:
        raise UploadRefused(_("“%(name)s”不是照片。请选择手机拍的照片或截图。") % {"name": name})
    image = _decode(upload, name)
    full = _shrunk(image, LONG_SIDE)
    return CleanImage(_jpeg(full, QUALITY), _jpeg(_shrunk(full, THUMBNAIL_SIDE), THUMBNAIL_QUALITY), *full.size)


def _sniff(upload: Any) -> str:
    upload.seek(0)
    head = upload.read(SNIFFED)
    upload.seek(0)
    kind = filetype.guess(head)
    return kind.mime if kind else ""


def _decode(upload: Any, name: str) -> Image.Image:
    """The first frame, upright, in RGB. The size is looked at before a pixel is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(upload)
        if image.width * image.height > MOST_PIXELS:
            raise UploadRefused(_("照片“%(name)s”的像素太多，请用手机缩小后再传。") % {"name": name})
        image.draft("RGB", (LONG_SIDE * 2, LONG_SIDE * 2))
        image.seek(0)
        image.load()
        return _on_white(ImageOps.exif_transpose(image))
    except UploadRefused:
        raise
    except Image.DecompressionBombError as error:
        raise UploadRefused(_("照片“%(name)s”的像素太多，请用手机缩小后再传。") % {"name": name}) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise UploadRefused(_("照片“%(name)s”已损坏，打不开。请重新拍一张或换一张。") % {"name": name}) from error


def _on_white(image: Image.Image) -> Image.Image:
    """RGB; what was transparent becomes white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    smaller = image.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """A JPEG of the pixels alone: no EXIF (where it was taken), no profile, no comment."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def check_document(upload: Any, *, name: str, size: int) -> str:
    """The content type of a PDF, DOCX or XLSX without macros. Raises UploadRefused."""
    if size > MOST_DOCUMENT_BYTES:
        raise UploadRefused(_("文件“%(name)s”太大（超过 20 MB）。") % {"name": name})
    kind = _sniff(upload)
    if kind not in DOCUMENT_TYPES:
        raise UploadRefused(_("“%(name)s”不是 PDF、Word（docx）或 Excel（xlsx）文件。") % {"name": name})
    if kind != PDF:
        _check_archive(upload, name)
    upload.seek(0)
    return kind


def _check_archive(upload: Any, name: str) -> None:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise UploadRefused(_("文件“%(name)s”已损坏，打不开。") % {"name": name}) from error
    if sum(member.file_size for member in members) > MOST_UNZIPPED:
        raise UploadRefused(_("文件“%(name)s”展开后太大，不能上传。") % {"name": name})
    if any("vbaproject" in member.filename.lower() for member in members):
        raise UploadRefused(_("文件“%(name)s”带有宏，请另存为不带宏的格式再传。") % {"name": name})
