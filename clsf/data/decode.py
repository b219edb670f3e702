"""Untrusted image files -> arrays: turned upright, without transparency, of one size and colour.

Only still images of the formats in FORMATS are decoded, whatever the file is called (of an animated GIF the first frame), and
a huge image is refused by its header.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from clsf.data.kinds import KINDS
from clsf.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 20_000_000
MAX_JPEG_PIXELS = 120_000_000
"""JPEG is decoded at a half, quarter or eighth of its size, so that large photographs need no more memory."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "GIF", "TIFF", "AVIF", "PPM", "HEIF")

WIDE_MODES = {"I", "I;16", "I;16L", "I;16B", "I;16N"}
"""Pillow's modes for greys of 16 bits."""

GREY_MODES = {"1", "L", "LA", "La"} | WIDE_MODES
"""Pillow's modes without colour."""

TURNED = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""

ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Header:
    """An image's properties from its header, after turning it upright."""

    height: int
    width: int
    grey: bool


def header(data: bytes) -> Header:
    """Read size and colour without decoding. Raises DataError with the reason if the image can't be used."""
    with _opened(data) as picture:
        width, height = picture.size
        if picture.getexif().get(ORIENTATION) in TURNED:
            width, height = height, width
        return Header(height, width, picture.mode in GREY_MODES)


def decode(data: bytes, height: int, width: int, channels: int) -> np.ndarray:
    """Return the image as uint8 (height, width, channels), cut around its centre where the proportions differ.

    Raises DataError with the reason if it can't be decoded to the end.
    """
    from PIL import Image, ImageOps

    with _opened(data) as picture:
        # A JPEG can be decoded at a half, quarter or eighth of its size, much faster; twice what is needed is left.
        picture.draft(None, (2 * max(height, width),) * 2)
        flat = _opaque(_eight_bits(ImageOps.exif_transpose(picture))).convert("L" if channels == 1 else "RGB")
        if flat.size != (width, height):
            flat = ImageOps.fit(flat, (width, height), Image.Resampling.BILINEAR)
        return np.asarray(flat).reshape(height, width, channels)


def _eight_bits(picture: Image) -> Image:
    """Bring greys of 16 bits to 8; Pillow would cut off what is above 255."""
    from PIL import Image

    if picture.mode not in WIDE_MODES:
        return picture
    return Image.fromarray(np.clip(np.rint(np.asarray(picture, np.float64) / 257), 0, 255).astype(np.uint8))


def _opaque(picture: Image) -> Image:
    """Put a picture with transparent parts on white."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture)


@contextmanager
def _opened(data: bytes) -> Iterator[Image]:
    """Open a file as an image; any failure inside the block becomes a DataError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=_formats()) as picture:
            _refuse_huge(picture)
            yield picture
    except DataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_big() from error
    except UnidentifiedImageError as error:
        raise DataError("It can't be read as an image ({kinds}).", kinds=KINDS) from error
    except Exception as error:  # decoders may raise anything for malicious files
        raise DataError("It is damaged: {why}.", why=str(error)[:200] or type(error).__name__) from error


def quietly(work: Callable[[], object]) -> object:
    """Do work on images without Pillow's warnings on the terminal; that of a decompression bomb is an error."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return work()


@cache
def _formats() -> tuple[str, ...]:
    """Return FORMATS, with the reader of HEIC at hand."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    return FORMATS


def _refuse_huge(picture: Image) -> None:
    width, height = picture.size
    if width * height <= MAX_PIXELS:
        return
    # A progressive JPEG keeps all its coefficients in memory, whatever size it is decoded at.
    if picture.format not in ("JPEG", "MPO") or picture.info.get("progressive"):
        raise _too_big(MAX_PIXELS)
    if width * height > MAX_JPEG_PIXELS:
        raise _too_big(MAX_JPEG_PIXELS)


def _too_big(most: int = MAX_PIXELS) -> DataError:
    return DataError("It has more than {most} megapixels.", most=most // 1_000_000)
