"""Looking at uploads: what they are, not what they are called; images are made anew, without their metadata.

Nothing here touches the database. Every refusal is a sentence for the person who chose the file.
"""

import io
import warnings
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from liaison.base.errors import InvalidInput
from liaison.base.later import later

if TYPE_CHECKING:
    from PIL import ExifTags, Image, ImageFile
else:
    ExifTags, Image, ImageFile = later("PIL.ExifTags"), later("PIL.Image"), later("PIL.ImageFile")

filetype, pillow_heif = later("filetype"), later("pillow_heif")

MEGABYTE = 1_000_000
MOST_PHOTO_BYTES = 20 * MEGABYTE
MOST_DOCUMENT_BYTES = 20 * MEGABYTE
MOST_DECODED = 180 * MEGABYTE
"""Bytes of pixels that are decoded, 60 million in RGB: more could exhaust the machine (decompression bomb)."""
LONG_SIDE, THUMBNAIL_SIDE = 2048, 400
QUALITY, THUMBNAIL_QUALITY = 82, 75
PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
"""Decoders that may look at an upload (that of JPEG reads MPO too): no others, whatever its content says."""
PHOTO_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "image/heif", "image/avif"}
OFFICE = "application/vnd.openxmlformats-officedocument"
OFFICE_TYPES = {
    "word/document.xml": f"{OFFICE}.wordprocessingml.document", "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet"
}  # fmt: skip
"""What a DOCX, an XLSX is told by: the part that each of them must have."""
MACROS = "vbaProject.bin"
SNIFFED = 8192
"""Bytes that tell the type."""


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
    if not is_photo(upload):
        raise UploadRefused(_("“%(name)s”不是照片。请选择手机拍的照片或截图。") % {"name": name})
    full = _decode(upload, name)
    return CleanImage(_jpeg(full, QUALITY), _jpeg(_thumbnail(full), THUMBNAIL_QUALITY), *full.size)


def is_photo(upload: Any) -> bool:
    """Whether the content is that of a photo."""
    return _sniff(upload) in PHOTO_TYPES


def document_type(upload: Any, *, name: str, size: int) -> str:
    """What a PDF, DOCX or XLSX is by its content, without macros. Raises UploadRefused."""
    if size > MOST_DOCUMENT_BYTES:
        raise UploadRefused(_("文件“%(name)s”太大（超过 20 MB），请换一个小一点的。") % {"name": name})
    if size == 0:
        raise UploadRefused(_("文件“%(name)s”是空的，请重新选一个。") % {"name": name})
    upload.seek(0)
    if upload.read(5) == b"%PDF-":
        return "application/pdf"
    parts = _parts(upload)
    if any(part.endswith(MACROS) for part in parts):
        raise UploadRefused(_("文件“%(name)s”带有宏，请另存为不带宏的文件再上传。") % {"name": name})
    found = next((kind for part, kind in OFFICE_TYPES.items() if part in parts), None)
    if found is None:
        raise UploadRefused(_("“%(name)s”不是照片、PDF、Word（DOCX）或表格（XLSX）。") % {"name": name})
    return found


def _parts(upload: Any) -> set[str]:
    """The names in a zip archive; nothing is unpacked. None where it is no archive, or a damaged one."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            return set(archive.namelist())
    except Exception:  # noqa: BLE001 - over damaged archives zipfile raises anything, struct.error and ValueError too
        return set()


def _sniff(upload: Any) -> str:
    upload.seek(0)
    head = upload.read(SNIFFED)
    upload.seek(0)
    kind = filetype.guess(head)
    return kind.mime if kind else ""


def _decode(upload: Any, name: str) -> "Image.Image":
    """The first frame, upright, in RGB, no larger than it is kept."""
    try:
        image = _loaded(upload)
        turned = _TURNS.get(_orientation(image))
        flat = _on_white(image)
        flat.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
        return flat.transpose(Image.Transpose[turned]) if turned else flat
    except (Image.DecompressionBombError, MemoryError) as error:
        raise UploadRefused(_("照片“%(name)s”的像素太多，请用手机缩小后再传。") % {"name": name}) from error
    except Exception as error:  # over damaged content decoders raise anything, RuntimeError and struct.error too
        raise UploadRefused(_("照片“%(name)s”已损坏，打不开。请重新拍一张或换一张。") % {"name": name}) from error


@cache
def _register_decoders() -> None:
    """Pillow registers those of PHOTO_FORMATS only when asked, and HEIF is not its own. Half a photo is none."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.init()
    pillow_heif.register_heif_opener()


def _loaded(upload: Any) -> "Image.Image":
    """The first frame, decoded. Raises DecompressionBombError before a pixel is decoded.

    A baseline JPEG is decoded at a fraction of its size where that is enough, so that a phone's 108 million
    pixels cost little; a progressive one is held in memory whole.
    """
    _register_decoders()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(upload, formats=PHOTO_FORMATS)
    if not image.info.get("progressive"):
        image.draft(None, (LONG_SIDE, LONG_SIDE))
    bytes_each = 3 if image.mode in {"RGB", "L"} else 4
    if image.width * image.height * bytes_each > MOST_DECODED:
        raise Image.DecompressionBombError
    image.seek(0)
    image.load()
    return image


_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip
"""What makes a picture of each EXIF orientation upright, by its name in Pillow."""


def _orientation(image: "Image.Image") -> Any:
    """How the phone was held; 1 (upright) when the note about it is damaged, for the pixels may still be good."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - a damaged note is no reason to refuse the photo
        return 1


def _on_white(image: "Image.Image") -> "Image.Image":
    """RGB; what was transparent becomes white."""
    if image.mode not in {"RGBA", "LA", "PA"} and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer)
    return ground


def _thumbnail(image: "Image.Image") -> "Image.Image":
    smaller = image.copy()
    smaller.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return smaller


def _jpeg(image: "Image.Image", quality: int) -> bytes:
    """A JPEG of the pixels alone: no EXIF (where it was taken), no profile, no comment."""
    image.info = {}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
