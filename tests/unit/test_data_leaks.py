"""The leak doctor finds planted leaks, reports nothing for clean sets, and its two sets differ only in the leak."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from clsf.cli.main import main
from clsf.data import file_names, imports
from clsf.data.images import Dataset, Images
from clsf.data.leaks import apart, check, look, moved
from clsf.data.leaks.alike import near
from clsf.data.leaks.groups import groups
from clsf.data.sources import open_dataset
from clsf.errors import DataError

CLASSES = tuple("0123456789")


@pytest.fixture(scope="module")
def shapes() -> Dataset:
    return open_dataset("shapes")


def made(train: tuple, other: tuple, classes: tuple[str, ...] = CLASSES) -> Dataset:
    return Dataset("x", Images(*train, classes), Images(*other, classes))


def kinds(dataset: Dataset, names=None, **meta: object) -> list[str]:
    return [finding.kind for finding in check(dataset, meta, names).findings]


def varied(image: np.ndarray, how: str) -> np.ndarray:
    picture, kept = Image.fromarray(image), io.BytesIO()
    if how == "compressed":
        picture.save(kept, "JPEG", quality=75)
        picture = Image.open(kept)
    elif how == "brighter":
        picture = ImageEnhance.Brightness(picture).enhance(1.1)
    elif how == "resized":
        picture = picture.resize((24, 24)).resize((32, 32))
    elif how == "mirrored":
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    elif how.startswith("moved"):
        if how == "moved and mirrored":
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        padded = np.pad(np.asarray(picture), ((0, 1), (1, 0), (0, 0)), mode="edge")
        return padded[1:, :-1]
    elif how == "cut":
        picture = picture.resize((32, 32), Image.Resampling.BILINEAR, box=(1, 1, 31, 31))
    return np.asarray(picture)


@pytest.mark.parametrize("how", ["compressed", "brighter", "resized", "mirrored", "moved", "moved and mirrored", "cut"])
def test_a_copy_that_was_changed_is_found_and_nothing_else(shapes, how):
    pixels, labels = shapes.train.pixels[:600], shapes.train.labels[:600]
    copies = np.stack([varied(image, how) for image in pixels[:12]])
    other = np.concatenate([shapes.test.pixels[:100], copies]), np.concatenate([shapes.test.labels[:100], labels[:12]])
    (finding,) = check(made((pixels, labels), other), {}).findings
    assert finding.kind == "near-across"
    assert finding.count >= 10
    pairs = [(one[1], two[1]) for one, two in finding.pairs]
    assert all(two == one + 100 for one, two in pairs)


def test_a_picture_is_found_where_it_was_moved_to_and_another_is_not():
    rng = np.random.default_rng(1)
    grey = rng.normal(size=(6, 32, 32)).astype(np.float32).cumsum(axis=1).cumsum(axis=2)
    apart = np.ones(6)
    one = np.arange(6)
    for down, right in ((1, 0), (-2, 3), (3, -3)):
        there = np.roll(grey, (down, right), axis=(1, 2)) * 1.3 + 20
        assert moved.ratios(one, one, grey, there, apart).max() < 0.01
        assert moved.ratios(one, (one + 1) % 6, grey, there, apart).min() > 0.3
    far = np.roll(grey, 9, axis=2)
    assert moved.ratios(one, one, grey, far, apart).min() > 0.1
    assert moved.pictures([Image.new("L", (8, 8))] * 3) is None  # one pixel of eight is too much


def test_equal_images_in_two_parts_and_with_two_labels_are_told_apart(shapes):
    pixels, labels = shapes.train.pixels[:300], shapes.train.labels[:300].copy()
    other_labels = labels[:5].copy()
    other_labels[4] = (other_labels[4] + 1) % 10
    test = np.concatenate([shapes.test.pixels[:100], pixels[:5]]), np.concatenate([shapes.test.labels[:100], other_labels])
    found = {finding.kind: finding for finding in check(made((pixels, labels), test), {}).findings}
    assert list(found) == ["same-across", "labels-disagree"]
    assert found["same-across"].count == 5
    assert found["same-across"].leaked == (0, 1, 2, 3, 4)
    assert found["labels-disagree"].pairs == ((("train", 4), ("test", 104)),)
    assert "5 test images (4.8%) are training images too" in str(found["same-across"].said)


def test_copies_inside_the_training_images_are_torn_apart_by_the_drawn_split(shapes):
    pixels, labels = shapes.train.pixels[:200], shapes.train.labels[:200]
    dataset = made((np.concatenate([pixels, pixels[:50]]), np.concatenate([labels, labels[:50]])), (shapes.test.pixels[:50], shapes.test.labels[:50]))  # fmt: skip
    (finding,) = check(dataset, {}).findings
    assert (finding.kind, finding.count) == ("same-within", 50)
    assert 5 <= len(finding.leaked) <= 30
    assert "are split between them" in str(finding.means)


@pytest.mark.parametrize("name", ["digits", pytest.param("shapes", marks=pytest.mark.slow)])
def test_nothing_is_found_in_a_clean_set(name):
    assert look(name).findings == ()


def test_images_without_neighbours_are_no_copies():
    noise = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 1), np.uint8)
    assert near(noise).tolist() == []
    assert near(noise[:2]).tolist() == []


def test_classes_and_broken_images_are_looked_at(shapes):
    pixels, labels = shapes.train.pixels[:300], shapes.train.labels[:300].copy()
    labels[:] = np.where(np.arange(300) < 12, labels, 1)
    blank = np.concatenate([pixels[:299], np.full((1, 32, 32, 3), 7, np.uint8)])
    test = shapes.test.pixels[:60], np.ones(60, np.int64)
    assert kinds(made((blank, labels), test), broken=[["train/1/a.png", {"sentence": "It is empty.", "values": {}}]]) == [
        "class-missing", "class-count", "broken", "blank",
    ]  # fmt: skip
    named = tuple(sorted(map(str, range(1, 12))))
    assert kinds(made((pixels[:110], np.arange(110) % 11), (shapes.test.pixels[:11], np.arange(11)), named)) == ["class-order"]


def paths(pattern: str, part: str = "train", count: int = 40) -> list[str]:
    return [
        pattern.format(part=part, kind=kind, group=n // 4, number=n, other=(n * 7919) % 10_007) for kind in ("cat", "dog") for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("{part}/{kind}/P{group:03}_{number}.png", "p000"), ("{part}/{kind}/{group:08}_{number:03}.png", "00000000"),
        ("{part}/{kind}/scene_{group}-frame{number}.png", "scene/0"), ("{part}/{kind}/person{group}/{number}.png", "person0"),
        ("{part}/{kind}/s{group:02}e{number:02}.png", "s00"),
    ],
)  # fmt: skip
def test_names_tell_groups(pattern, first):
    assert groups(paths(pattern))[0] == first


@pytest.mark.parametrize(
    "pattern",
    [
        "{part}/{kind}/{number:04}.png", "{part}/{kind}/{kind}_{number}.png", "{part}/{kind}/IMG_{number:04}.JPG",
        "{part}/{kind}/{number:04}_{kind}.png", "{part}/{kind}/{other:x}_{number}.png",
    ],
)  # fmt: skip
def test_names_that_tell_no_groups(pattern):
    assert groups(paths(pattern)) is None


@pytest.fixture
def patients(tmp_path, monkeypatch, shapes):
    """Make a folder of two classes, each with ten patients of four images."""
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    number = iter(range(1000))
    for kind in ("ill", "well"):
        for patient in range(10):
            for shot in range(4):
                file = tmp_path / "images" / kind / f"{kind[0]}{patient:02}_{shot}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(shapes.train.pixels[next(number)]).save(file)
    return tmp_path / "images"


def test_patients_on_both_sides_are_found_and_kept_apart(patients):
    name = imports.import_folder(patients).name
    assert file_names.file_names(name)[0] == "train/ill/i00_0.png"
    (finding,) = look(name).findings
    assert finding.kind == "group-across"
    assert finding.other == "val"
    one, two = (open_dataset(made_name) for made_name in apart(name, "group-across", None))
    assert len(one.train) + len(one.validation) == len(two.train) + len(two.validation) == 80

    def keys(images: Images) -> set[int]:
        every = [image.tobytes() for image in open_dataset(name).train.pixels]
        return {every.index(image.tobytes()) // 4 for image in images.pixels}

    assert keys(one.train) & keys(one.validation)
    assert not keys(two.train) & keys(two.validation)
    with pytest.raises(DataError, match="no leak of the kind 'same-across'"):
        apart(name, "same-across", None)


def test_the_command_names_the_files(patients, capsys):
    first = patients / "ill" / "i00_0.png"
    (patients / "well" / "copy.png").write_bytes(first.read_bytes())
    assert main(["leaks", str(patients)]) == 0
    out = capsys.readouterr().out
    assert "train/ill/i00_0.png  =  train/well/copy.png" in out
    assert "labels-disagree" in out
    assert main(["leaks", "nothing-here"]) == 2


def test_two_sets_with_a_leak_and_without_have_the_same_size_and_validation(tmp_path, monkeypatch, shapes):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    train = shapes.train.pixels[:300]
    np.savez(
        tmp_path / "x.npz", x_train=train, y_train=shapes.train.labels[:300], x_test=np.concatenate([shapes.test.pixels[:60], train[:30]]),
        y_test=np.concatenate([shapes.test.labels[:60], shapes.train.labels[:30]]),
    )  # fmt: skip
    name = imports.import_zip(tmp_path / "x.npz").name
    one, two = (open_dataset(made_name) for made_name in apart(name, "same-across", None))
    assert len(one.train) == len(two.train) == 270
    assert np.array_equal(one.validation.pixels, two.validation.pixels)
    judged = {image.tobytes() for image in one.validation.pixels}
    assert sum(image.tobytes() in judged for image in one.train.pixels) == 30
    assert sum(image.tobytes() in judged for image in two.train.pixels) == 0
