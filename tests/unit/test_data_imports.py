"""Importing folders and zip archives: what is read, what is left out, what is refused."""

import functools
import io
import json
import stat
import struct
import unicodedata
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from clsf.data import archives, cache, catalogue, listing
from clsf.data.imports import import_folder, import_zip
from clsf.data.sources import open_dataset
from clsf.errors import DataError

pytestmark = pytest.mark.usefixtures("data_folder")


def picture(colour=(200, 30, 30), size=(12, 12), mode="RGB", kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def grey(value, size=(12, 12)):
    return picture(value, size, "L")


TWO = {"train/cat/1.png": picture((200, 30, 30)), "train/dog/1.png": picture((30, 30, 200))}


def folder_of(tmp_path, files):
    folder = tmp_path / "images"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def zip_of(files, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


def reasons(found):
    return {name: str(why) for name, why in found.skipped}


def test_a_folder_becomes_a_data_set(tmp_path):
    files = TWO | {"train/cat/2.png": picture((0, 255, 0)), "test/dog/9.png": picture((1, 2, 3))}
    found = import_folder(folder_of(tmp_path, files), title="Pets")
    assert found.skipped == ()
    assert found.name.startswith("folder-")
    info = catalogue.info(found.name)
    assert (str(info.title), info.classes, info.shape, info.train, info.test) == ("Pets", ("cat", "dog"), (12, 12, 3), 3, 1)
    assert [known.name for known in catalogue.imported()] == [found.name]
    data = open_dataset(found.name)
    assert data.train.labels.tolist() == [0, 0, 1]
    assert data.train.pixels[:, 0, 0].tolist() == [[200, 30, 30], [0, 255, 0], [30, 30, 200]]
    assert data.test.labels.tolist() == [1]
    assert data.test.pixels[0, 5, 5].tolist() == [1, 2, 3]


def test_without_test_images_there_is_no_test_part():
    found = import_zip(zip_of(TWO))
    assert found.info.test == 0
    assert open_dataset(found.name).test is None


def test_folder_and_zip_of_the_same_content_are_the_same_data_set(tmp_path):
    files = TWO | {"test/cat/1.png": picture((9, 9, 9))}
    names = {
        import_folder(folder_of(tmp_path, files)).name,
        import_zip(zip_of(files)).name,
        import_zip(zip_of(dict(reversed(files.items())))).name,
        import_zip(zip_of({f"wrapped/twice/{name}": data for name, data in files.items()})).name,
        import_zip(zip_of({f"{name[0].upper()}{name[1:]}": data for name, data in files.items()})).name,
    }
    assert len(names) == 1
    assert import_zip(zip_of(TWO)).name not in names


def test_class_folders_at_the_top_are_training_images():
    bare = {name.removeprefix("train/"): data for name, data in TWO.items()}
    assert import_zip(zip_of(bare)).name == import_zip(zip_of(TWO)).name
    assert import_zip(zip_of({f"my pets/{name}": data for name, data in bare.items()})).name == import_zip(zip_of(TWO)).name


def test_importing_again_decodes_nothing():
    import_zip(zip_of(TWO), title="First")
    stages = []
    again = import_zip(zip_of(TWO), lambda *news: stages.append(news), title="Second")
    assert stages == [("read", 0, 2), ("read", 2, 2)]
    assert str(again.info.title) == "First"


def test_an_import_tells_how_far_it_is():
    news = []
    import_zip(zip_of(TWO), lambda *said: news.append(said))
    assert news == [("read", 0, 2), ("read", 2, 2), ("prepare", 0, 2), ("prepare", 2, 2)]


def test_an_import_that_is_cancelled_leaves_nothing(data_folder):
    def cancel(stage, done, total):
        if stage == "prepare":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_zip(zip_of(TWO), cancel)
    assert list((data_folder / "sets").iterdir()) == []


def test_the_title_is_the_files_name_unless_given(tmp_path):
    (tmp_path / "pets.zip").write_bytes(zip_of(TWO).getvalue())
    assert str(import_zip(tmp_path / "pets.zip").info.title) == "pets"


CUT = picture(size=(64, 64), kind="JPEG")[:-200]


def random_png(side, seed=0):
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


def huge_header():
    """Return a PNG of a few bytes whose header claims 30,000 x 30,000 pixels."""
    data = bytearray(picture())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def large_header():
    data = bytearray(picture())
    data[16:24] = (5_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def promising(kind, side=60_000):
    """Return a small image file of this format whose header claims this many pixels per side."""
    file = io.BytesIO()
    Image.new("P" if kind == "GIF" else "RGB", (8, 8)).save(file, kind)
    data = bytearray(file.getvalue())
    if kind == "BMP":
        data[18:26] = struct.pack("<ii", side, side)
    elif kind == "GIF":
        data[6:10] = struct.pack("<HH", side, side)
    else:  # TIFF: the width and the height are entries of its directory
        (start,) = struct.unpack("<I", data[4:8])
        for at in range(start + 2, start + 2 + 12 * int.from_bytes(data[start : start + 2], "little"), 12):
            tag = int.from_bytes(data[at : at + 2], "little")
            if tag in (256, 257):
                data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, side)
    return bytes(data)


def with_chunk(kind, packed):
    """A PNG with one more chunk, packed text or a colour profile, before its pixels."""
    data, body = picture(), b"x\0\0" + packed
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


@functools.cache
def packed_zeros():
    return zlib.compress(bytes(100_000_000), 9)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        pytest.param("train/cat/x.tif", promising("TIFF"), "It has more than 20 megapixels.", id="TIFF of 3,600 megapixels"),
        pytest.param("train/cat/x.bmp", promising("BMP"), "It has more than 20 megapixels.", id="BMP of 3,600 megapixels"),
        pytest.param("train/cat/x.gif", promising("GIF"), "It has more than 20 megapixels.", id="GIF of 3,600 megapixels"),
        pytest.param(
            "train/cat/x.ppm", b"P6 99999 99999 255\n", "It has more than 20 megapixels.", id="PPM of 10,000 megapixels"
        ),
        pytest.param("train/cat/x.png", with_chunk(b"zTXt", packed_zeros()), "It is damaged: ", id="100 MB of text in a PNG"),
        pytest.param(
            "train/cat/x.png", with_chunk(b"iCCP", packed_zeros()), "It is damaged: ", id="100 MB of profile in a PNG"
        ),
        pytest.param(
            "train/cat/x.png",
            b"hello",
            "It can't be read as an image (PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF, HEIC).",
            id="no image",
        ),
        pytest.param(
            "train/cat/x.png", b"", "It can't be read as an image (PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF, HEIC).", id="empty"
        ),
        pytest.param("train/cat/x.jpg", CUT, "It is damaged: ", id="cut off JPEG"),
        pytest.param("train/cat/x.png", random_png(64)[:-4000], "It is damaged: ", id="cut off PNG"),
        pytest.param("train/cat/x.png", huge_header(), "It has more than 20 megapixels.", id="900 megapixels"),
        pytest.param("train/cat/x.png", large_header(), "It has more than 20 megapixels.", id="25 megapixels"),
        pytest.param("train/cat/x.txt", b"x", "It is not an image that is read here: PNG, JPEG", id="other kind"),
        pytest.param("train/x.png", picture(), "It lies outside the folders of the classes.", id="too high"),
        pytest.param(
            "more/x.png",
            picture(),
            "Its folder 'more' is for neither training, validation nor test.",
            id="neither train nor test",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_left_out(tmp_path, name, data, why):
    for found in (import_folder(folder_of(tmp_path, TWO | {name: data})), import_zip(zip_of(TWO | {name: data}))):
        assert found.info.train == 2
        assert found.info.shape == (12, 12, 3)  # it doesn't affect the size either
        assert list(reasons(found)) == [name]
        assert reasons(found)[name].startswith(why)


def test_what_was_left_out_is_told_again_the_next_time():
    files = TWO | {"train/cat/x.png": b"no"}
    assert reasons(import_zip(zip_of(files))) == reasons(import_zip(zip_of(files))) != {}


def test_a_damaged_member_of_an_archive_is_left_out():
    file = zip_of(TWO | {"train/cat/2.png": random_png(16)}, zipfile.ZIP_STORED)
    data = bytearray(file.getvalue())
    data[data.index(random_png(16)[60:80])] ^= 1
    found = import_zip(io.BytesIO(data))
    assert reasons(found)["train/cat/2.png"].startswith("The archive is damaged here: Bad CRC-32")


def test_what_computers_leave_behind_is_passed_over():
    left = {"__MACOSX/train/cat/._1.png": b"x", ".DS_Store": b"x", "train/cat/._hidden.png": b"x", "train/.git/a/b.png": b"x"}
    assert import_zip(zip_of(TWO | left)) == import_zip(zip_of(TWO))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        pytest.param({"train/cat/1.png": picture()}, r"Found 1 class \(cat\), but .* two or more", id="one class"),
        pytest.param({"read me.txt": b"x"}, "There is no image in it", id="no image"),
        pytest.param({}, "There is no image in it", id="nothing"),
        pytest.param(TWO | {"train/cow/1.png": b"x"}, "The class 'cow' has no image that can be read", id="broken class"),
        pytest.param(TWO | {"train/cow/1.txt": b"x"}, "The class 'cow' has no image that can be read", id="class of texts"),
        pytest.param(TWO | {"train/cow/": b""}, "The class 'cow' has no image that can be read", id="empty class"),
        pytest.param(TWO | {"test/cow/1.png": picture()}, "test images of 'cow', but no training images", id="only tested"),
        pytest.param(
            {f"{'c' * 60}{k}/1.png": picture() for k in range(2)}, "Two folders give the same class name 'ccc", id="long names"
        ),
        pytest.param({f"{k}/1.png": picture() for k in range(1001)}, "Found 1001 classes, but at most 1000", id="many classes"),
    ],
)
def test_what_makes_no_data_set_is_refused(files, sentence, data_folder):
    with pytest.raises(DataError, match=sentence):
        import_zip(zip_of(files))
    assert catalogue.imported() == []


def test_an_empty_class_folder_is_refused_in_folders_too(tmp_path):
    folder = folder_of(tmp_path, TWO)
    (folder / "train" / "cow").mkdir()
    with pytest.raises(DataError, match="The class 'cow' has no image that can be read"):
        import_folder(folder)


def test_class_names_may_be_in_any_script_but_not_play_tricks():
    composed = "고양이"
    taken_apart = unicodedata.normalize("NFD", composed)  # as a Mac packs it
    files = {f"{taken_apart}/1.png": picture(), "do\x1bg\u202e/1.png": picture(), "x" * 70 + "/1.png": picture()}
    assert set(import_zip(zip_of(files)).info.classes) == {composed, "dog", "x" * 60}


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_survive_archives_that_do_not_say_their_encoding(encoding):
    raw = "고양이".encode(encoding)
    packed = zip_of({"A" * len(raw) + "/1.png": picture((1, 2, 3)), "dog/1.png": picture()}).getvalue()
    assert import_zip(io.BytesIO(packed.replace(b"A" * len(raw), raw))).info.classes == ("dog", "고양이")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png", "train/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\cat\\evil.png", "train//cat/1.png",
        "__MACOSX/../evil.png",
    ],
)  # fmt: skip
def test_names_that_lead_out_of_an_archive_are_refused(name):
    with pytest.raises(DataError, match="which could lead out of it"):
        import_zip(zip_of(TWO | {name: picture()}))


