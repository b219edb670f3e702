"""Images from a browser: good, corrupt, huge, of the wrong type, malicious; who may see them, and for how long."""

import io
import os
import stat
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from clsf.data import cache, catalogue, private, upload
from clsf.data.sources import open_dataset
from clsf.data.split import split
from clsf.data.task import Task
from clsf.data.upload import import_upload, packed
from clsf.errors import DataError
from tests.unit.child import played

pytestmark = pytest.mark.usefixtures("data_folder")


def picture(colour=(200, 30, 30), size=(12, 12), kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def zip_of(files, compression=zipfile.ZIP_DEFLATED) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


def photos(count=3, classes=("cat", "dog")):
    return {f"{name}/{k}.png": picture((10 * k, 50 * label, 0)) for label, name in enumerate(classes) for k in range(count)}


def refusal(archive) -> str:
    with pytest.raises(DataError) as caught:
        import_upload(archive, "mine", "secret")
    assert cache.names() == []
    return str(caught.value)


def test_a_zip_becomes_a_private_set():
    found = import_upload(zip_of(photos()), "My photos", "secret", image_size=8)
    assert private.is_name(found.name)
    assert (str(found.info.title), found.info.private, found.info.saved) == ("My photos", True, False)
    assert (found.info.shape, found.info.train, found.info.classes) == ((8, 8, 3), 6, ("cat", "dog"))
    np.testing.assert_array_equal(open_dataset(found.name).train.pixels[4, 0, 0], [10, 50, 0])


def test_single_files_are_left_out_by_name_and_reason():
    files = photos() | {
        "cat/broken.png": b"no image",
        "cat/half.jpg": picture(size=(60, 60), kind="JPEG")[:300],
        "notes.txt": b"x",
    }
    found = import_upload(zip_of(files), "mine", "secret")
    reasons = {name: str(why) for name, why in found.skipped}
    assert set(reasons) == {"cat/broken.png", "cat/half.jpg", "notes.txt"}
    assert reasons["cat/broken.png"] == "It can't be read as an image (PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF, HEIC)."
    assert found.info.train == 6


def test_what_a_picture_says_of_place_and_camera_is_not_kept(data_folder):
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    files = photos() | {"cat/9.jpg": picture(kind="JPEG", exif=exif)}
    found = import_upload(zip_of(files), "mine", "secret")
    assert all(b"Secret camera" not in file.read_bytes() for file in (data_folder / "sets" / found.name).iterdir())


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({"cat/1.png": picture(), "cat/2.png": picture()}, "Found 1 class (cat)", id="one class"),
        pytest.param({"a.txt": b"hello"}, "There is no image in it", id="no image"),
        pytest.param({"cat/1.png": b"x", "dog/1.png": picture()}, "The class 'cat' has no image", id="a class of broken files"),
        pytest.param({"../../etc/cat/1.png": picture(), "dog/1.png": picture()}, "could lead out of it", id="dots"),
        pytest.param({"/etc/cat/1.png": picture()}, "could lead out of it", id="absolute"),
        pytest.param({"C:/cat/1.png": picture()}, "could lead out of it", id="a drive"),
    ],
)
def test_what_can_not_be_used_is_refused_in_words(files, said):
    assert said in refusal(zip_of(files))


