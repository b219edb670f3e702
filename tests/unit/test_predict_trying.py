"""Drawings and pictures for a model: each is converted to the form of the data set's images, or refused in a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clsf.errors import DataError
from clsf.model.presets import preset
from clsf.plan import Plan, Preparation
from clsf.predict import trying
from clsf.predict.drawing import as_data
from clsf.predict.trying import received, uploaded
from clsf.predict.values import ModelRequest, Prediction


@pytest.fixture(autouse=True)
def seen(monkeypatch):
    """Return the images that were asked about; there are no answers."""
    found = []

    def predict(request, pixels):
        found.append(pixels)
        return Prediction(np.eye(10)[:1], 0.0, 1.0, 0.0)

    monkeypatch.setattr(trying, "predict", predict)
    return found


def request(data="digits", shape=(8, 8, 1), **preparation):
    plan = Plan(data, Preparation(**preparation))
    return ModelRequest("t", "torch", preset("tiny", 10).to_json(), plan.to_json(), shape, 10)


def file(image: Image.Image, kind="PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def seven(side=200, ground=255, ink=0, width=18) -> Image.Image:
    image = Image.new("L", (side, side), ground)
    s = side / 100
    ImageDraw.Draw(image).line([(30 * s, 20 * s), (70 * s, 20 * s), (45 * s, 85 * s)], fill=ink, width=width, joint="curve")
    return image


def huge(width: int, height: int) -> bytes:
    """Return a PNG whose header claims more than its few bytes hold."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks
    )


@pytest.mark.parametrize(
    ("given", "ground"),
    [
        pytest.param(lambda: file(seven()), "auto", id="dark on light is turned around"),
        pytest.param(lambda: file(seven(ground=20, ink=240)), "auto", id="light on dark stays"),
        pytest.param(lambda: file(seven(ground=20, ink=240)), "keep", id="kept"),
        pytest.param(lambda: file(seven()), "invert", id="inverted"),
        pytest.param(lambda: file(seven().convert("RGB"), "JPEG", quality=95), "auto", id="a photograph in colour"),
        pytest.param(lambda: file(seven().convert("P")), "auto", id="a palette"),
        pytest.param(lambda: file(seven(400).convert("RGBA")), "auto", id="larger, with an alpha channel"),
        pytest.param(lambda: file(seven(ground=200, ink=60), "WEBP", lossless=True), "auto", id="pale, as WebP"),
    ],
)
def test_a_picture_of_a_digit_becomes_a_digit_of_the_data_set(given, ground, seen):
    found = uploaded(request(), given(), ground)
    assert found.pixels is not None
    assert seen[0].shape == (1, 8, 8, 1)
    wanted = as_data(255 - np.asarray(seven().resize((64, 64), Image.Resampling.BILINEAR)), "digits", (8, 8)).astype(float)
    image = found.pixels.astype(float)
    assert np.corrcoef(image.ravel(), wanted.ravel())[0, 1] > 0.93
    assert image[0].sum() > image[7].sum()  # the bar of the 7 is at the top


def test_a_turned_photograph_is_turned_upright(seen):
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side: must be rotated by 90 degrees clockwise
    lying = seven().rotate(90, expand=True)
    upright, turned = uploaded(request(), file(seven())), uploaded(request(), file(lying, exif=exif))
    assert np.corrcoef(upright.pixels.ravel(), turned.pixels.ravel())[0, 1] > 0.93


def test_an_empty_picture_has_no_ink(seen):
    assert not uploaded(request(), file(Image.new("L", (90, 50), 250))).pixels.any()


def test_a_wide_photograph_is_cut_around_its_centre_and_keeps_its_colours(seen):
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste(Image.new("RGB", (100, 100), (0, 128, 255)), (100, 0))
    found = uploaded(request("cifar10", (32, 32, 3)), file(wide))
    assert (found.pixels[:, 1:-1] == [0, 128, 255]).all()


def test_the_models_own_preparation_comes_after_the_data_sets_size(seen):
    found = uploaded(
        request("cifar10", (16, 16, 1), image_size=16, colour="grey"), file(Image.new("RGB", (40, 40), (10, 200, 30)))
    )
    assert found.pixels.shape == (16, 16, 1)
    assert (found.pixels == round(0.299 * 10 + 0.587 * 200 + 0.114 * 30)).all()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(lambda: huge(10_000, 5_000), "more than 20 megapixels", id="fifty megapixels"),
        pytest.param(lambda: huge(100_000, 100_000), "more than 20 megapixels", id="a bomb"),
        pytest.param(lambda: b"", "empty", id="empty"),
        pytest.param(lambda: b"GIF89a" + bytes(100), "can't be read as an image", id="another kind"),
        pytest.param(lambda: file(seven())[:300], "damaged", id="cut off"),
        pytest.param(lambda: b"\0" * 10_000_001, "at most 10 MB", id="a huge file"),
        pytest.param(lambda: b"<svg onload='alert(1)'/>", "can't be read", id="a drawing with a script"),
    ],
)
def test_what_is_no_picture_to_use_is_refused_in_a_sentence(content, why):
    with pytest.raises(DataError, match=why) as caught:
        uploaded(request(), content())
    assert str(caught.value).startswith("This picture can't be used.")


def test_a_drawing_in_colour_is_shrunk_as_a_whole():
    sheet = np.full((64, 64, 3), 255, np.uint8)
    sheet[:, 32:] = [200, 0, 0]
    image = received(request("shapes", (32, 32, 3)), sheet)
    assert image.shape == (32, 32, 3)
    assert (image[:, 20:] == [200, 0, 0]).all()
    assert (image[:, :12] == 255).all()


def test_a_drawing_for_a_data_set_that_is_not_here_takes_the_models_size():
    plan = Plan("folder-0123456789ab")
    unknown = ModelRequest("t", "torch", preset("tiny", 3).to_json(), plan.to_json(), (20, 10, 1), 3)
    assert received(unknown, np.full((64, 64), 255, np.uint8)).shape == (20, 10, 1)