def test_links_in_an_archive_are_refused():
    file = zip_of(TWO)
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("train/cat/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="which could lead out of it"):
        import_zip(file)


def test_links_in_a_folder_are_not_followed(tmp_path):
    folder = folder_of(tmp_path, TWO)
    (tmp_path / "outside.png").write_bytes(picture())
    (folder / "train/cat/link.png").symlink_to(tmp_path / "outside.png")
    (folder / "train/cow").symlink_to(tmp_path)
    found = import_folder(folder)
    assert found.info.classes == ("cat", "dog")
    assert set(reasons(found)) == {"train/cat/link.png", "train/cow"}
    assert found.info.train == 2


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(DataError, match="grows more than 100 times"):
        import_zip(zip_of(TWO | {"train/cat/bomb.png": bytes(20_000_000)}))


def test_many_small_bombs_are_refused_too():
    with pytest.raises(DataError, match="grows more than 100 times"):
        import_zip(zip_of(TWO | {f"train/cat/{k}.png": bytes(4_000_000) for k in range(4)}))


def test_small_files_may_shrink_well():
    assert import_zip(zip_of(TWO | {"train/cat/flat.txt": bytes(1_000_000)})).info.train == 2


def test_an_archive_that_lies_about_sizes_is_not_believed():
    """The table of contents says 100 bytes, but 20 MB are packed. Only 100 bytes are unpacked."""
    packed = zip_of({"train/cat/1.png": picture(), "train/dog/1.png": picture(), "train/dog/2.png": bytes(20_000_000)})
    lied = packed.getvalue().replace((20_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    found = import_zip(io.BytesIO(lied))
    assert reasons(found)["train/dog/2.png"].startswith("The archive is damaged here")


def test_encrypted_archives_are_refused():
    data = bytearray(zip_of(TWO).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(DataError, match=r"encrypted \(train/cat/1.png asks for a password\)"):
        import_zip(io.BytesIO(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_methods_without_bounds_are_refused(method):
    with pytest.raises(DataError, match="only plain zip"):
        import_zip(zip_of(TWO, method))


@pytest.mark.parametrize("data", [b"", b"hello", picture(), zip_of(TWO).getvalue()[:-30]])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(DataError, match="not a zip archive that can be read"):
        import_zip(io.BytesIO(data))


def test_paths_that_lead_nowhere_are_named(tmp_path):
    with pytest.raises(DataError, match=r"nothing.zip can't be opened: No such file"):
        import_zip(tmp_path / "nothing.zip")
    with pytest.raises(DataError, match=r"There is no folder .*nothing"):
        import_folder(tmp_path / "nothing")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    monkeypatch.setattr(listing, "MAX_FILES", 2)
    files = TWO | {"train/cat/2.png": picture()}
    for work in (lambda: import_zip(zip_of(files)), lambda: import_folder(folder_of(tmp_path, files))):
        with pytest.raises(DataError, match="more than 2 files"):
            work()


def test_a_huge_table_of_contents_is_not_read(monkeypatch):
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 100)
    with pytest.raises(DataError, match="There are more than 50000 files"):
        import_zip(zip_of(TWO))


def test_too_many_bytes_are_refused(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, TWO)
    monkeypatch.setattr(listing, "MAX_FILE", 10)
    with pytest.raises(DataError, match=r"The file train/cat/1.png has .* MB"):
        import_folder(folder)
    monkeypatch.setattr(listing, "MAX_FILE", 1000)
    monkeypatch.setattr(listing, "MAX_BYTES", 100)
    with pytest.raises(DataError, match=r"The files have .* MB together"):
        import_folder(folder)


@pytest.mark.parametrize(
    ("sizes", "image_size", "out"),
    [
        pytest.param([(12, 10), (12, 10)], None, (10, 12), id="one size is kept (width, height in, height, width out)"),
        pytest.param([(12, 10), (30, 20), (41, 40)], None, (20, 20), id="the median short side"),
        pytest.param([(90, 100), (300, 200), (410, 400)], None, (64, 64), id="at most 64"),
        pytest.param([(300, 300), (300, 300)], None, (64, 64), id="one size that no plan could keep"),
        pytest.param([(1, 9), (9, 1)], None, (4, 4), id="at least 4"),
        pytest.param([(12, 12), (12, 12)], 24, (24, 24), id="asked for"),
    ],
)
def test_images_get_one_size(sizes, image_size, out):
    files = {f"{'ab'[k % 2]}/{k}.png": picture(size=size) for k, size in enumerate(sizes)}
    assert import_zip(zip_of(files), image_size=image_size).info.shape == (*out, 3)


def test_an_asked_size_is_another_data_set_and_has_to_be_possible():
    assert import_zip(zip_of(TWO), image_size=8).name != import_zip(zip_of(TWO)).name
    with pytest.raises(DataError, match="image_size is 2000, but must be a whole number from 4 to 256"):
        import_zip(zip_of(TWO), image_size=2000)


def test_a_cut_keeps_the_centre_and_the_proportions():
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 8:16] = 255
    file = io.BytesIO()
    Image.fromarray(wide).save(file, "PNG")
    found = import_zip(zip_of({"a/1.png": file.getvalue(), "b/1.png": picture(size=(8, 8))}))
    np.testing.assert_array_equal(open_dataset(found.name).train.pixels[0], 255)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_taken_sideways_is_turned_upright(kind):
    sideways = np.zeros((40, 20, 3), np.uint8)
    sideways[:, :10] = 255  # the left half; orientation 6 says that the left is the top
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(sideways).save(file, kind, exif=exif, **({} if kind == "PNG" else {"quality": 95}))
    found = import_zip(zip_of({f"a/1.{kind}": file.getvalue(), "b/1.png": picture(size=(40, 20))}))
    assert found.info.shape == (20, 40, 3)
    upright = open_dataset(found.name).train.pixels[0]
    assert upright[:8].min() > 240
    assert upright[12:].max() < 15


def array_png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def palette_png(transparent=None):
    image = Image.new("P", (12, 12), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    file = io.BytesIO()
    image.save(file, "PNG", **({} if transparent is None else {"transparency": transparent}))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        pytest.param(picture((255, 0, 0, 0), mode="RGBA"), [255, 255, 255], id="transparent is white"),
        pytest.param(picture((255, 0, 0, 128), mode="RGBA"), [255, 127, 127], id="half transparent"),
        pytest.param(palette_png(), [0, 0, 255], id="palette"),
        pytest.param(palette_png(transparent=1), [255, 255, 255], id="palette with transparency"),
        pytest.param(picture((0, 255, 255, 0), mode="CMYK", kind="JPEG"), [254, 0, 0], id="CMYK"),
        pytest.param(array_png(np.full((12, 12), 0x8000, np.uint16)), [128, 128, 128], id="16 bits"),
        pytest.param(array_png(np.full((12, 12), 0x00FF, np.uint16)), [1, 1, 1], id="16 bits, dark"),
        pytest.param(picture(1, mode="1"), [255, 255, 255], id="black and white"),
        pytest.param(picture((100, 0), mode="LA"), [255, 255, 255], id="grey with transparency"),
        pytest.param(picture((10, 20, 30), kind="WEBP", lossless=True), [10, 20, 30], id="WebP"),
    ],
)
def test_every_kind_of_pixel_becomes_plain_colour(data, pixel):
    found = import_zip(zip_of({"a/1.png": data, "b/1.png": picture()}))
    assert found.info.shape == (12, 12, 3)
    assert np.abs(open_dataset(found.name).train.pixels[0, 6, 6].astype(int) - pixel).max() <= 1


def test_greys_alone_stay_grey_and_one_colour_image_makes_all_colour():
    greys = {"a/1.png": grey(10), "b/1.png": array_png(np.full((12, 12), 0x8000, np.uint16)), "b/2.png": picture(1, mode="1")}
    found = import_zip(zip_of(greys))
    assert found.info.shape == (12, 12, 1)
    assert open_dataset(found.name).train.pixels[:, 0, 0, 0].tolist() == [10, 128, 255]
    mixed = import_zip(zip_of(greys | {"b/3.png": picture()}))
    assert open_dataset(mixed.name).train.pixels[0, 0, 0].tolist() == [10, 10, 10]


def test_a_large_photo_is_read_small():
    file = io.BytesIO()
    Image.effect_noise((2000, 1500), 90).convert("RGB").save(file, "JPEG")
    found = import_zip(zip_of({"a/1.jpg": file.getvalue(), "b/1.png": picture(size=(64, 64))}))
    assert found.info.shape == (64, 64, 3)
    assert open_dataset(found.name).train.pixels[0].std() < 40  # averaged, not single pixels


def test_importing_does_not_warn_about_odd_files():
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x09\xff\xff\xff\xff"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = import_zip(zip_of(TWO | {"train/cat/odd.jpg": picture(kind="JPEG", exif=exif)}))
    assert (found.info.train, found.skipped) == (import_zip(zip_of(TWO)).info.train + 1, ())


def test_a_damaged_import_is_refused_until_it_is_imported_again(data_folder):
    found = import_zip(zip_of(TWO))
    file = data_folder / "sets" / found.name / "train_pixels.npy"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"can't be opened.*train_pixels.npy has .* bytes instead of .*Import it again"):
        open_dataset(found.name)
    assert catalogue.imported() == []
    assert not catalogue.is_cached(found.name)
    assert import_zip(zip_of(TWO)).name == found.name
    assert len(open_dataset(found.name).train) == 2


def test_reasons_are_stored_as_sentences_that_can_be_translated(data_folder):
    found = import_zip(zip_of(TWO | {"train/cat/x.png": b"no"}))
    stored = json.loads((data_folder / "sets" / found.name / "meta.json").read_text())["broken"]
    kinds = {"kinds": "PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF, HEIC"}
    assert stored == [["train/cat/x.png", {"sentence": "It can't be read as an image ({kinds}).", "values": kinds}]]
    assert cache.names() == [found.name]
