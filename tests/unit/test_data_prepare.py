"""Preparation, against values worked out by hand and against Pillow."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from clsf.data import cache, catalogue, prepared_files
from clsf.data.images import Dataset, Images
from clsf.data.prepare import prepare, prepared_shape, prepared_test
from clsf.data.resize import grey, resized
from clsf.errors import DataError
from clsf.plan import Plan, Preparation

pytestmark = pytest.mark.usefixtures("data_folder")


def images(count=10, shape=(6, 4, 3), seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)
    return Images(pixels, np.arange(count, dtype=np.int64) % 2, ("even", "odd"))


def dataset(checksum=None, **kind):
    return Dataset("made", images(**kind), images(count=4, seed=1, **kind), checksum)


def plan(**preparation):
    return Plan("made", Preparation(**preparation))


@pytest.mark.parametrize(
    ("scale", "black", "white"),
    [pytest.param("zero-one", 0, 1, id="zero-one"), pytest.param("minus-one-one", -1, 1, id="minus-one-one")],
)
def test_a_fixed_scale_maps_black_and_white(scale, black, white):
    found = prepare(dataset(), plan(scale=scale))
    np.testing.assert_array_equal((0 - found.mean) / found.deviation, [black] * 3)
    np.testing.assert_array_equal((255 - found.mean) / found.deviation, [white] * 3)


def test_standardising_uses_the_training_images_alone():
    data = dataset()
    found = prepare(data, plan(scale="standardise"))
    trained = data.train.pixels[found.train].astype(np.float64)
    np.testing.assert_allclose(found.mean, trained.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(found.deviation, trained.std(axis=(0, 1, 2)), rtol=1e-12)
    assert not np.allclose(found.mean, data.train.pixels.mean(axis=(0, 1, 2)), rtol=1e-6)


def test_standardising_a_channel_without_contrast_divides_by_one():
    flat = Images(np.full((4, 5, 5, 1), 7, np.uint8), np.array([0, 1, 0, 1]), ("a", "b"))
    found = prepare(Dataset("flat", flat, None), plan(scale="standardise"))
    assert (found.mean.tolist(), found.deviation.tolist()) == ([7.0], [1.0])


@pytest.mark.parametrize(
    ("colour", "brightness"),
    [
        pytest.param((255, 255, 255), 255, id="white"),
        pytest.param((255, 0, 0), 76, id="red counts 0.299"),
        pytest.param((0, 255, 0), 150, id="green counts 0.587"),
        pytest.param((0, 0, 255), 29, id="blue counts 0.114"),
    ],
)
def test_grey_is_the_brightness(colour, brightness):
    assert grey(np.array(colour, np.uint8).reshape(1, 1, 1, 3)).tolist() == [[[[brightness]]]]


def test_grey_and_size_are_pillows():
    pixels = images(count=3, shape=(9, 7, 3)).pixels
    for image, ours in zip(pixels, grey(pixels), strict=True):
        np.testing.assert_array_equal(ours[..., 0], Image.fromarray(image).convert("L"))
    for image, ours in zip(pixels, resized(pixels, 5, 12), strict=True):
        np.testing.assert_array_equal(ours, Image.fromarray(image).resize((12, 5), Image.Resampling.BILINEAR))


def test_shrinking_four_pixels_to_one_gives_their_mean():
    four = np.array([[0, 100], [200, 120]], np.uint8)[None, :, :, None]
    assert resized(four, 1, 1).item() == 105


@pytest.mark.parametrize(
    ("shape", "preparation", "out"),
    [
        pytest.param((6, 4, 3), {}, (6, 4, 3), id="nothing asked"),
        pytest.param((6, 4, 3), {"image_size": 8}, (8, 8, 3), id="size"),
        pytest.param((6, 4, 3), {"colour": "grey"}, (6, 4, 1), id="to grey"),
        pytest.param((6, 4, 1), {"colour": "rgb"}, (6, 4, 3), id="to colour"),
        pytest.param((6, 4, 1), {"colour": "grey", "image_size": 6}, (6, 6, 1), id="grey stays grey"),
    ],
)
def test_the_shape_is_known_before_and_true_after(shape, preparation, out):
    data = dataset(shape=shape)
    asked = plan(**preparation)
    assert prepared_shape(replace(catalogue.info("digits"), shape=shape), asked.preparation) == out
    found = prepare(data, asked)
    assert found.shape == out
    assert prepared_test(data, asked, found).shape == out


def test_nothing_asked_leaves_the_pixels_where_they_are():
    data = dataset()
    assert prepare(data, plan()).pixels is data.train.pixels


def test_colour_repeats_grey():
    data = dataset(shape=(6, 4, 1))
    np.testing.assert_array_equal(prepare(data, plan(colour="rgb")).pixels, np.repeat(data.train.pixels, 3, axis=3))


def test_prepared_pixels_are_written_once_and_opened_by_all(data_folder):
    news = []
    data = dataset(checksum="ab" * 32)
    first = prepare(data, plan(image_size=8), lambda *said: news.append(said))
    assert news == [("prepare", 0, 10), ("prepare", 10, 10)]
    second = prepare(data, plan(image_size=8), lambda *said: news.append(said))
    assert len(news) == 2
    assert isinstance(second.pixels, np.memmap)
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.pixels, resized(data.train.pixels, 8, 8))
    assert len(list((data_folder / "prepared").glob("*.npy"))) == 1


def test_damaged_prepared_pixels_are_made_again(data_folder):
    data = dataset(checksum="ab" * 32)
    whole = np.array(prepare(data, plan(image_size=8)).pixels)
    (file,) = (data_folder / "prepared").glob("*.npy")
    file.write_bytes(file.read_bytes()[:-100])
    np.testing.assert_array_equal(prepare(data, plan(image_size=8)).pixels, whole)


def test_prepared_pixels_unused_for_longest_make_room(data_folder, monkeypatch):
    data = dataset(checksum="ab" * 32)
    monkeypatch.setattr(prepared_files, "KEEP", 10 * 3 * (8 * 8 + 9 * 9) + 400)
    for size in (8, 9, 7):
        prepare(data, plan(image_size=size))
    assert [file.stem.split("-")[-1] for file in sorted((data_folder / "prepared").glob("*.npy"))] == ["7x7x3", "9x9x3"]


def test_work_that_is_cancelled_leaves_no_half_file(data_folder):
    def cancel(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(dataset(checksum="ab" * 32), plan(image_size=8), cancel)
    assert list((data_folder / "prepared").iterdir()) == []


def test_images_that_would_fill_the_memory_are_refused():
    pixels = np.broadcast_to(np.zeros(1, np.uint8), (60_000, 28, 28, 1))
    many = Images(pixels, np.arange(60_000) % 2, ("a", "b"))
    with pytest.raises(DataError, match=r"60000 images of 256x256 pixels take 11.0 GB.*smaller image size"):
        prepare(Dataset("many", many, None), plan(image_size=256, colour="rgb"))


def test_a_data_set_without_test_images_says_so():
    data = Dataset("made", images(), None)
    with pytest.raises(DataError, match="'made' has no test images"):
        prepared_test(data, plan(), prepare(data, plan()))


def test_test_images_prepared_in_another_way_are_refused():
    data = dataset()
    with pytest.raises(DataError, match=r"become \(8, 8, 3\), but the model was trained on \(6, 4, 3\)"):
        prepared_test(data, plan(image_size=8), prepare(data, plan()))


def test_a_disk_that_takes_nothing_is_named(data_folder, monkeypatch):
    data_folder.mkdir()
    (data_folder / "file").write_text("")
    monkeypatch.setenv("CLSF_DATA", str(data_folder / "file"))
    with pytest.raises(DataError, match=r"can't be stored in .*file: Not a directory.*CLSF_DATA"):
        prepare(dataset(checksum="ab" * 32), plan(image_size=8))
    assert cache.names() == []
