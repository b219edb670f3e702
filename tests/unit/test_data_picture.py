"""Pictures for the first layer: samples, photographs, and users' files, harmless and harmful"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from clsf.data import picture
from clsf.errors import DataError


def file(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_that_promises(width: int, height: int) -> bytes:
    """Return a few bytes whose header claims a huge image."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_good_files_become_squares(kind):
    assert picture.uploaded(file(kind), 32, False).shape == (32, 32, 3)
    assert picture.uploaded(file(kind), 32, True).shape == (32, 32, 1)


def test_grey_files_stay_grey_and_transparent_ones_lie_on_white():
    assert picture.uploaded(file(mode="L"), 28, False).shape == (28, 28, 1)
    buffer = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(buffer, "PNG")
    assert (picture.uploaded(buffer.getvalue(), 16, False) == 255).all()


def test_the_middle_is_kept():
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 255
    buffer = io.BytesIO()
    Image.fromarray(wide).save(buffer, "PNG")
    assert (picture.uploaded(buffer.getvalue(), 20, False) == 255).all()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"no picture at all", "can't be read", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "can't be read", id="svg"),
        pytest.param(file("PNG")[:200], "damaged", id="cut off"),
        pytest.param(file("JPEG")[:60] + b"\0" * 40, "(damaged|can't be read)", id="corrupt"),
        pytest.param(png_that_promises(30_000, 30_000), "20 megapixels", id="huge"),
        pytest.param(png_that_promises(60_000, 60_000), "20 megapixels", id="decompression bomb"),
        pytest.param(b"\x89PNG" + b"\0" * picture.MAX_FILE, "at most 10 MB", id="too many bytes"),
        pytest.param(b"PK\x03\x04" + b"\0" * 50, "can't be read", id="zip"),
    ],
)
def test_bad_files_are_refused_in_words(data, why):
    with pytest.raises(DataError, match=why):
        picture.uploaded(data, 32, False)


@pytest.mark.parametrize("side", [7, 129, 0, -3, 10**9])
def test_sizes_out_of_range_are_refused(side):
    with pytest.raises(DataError, match="from 8 to 128"):
        picture.uploaded(file(), side, False)
    with pytest.raises(DataError, match="from 8 to 128"):
        picture.photograph("china", side, False)


@pytest.mark.parametrize("name", picture.PHOTOGRAPHS)
def test_photographs_are_there(name):
    found = picture.photograph(name, 64, False)
    assert found.shape == (64, 64, 3)
    assert found.std() > 20
    assert picture.photograph(name, 32, True).shape == (32, 32, 1)


def test_a_photograph_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="Unknown photograph"):
        picture.photograph("../../etc/passwd", 32, False)


def test_samples_of_a_class_are_counted_round():
    pixels, label = picture.sample("digits", 3, 0, None, False)
    assert pixels.shape == (8, 8, 1)
    assert label == 3
    other, _ = picture.sample("digits", 3, 1, None, False)
    assert (pixels != other).any()
    many, label = picture.sample("digits", 3, 10**9, 16, False)
    assert many.shape == (16, 16, 1)
    assert label == 3
    assert picture.batch("digits", 4, None, False).shape == (4, 8, 8, 1)


@pytest.mark.parametrize(("name", "label", "why"), [("nothing", None, "Unknown data set"), ("digits", 77, "no training image")])
def test_samples_that_are_not_there_are_refused(name, label, why):
    with pytest.raises(DataError, match=why):
        picture.sample(name, label, 0, None, False)


def test_shifted_copies_begin_with_the_picture_and_hold_the_same_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    batch = picture.shifted(pixels, 5)
    np.testing.assert_array_equal(batch[0], pixels)
    assert batch.shape == (5, 9, 12, 3)
    for copy in batch:
        np.testing.assert_array_equal(np.sort(copy, axis=None), np.sort(pixels, axis=None))
