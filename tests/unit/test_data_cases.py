"""Users' files: each archive and folder of tests/cases/images, by the command line and as an upload."""

import io
import json
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clsf.cli.train import _say_data
from clsf.data import archives, cache
from clsf.data.decode import decode
from clsf.data.imports import import_folder, import_zip
from clsf.data.layout import LayoutChoices
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.data.upload import import_upload, packed_tree, read_upload
from clsf.errors import DataError
from clsf.plan import Plan

pytestmark = pytest.mark.usefixtures("data_folder")

CASES = Path(__file__).parents[1] / "cases" / "images"
PETS, VEHICLES = ("cats", "dogs"), ("bus", "car", "train")


def by_command_line(name, choices=None):
    return (import_folder if (CASES / name).is_dir() else import_zip)(CASES / name, choices=choices)


def by_browser(name, choices=None):
    path = CASES / name
    if path.is_file():
        archive = io.BytesIO(path.read_bytes())
    else:  # a browser gives the folder's own name first
        files = sorted(file for file in path.rglob("*") if file.is_file())
        archive = packed_tree([(file.relative_to(path.parent).as_posix(), io.BytesIO(file.read_bytes())) for file in files])
    with archive:
        return import_upload(archive, "mine", "secret", choices=choices)


READ = [  # file, classes, training, validation, test images, left out
    ("training_testing.zip", PETS, 8, 0, 4, 0),
    ("training_set.zip", PETS, 8, 0, 4, 0),
    ("seg_train.zip", PETS, 8, 0, 4, 3),
    ("fruits360.zip", PETS, 8, 0, 4, 2),
    ("train_validation.zip", PETS, 8, 4, 0, 0),
    ("train_val_test.zip", PETS, 8, 4, 4, 0),
    ("class_named_train.zip", VEHICLES, 12, 0, 0, 0),
    ("class_named_train_inside.zip", VEHICLES, 12, 0, 6, 0),
    ("class_named_train_nested.zip", VEHICLES, 18, 0, 0, 0),
    ("cp850_german.zip", ("Bär", "Hündchen", "Käfer", "Vögel"), 16, 0, 0, 0),
    ("cp850_french.zip", ("chèvre", "Écureuil", "âne", "éléphant"), 16, 0, 0, 0),
    ("cp866_russian.zip", ("кошка", "собака"), 8, 0, 0, 0),
    ("sjis.zip", ("犬", "猫"), 8, 0, 0, 0),
    ("big5.zip", ("狗", "貓"), 8, 0, 0, 0),
    ("gbk.zip", ("狗", "猫"), 8, 0, 0, 0),
    ("sjis_7075.zip", ("犬", "猫"), 8, 0, 0, 0),
    ("sjis_katakana.zip", ("ソフト", "ハード"), 8, 0, 0, 0),
    ("backslash.zip", PETS, 8, 0, 0, 0),
    ("cp949_mixed.zip", ("강아지", "고양이"), 12, 0, 0, 0),
    ("cp949_class_hanja.zip", ("고양이(大)", "고양이(小)"), 8, 0, 0, 0),
    ("dir_train_test", PETS, 8, 4, 4, 0),
    ("dir_hidden", PETS, 8, 0, 0, 0),
    ("dir_nested", PETS, 12, 0, 0, 0),
    ("dir_root_image", PETS, 8, 0, 0, 1),
    ("ext_jfif.zip", PETS, 11, 0, 0, 0),
    ("ext_jfif_only_class.zip", ("birds", "cats", "dogs"), 11, 0, 0, 0),
    ("formats_bmp_only.zip", PETS, 8, 0, 0, 0),
    ("leading_dot.zip", ("java", "python"), 8, 0, 0, 4),
    ("macosx.zip", PETS, 8, 0, 0, 0),
    ("test_only_extra_root.zip", PETS, 8, 0, 4, 1),
    ("kaggle_csv.zip", ("cat", "dog"), 2, 0, 0, 5),
    ("kaggle_dogs_vs_cats.zip", ("cat", "dog"), 8, 0, 0, 0),
    ("teachable_tm.zip", ("Class 1", "Class 2"), 8, 0, 0, 1),
    ("project.tm", ("Class 1", "Class 2"), 8, 0, 0, 1),
    ("dupes_train_test.zip", PETS, 8, 0, 8, 0),
]


QUICK = ("train_val_test.zip", "cp949_mixed.zip", "backslash.zip", "dir_hidden", "project.tm", "dupes_train_test.zip")
"""Read in both ways by every change; the others come as a browser sends them in the slow tests, each in a process of its own."""


@pytest.mark.parametrize(
    ("way", "name", "classes", "train", "validation", "test", "left_out"),
    [
        pytest.param(
            way,
            *row,
            id=f"{row[0]}-{way.__name__}",
            marks=pytest.mark.slow if way is by_browser and row[0] not in QUICK else (),
        )
        for row in READ
        for way in (by_command_line, by_browser)
    ],
)
def test_what_people_bring_is_read(way, name, classes, train, validation, test, left_out):
    found = way(name)
    info = found.info
    assert (info.classes, info.train, info.validation, info.test) == (classes, train, validation, test)
    assert len(found.skipped) == left_out, found.skipped