def test_a_link_in_an_archive_is_refused():
    link = zipfile.ZipInfo("cat/1.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "could lead out of it" in refusal(zip_of({link: "/etc/passwd", "dog/1.png": picture()}))


def test_what_is_no_archive_is_refused():
    assert "not a zip archive" in refusal(io.BytesIO(b"%PDF-1.7 and so on"))
    assert "not a zip archive" in refusal(io.BytesIO(picture()))
    assert "not a zip archive" in refusal(io.BytesIO(b""))
    assert "not a zip archive" in refusal(io.BytesIO(zip_of(photos()).getvalue()[:-60]))


def test_a_zip_bomb_is_refused_unread():
    assert "grows more than 100 times" in refusal(zip_of({"cat/1.png": bytes(40_000_000), "dog/1.png": picture()}))


def test_an_image_of_too_many_pixels_is_left_out_by_its_header():
    bomb = picture(size=(12_000, 12_000))
    found = import_upload(zip_of(photos() | {"cat/bomb.png": bomb}), "mine", "secret")
    assert [(name, str(why)) for name, why in found.skipped] == [("cat/bomb.png", "It has more than 20 megapixels.")]


def test_too_much_is_refused_before_it_is_stored(monkeypatch):
    monkeypatch.setenv("CLSF_UPLOAD_MB", "1")
    assert "more than 1 MB" in refusal(io.BytesIO(bytes(1_000_001)))


def test_two_images_are_read_but_can_not_be_split():
    found = import_upload(zip_of(photos(count=1)), "mine", "secret")
    with pytest.raises(DataError, match="2 images can't be split"):
        split(open_dataset(found.name).train.labels, 0.2, 0)


def test_a_size_that_is_no_size_is_refused():
    with pytest.raises(DataError, match="image_size is 3"):
        import_upload(zip_of(photos()), "mine", "secret", image_size=3)


# The process.


def test_cancelling_ends_it_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    task = Task(lambda progress: import_upload(zip_of(photos()), "m", "s", None, progress, played("time.sleep(60)")))
    time.sleep(0.3)
    task.cancel()
    assert task.wait(10)
    assert (task.cancelled, task.failure, task.result) == (True, None, None)
    assert [name for name in os.listdir(tmp_path) if name.startswith("clsf-upload")] == []


def test_a_crash_while_reading_is_a_sentence():
    with pytest.raises(DataError, match=r"ended with code -9 \(it said nothing\)"):
        import_upload(zip_of(photos()), "m", "s", command=played("os.kill(os.getpid(), 9)"))


def test_it_may_not_take_too_long(monkeypatch):
    monkeypatch.setattr(upload, "MAX_SECONDS", 0)
    with pytest.raises(DataError, match="took more than 0 minutes"):
        import_upload(zip_of(photos()), "m", "s", command=played("time.sleep(60)"))


def test_a_failure_that_nobody_thought_of_is_told_too():
    task = Task(lambda progress: 1 / 0)
    assert task.wait(5)
    assert str(task.failure) == "It failed with ZeroDivisionError: division by zero."


# Class by class.


def test_single_images_are_packed_into_folders():
    file = io.BytesIO(picture())
    with packed(
        [("cats", "1.png", file), ("cats", "1.png", file), ("a/../b", "../../x.png", file), (" ", ".png", file)]
    ) as out:
        names = zipfile.ZipFile(out).namelist()
    assert names == ["cats/00000-1.png", "cats/00001-1.png", "a-..-b/00002-x.png", "class/00003-png"]


def test_packed_images_are_imported():
    files = [(kind, "photo.png", io.BytesIO(picture((k, 0, 9)))) for kind in ("고양이", "개") for k in range(3)]
    with packed(files) as archive:
        found = import_upload(archive, "mine", "secret")
    assert (found.info.classes, found.info.train, found.skipped) == (("개", "고양이"), 6, ())


# Who may see them.


def test_another_secret_is_another_name_and_the_same_one_the_same():
    names = [import_upload(zip_of(photos()), "m", secret).name for secret in ("one", "two", "one")]
    assert names[0] == names[2] != names[1]
    assert all(len(name) == len("folder-") + 24 for name in names)


def test_a_private_set_is_in_no_list():
    found = import_upload(zip_of(photos()), "mine", "secret")
    assert catalogue.imported() == []
    with pytest.raises(DataError) as caught:
        catalogue.info("folder-")
    assert found.name not in str(caught.value)
    assert catalogue.info(found.name).private


def test_saving_keeps_it_under_a_title_and_for_everybody_if_wished():
    name = import_upload(zip_of(photos()), "mine", "secret").name
    checksum = cache.facts(name)["checksum"]
    private.save(name, "  Cats & dogs ")
    info = catalogue.info(name)
    assert (str(info.title), info.private, info.saved) == ("Cats & dogs", True, True)
    assert catalogue.imported() == []
    private.save(name, "Ours", everyone=True)
    assert [found.name for found in catalogue.imported()] == [name]
    assert cache.facts(name)["checksum"] == checksum
    with pytest.raises(DataError, match="A name is needed"):
        private.save(name, "  ")


def test_what_is_not_saved_goes_a_day_after_its_last_use():
    kept, saved = (import_upload(zip_of(photos()), "m", secret).name for secret in ("one", "two"))
    private.save(saved, "kept")
    assert private.sweep() == []
    later = time.time() + private.KEEP + 60
    assert private.sweep(later) == [kept]
    assert cache.names() == [saved]
    assert not private.use(kept)
    with pytest.raises(DataError, match="not here any more"):
        private.save(kept, "too late")


def test_use_keeps_it_alive():
    name = import_upload(zip_of(photos()), "m", "s").name
    meta = cache.data_folder() / "sets" / name / "meta.json"
    os.utime(meta, (1, 1))
    assert private.use(name)
    assert private.sweep() == []


def test_removing_takes_the_prepared_images_too(data_folder):
    name = import_upload(zip_of(photos()), "m", "s").name
    prepared = data_folder / "prepared"
    prepared.mkdir()
    (prepared / f"{name}-abc-train-8x8x3.npy").write_bytes(b"x")
    (prepared / "other-abc.npy").write_bytes(b"x")
    private.remove(name)
    assert cache.names() == []
    assert [file.name for file in prepared.iterdir()] == ["other-abc.npy"]


@pytest.mark.parametrize("name", ["digits", "folder-../../..", "folder-" + "g" * 24, "folder-" + "a" * 12, None, 3])
def test_only_private_names_are_removed_or_used(name):
    assert not private.is_name(name)
    assert not private.use(name)
    private.remove(name)


def test_an_order_is_not_for_everybodys_eyes(monkeypatch):
    """The secret is passed in a file that only its owner can read, not as an argument."""
    code = "print(json.dumps({'result': {'name': str(oct(os.stat(sys.argv[1]).st_mode)[-3:]), 'skipped': []}}), flush=True)"
    monkeypatch.setattr(catalogue, "info", lambda name: name)
    assert import_upload(zip_of(photos()), "m", "s", command=played(code)).name == "700"