@pytest.mark.parametrize("way", [by_command_line, by_browser])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("all_truncated_class.zip", "The class 'cats' has no image that can be read for training. cats/0.jpg: It is damaged"),
        ("val_test_no_train.zip", "There are folders for 'test', 'val', but none for training"),
        ("trailing_space.zip", "they differ only in spaces"),
        ("zip_in_zip.zip", "only other archives (cats-samples.zip, dogs-samples.zip). Unpack those first"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_reason(way, name, said):
    with pytest.raises(DataError) as caught:
        way(name)
    assert said in str(caught.value)


@pytest.mark.parametrize("way", [by_command_line, by_browser])
def test_formats_are_told_by_content(way):
    left = {file.rsplit("/", 1)[-1] for file, _ in way("formats_tif_gif_avif_heic_svg.zip").skipped}
    assert "a.svg" in left
    assert not left & {"a.tif", "a.tiff", "a.gif", "a.avif", "a.bmp"}
    left = {file.rsplit("/", 1)[-1] for file, _ in way("wrong_ext.zip").skipped}
    assert "html.jpg" in left
    assert not left & {"reallyjpeg.png", "reallypng.jpg", "webp.jpg", "gif.jpg", "bmp.jpg", "avif.jpg", "tiff.jpg"}


@pytest.mark.parametrize(("first", "second", "theirs"), [
    ("stale_B_with_heic_and_val.zip", "stale_A.zip", "heic"), ("stale_C_with_secret_name.zip", "stale_D_clean.zip", "diary"),
])  # fmt: skip
def test_an_import_tells_nothing_of_another(first, second, theirs):
    by_command_line(first)
    found = by_command_line(second)
    assert found.skipped == ()
    assert theirs not in json.dumps(cache.facts(found.name))


def test_copies_of_training_images_are_named():
    copies = by_browser("dupes_train_test.zip").copies
    assert len(copies) == 8
    assert ("test/cats/0.png", "train/cats/0.png") in copies


def test_a_reading_is_shown_and_can_be_changed_before_it_is_used():
    archive = io.BytesIO((CASES / "val_test_no_train.zip").read_bytes())
    reading = read_upload(archive)
    assert reading.question is not None
    assert [(name, role) for name, role, _ in reading.folders] == [("test", "test"), ("val", "val")]
    chosen = LayoutChoices({"val": "train"})
    assert read_upload(archive, chosen).counts == {"cats": {"train": 4, "val": 0, "test": 2}, "dogs": {"train": 4, "val": 0, "test": 2}}  # fmt: skip
    found = by_browser("val_test_no_train.zip", chosen)
    assert (found.info.train, found.info.test) == (8, 4)


def test_another_encoding_can_be_asked_for():
    assert by_command_line("gbk.zip", LayoutChoices(encoding="cp949")).info.classes != ("狗", "猫")
    assert read_upload(io.BytesIO((CASES / "gbk.zip").read_bytes())).encoding == "gbk"


def test_own_validation_images_validate_and_nothing_is_drawn():
    dataset = open_dataset(by_command_line("train_val_test.zip").name)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (8, 4, 4)
    prepared = prepare(dataset, Plan(dataset.name, validation_share=0.5))
    assert sorted(prepared.train) == list(range(8))
    assert sorted(prepared.validation) == list(range(8, 12))
    assert sorted(prepared.labels[prepared.validation]) == dataset.validation.labels.tolist() == [0, 0, 1, 1]
    for part in (prepared.train, prepared.validation):  # as everywhere, the first images are a fair sample
        assert set(prepared.labels[part[:2]]) == {0, 1}


def test_deflate64_is_unpacked():
    from inflate64 import Deflater

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for kind in ("cats", "dogs"):
            data = (CASES / "dir_nested" / kind / {"cats": "siamese", "dogs": "pug"}[kind] / "0.png").read_bytes()
            deflater = Deflater()
            packed = deflater.deflate(data) + deflater.flush()
            archive.writestr(f"{kind}/0.png", packed)
            archive.filelist[-1].compress_type, archive.filelist[-1].file_size = archives.DEFLATE64, len(data)
            archive.filelist[-1].CRC = zlib.crc32(data)
    assert import_zip(out).info.train == 2


def test_a_photograph_of_50_megapixels_is_read_at_a_reduced_size():
    out = io.BytesIO()
    Image.new("RGB", (8660, 5774), (200, 30, 30)).save(out, "JPEG")
    assert np.abs(decode(out.getvalue(), 32, 32, 3).astype(int) - (200, 30, 30)).max() <= 2
    out = io.BytesIO()
    Image.new("L", (5000, 4100)).save(out, "PNG")  # a PNG can't be read at a reduced size
    with pytest.raises(DataError, match="more than 20 megapixels"):
        decode(out.getvalue(), 32, 32, 3)


def test_train_says_as_json_what_is_trained_on_and_what_was_left_out(capsys):
    found = by_command_line("seg_train.zip")
    _say_data(found.name, found)
    line = json.loads(capsys.readouterr().out)
    assert [line[key] for key in ("event", "classes", "train", "validation", "test")] == ["data", list(PETS), 8, 0, 4]
    why = "Its folder 'seg_pred' is for neither training, validation nor test."
    assert line["left_out"] == [{"file": f"seg_pred/seg_pred/{k}.png", "why": why} for k in range(3)]
