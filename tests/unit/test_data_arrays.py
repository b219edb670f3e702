"""Own images in tar archives and array files: read by the command line and as uploads, nothing unpickled."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clsf.code.export import dataset_npz
from clsf.data import listing, tars
from clsf.data.decode import decode
from clsf.data.imports import import_folder, import_zip
from clsf.data.sources import open_dataset
from clsf.data.upload import import_upload, packed_tree, read_upload
from clsf.errors import DataError

pytestmark = pytest.mark.usefixtures("data_folder")

CASES = Path(__file__).parents[1] / "cases" / "images"


def by_command_line(path):
    return (import_folder if path.is_dir() else import_zip)(path)


def by_browser(path):
    if path.is_file():
        return import_upload(io.BytesIO(path.read_bytes()), "mine", "secret")
    files = [(f"{path.name}/{file.name}", io.BytesIO(file.read_bytes())) for file in sorted(path.iterdir())]
    return import_upload(packed_tree(files), "mine", "secret")


WAYS = pytest.mark.parametrize("way", [by_command_line, by_browser])


def parts(name):
    dataset = open_dataset(name)
    return {part: images for part in ("train", "validation", "test") if (images := getattr(dataset, part)) is not None}


def pictures(count, shape=(6, 5), seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8), np.arange(count) % 12


def in_order(images):
    """Return (class name, pixels) of each image, sorted: an import sorts by class."""
    return sorted((images.classes[y], x.tobytes()) for x, y in zip(images.pixels, images.labels, strict=True))


def same(images, pixels, names):
    return in_order(images) == sorted((name, x.tobytes()) for x, name in zip(pixels, names, strict=True))


@WAYS
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_npz_is_read_as_keras_has_it(way, channels, tmp_path):
    (x, y), (xt, yt), (xv, yv) = (pictures(n, (6, 5, *channels), n) for n in (24, 12, 13))
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y, x_test=xt, y_test=yt[:, None], x_val=xv, y_val=yv)
    found = way(tmp_path / "a.npz")
    assert found.info.classes == tuple(f"{n:02}" for n in range(12))  # as numbers: 2 before 10
    assert (found.info.train, found.info.validation, found.info.test) == (24, 13, 12)
    for part, pixels, labels in (("train", x, y), ("validation", xv, yv), ("test", xt, yt)):
        assert same(parts(found.name)[part], pixels, [f"{n:02}" for n in labels])


@pytest.mark.parametrize(
    ("arrays", "pixels"),
    [
        (lambda x, y: {"images": x, "labels": y}, lambda x: x),
        (lambda x, y: {"x": x / 255, "y": np.eye(12)[y]}, lambda x: x),  # fractions, one-hot labels
        (lambda x, y: {"train_images": x.astype(np.int64), "train_labels": y[:, None]}, lambda x: x),  # as MedMNIST
        (lambda x, y: {"images": np.stack([x] * 3, 1), "labels": y}, lambda x: np.stack([x] * 3, -1)),  # channels first
    ],
)
def test_other_ways_to_keep_arrays(arrays, pixels, tmp_path):
    x, y = pictures(24)
    np.savez_compressed(tmp_path / "a.npz", **arrays(x, y))
    found = import_zip(tmp_path / "a.npz")
    assert same(open_dataset(found.name).train, pixels(x), [f"{n:02}" for n in y])


def test_our_own_file_comes_back_with_its_classes(tmp_path):
    first = import_zip(CASES / "train_val_test.zip")
    (tmp_path / "again.npz").write_bytes(dataset_npz(open_dataset(first.name)))
    again = import_zip(tmp_path / "again.npz")
    assert again.info.classes == ("cats", "dogs")
    for part, images in parts(first.name).items():
        assert in_order(parts(again.name)[part]) == in_order(images)


class Harm:
    def __reduce__(self):
        return (Path("harm").touch, ())


@WAYS
def test_objects_are_not_unpickled(way, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    objects = np.empty(2, object)
    objects[:] = [Harm(), Harm()]
    np.savez("a.npz", x_train=objects, y_train=np.arange(2))
    with pytest.raises(DataError, match=r"x_train of .* holds Python objects"):
        way(tmp_path / "a.npz")
    assert not Path("harm").exists()


def changed_npy(change):
    file = io.BytesIO()
    np.save(file, np.zeros((4, 5, 5), np.uint8))
    return change(file.getvalue())


def of_shape(*shape):
    """Return the header of an array, without data."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return file.getvalue()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"x_train.npy": of_shape(4_000_000_000, 100, 100), "y_train.npy": b""}, "no npz file that can be read"),
        ({"x_train.npy": of_shape(2**32, 2**32), "y_train.npy": b""}, "no npz file that can be read"),
        ({"x_train.npy": of_shape(10**23, 0, 8), "y_train.npy": b""}, "no npz file that can be read"),
        ({f"{n}.npy": b"" for n in range(101)}, r"it holds too many arrays \(limit: 100\)"),
        ({"weights.npy": changed_npy(bytes)}, "holds the arrays weights, but needs x_train and y_train"),
        ({"x_train.npy": changed_npy(bytes)}, "not their labels y_train"),
        ({"x_train.npy": changed_npy(lambda d: d[:-1]), "y_train.npy": b""}, "no npz file that can be read"),
        ({"x_train.npy": changed_npy(lambda d: d.replace(b"(4, 5, 5)", b"(4, 5,99)")), "y_train.npy": b""}, "no npz file"),
        ({"x_train.npy": b"nothing", "y_train.npy": b""}, "no npz file that can be read"),
    ],
)
def test_broken_arrays_are_refused(members, message, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(DataError, match=message):
        import_zip(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((4, 784), np.uint8), np.arange(4), "have the shape 4×784"),
        (np.full((4, 5, 5), 300), np.arange(4), "int64 from 300 to 300"),
        (np.full((4, 5, 5), np.nan), np.arange(4), "from nan to nan"),
        (np.zeros((4, 5, 5), np.uint8), np.arange(3), "images is 4 and that of labels 3"),
        (np.zeros((4, 5, 5), np.uint8), np.arange(4) - 1, "must be whole numbers from 0"),
        (np.zeros((4, 5, 5), np.uint8), np.zeros(4, int), "Found 1 class"),
    ],
)
def test_arrays_that_are_no_labelled_images(x, y, message, tmp_path):
    np.savez(tmp_path / "a.npz", x_train=x, y_train=y)
    with pytest.raises(DataError, match=message):
        import_zip(tmp_path / "a.npz")


def test_more_images_than_are_read_are_refused_before_there_is_an_entry_for_each(tmp_path):
    """30 MB of zeros, packed into 30 kB: as images of one pixel they would take gigabytes."""
    np.savez_compressed(
        tmp_path / "a.npz", x_train=np.zeros((30_000_000, 1, 1), np.uint8), y_train=np.zeros(30_000_000, np.uint8)
    )
    began = time.process_time()
    with pytest.raises(DataError, match="There are 30000000 images, but at most 200000 are read"):
        import_zip(tmp_path / "a.npz")
    assert time.process_time() - began < 5


def test_large_arrays_are_read(tmp_path):
    x = np.zeros((300, 256, 256), np.uint8)  # 20 MB in one array, more than a zip's table of contents may have
    np.savez(tmp_path / "a.npz", x_train=x, y_train=np.arange(300) % 2)
    assert import_zip(tmp_path / "a.npz", image_size=4).info.train == 300


def test_an_array_packed_without_bounds_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x_train.npy", changed_npy(bytes))
        archive.writestr("y_train.npy", changed_npy(bytes))
    with pytest.raises(DataError, match="compression method 12"):
        import_zip(tmp_path / "a.npz")


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()


@WAYS
@pytest.mark.parametrize("packed", [False, True])
def test_mnists_files(way, packed, tmp_path):
    folder = tmp_path / "mnist"
    folder.mkdir()
    (x, y), (xt, yt) = pictures(24), pictures(12, seed=1)
    for name, array in (("train-images-idx3", x), ("train-labels-idx1", y), ("t10k-images-idx3", xt), ("t10k-labels-idx1", yt)):
        file = folder / f"{name}-ubyte{'.gz' if packed else ''}"
        file.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = way(folder)
    assert (found.info.train, found.info.test) == (24, 12)
    assert same(parts(found.name)["train"], x, [f"{n:02}" for n in y])
    assert same(parts(found.name)["test"], xt, [f"{n:02}" for n in yt])


def test_half_of_mnists_files(tmp_path):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures(24)[0])))
    with pytest.raises(DataError, match="needs its labels next to it, called train-labels-idx1-ubyte"):
        import_zip(tmp_path / "train-images-idx3-ubyte.gz")
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(pictures(24)[1])[:-1])
    with pytest.raises(DataError, match="train-labels-idx1-ubyte is damaged: its header says 24, but it holds 23 bytes"):
        import_folder(tmp_path)


def tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT) as archive:
        for name, what in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(what, bytes):
                info.size = len(what)
                archive.addfile(info, io.BytesIO(what))
            else:
                info.type, info.linkname = what
                archive.addfile(info)
    return path


def png(value):
    file = io.BytesIO()
    Image.new("L", (6, 6), value).save(file, "PNG")
    return file.getvalue()


TREE = {f"./{part}/{kind}/{n}.png": png(n) for part in ("train", "test") for kind in ("고양이", "dogs") for n in range(3)}


@WAYS
@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")])
def test_tar_archives(way, name, mode, tmp_path):
    path = tar(tmp_path / name, {"./._train": b"", "./.hidden/1.png": png(0)} | TREE, mode)
    found = way(path)
    assert found.info.classes == ("dogs", "고양이")
    assert (found.info.train, found.info.test) == (6, 6)
    assert [file for file, _ in found.skipped] == [".hidden/1.png"]
    assert sorted(open_dataset(found.name).train.pixels[:, 0, 0, 0]) == [0, 0, 1, 1, 2, 2]
    assert read_upload(io.BytesIO(path.read_bytes())).counts["dogs"] == {"train": 3, "val": 0, "test": 3}


@pytest.mark.parametrize(
    "member",
    [
        {"../out.png": png(0)}, {"/etc/out.png": png(0)}, {"a/../../b.png": png(0)}, {"train/dogs/l.png": (tarfile.SYMTYPE, "/etc/passwd")},
        {"train/dogs/h.png": (tarfile.LNKTYPE, "train/dogs/0.png")}, {"train/dogs/d.png": (tarfile.CHRTYPE, "")},
    ],
)  # fmt: skip
@WAYS
def test_a_tar_archive_does_not_lead_out(way, member, tmp_path):
    with pytest.raises(DataError, match="could lead out of it"):
        way(tar(tmp_path / "a.tgz", TREE | member))


def test_a_tar_archive_has_the_limits_of_a_zip(tmp_path, monkeypatch):
    path = tar(tmp_path / "a.tgz", TREE | {"big.bin": bytes(20_000)})
    monkeypatch.setattr(listing, "MAX_FILE", 10_000)
    with pytest.raises(DataError, match="no file may have more"):
        import_zip(path)
    monkeypatch.setattr(listing, "MAX_BYTES", 5_000)
    monkeypatch.setattr(listing, "MAX_FILE", 100_000)
    with pytest.raises(DataError, match="at most 0 MB are read"):
        import_zip(path)
    monkeypatch.setattr(tars, "MAX_UNPACKED", 10_000)
    with pytest.raises(DataError, match="Unpacked, the archive has more than"):
        import_zip(path)
    monkeypatch.undo()
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(tars, "MAX_FILES", 4)
    with pytest.raises(DataError, match="more than"):
        import_zip(path)


@pytest.mark.parametrize("change", [lambda d: d[: len(d) // 2], lambda d: d[:40] + bytes(20) + d[60:], lambda d: d[:12]])
def test_a_damaged_tar_archive(change, tmp_path):
    path = tar(tmp_path / "a.tgz", TREE)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match="damaged"):
        import_zip(path)


def test_names_that_are_no_utf8(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT, encoding="cp949") as archive:
        info = tarfile.TarInfo("고양이/1.png")
        info.size = len(png(1))
        archive.addfile(info, io.BytesIO(png(1)))
    with pytest.raises(DataError, match="not in UTF-8"):
        import_zip(tmp_path / "a.tar")


@WAYS
@pytest.mark.parametrize("inside", ["cifar-10-batches-py/data_batch_1", "cifar-100-python/train"])
def test_cifars_batches_are_refused_with_the_way_to_convert(way, inside, tmp_path):
    batch = pickle.dumps({b"data": bytes(3072), b"labels": [0]})
    (tmp_path / "data_batch_1").write_bytes(batch)
    for path in (tar(tmp_path / "cifar.tar.gz", {inside: batch}), tmp_path / "data_batch_1"):
        with pytest.raises(DataError, match=r"pickled.*cifar10.*numpy\.savez\('images\.npz', x_train=…, y_train=…"):
            way(path)


COLOURS = [[(220, 30, 30), (30, 200, 60)], [(40, 60, 210), (240, 240, 240)]]


def test_a_real_heic_is_decoded_to_its_pixels(tmp_path):
    """Four fields of known colours, packed with x265; HEVC keeps them to within 2 of 255."""
    data = (CASES / "real" / "four_colours.heic").read_bytes()
    known = np.repeat(np.repeat(np.array(COLOURS), 16, axis=0), 24, axis=1)
    assert np.abs(decode(data, 32, 48, 3).astype(int) - known).max() <= 2
    for kind in ("cats", "dogs"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        (tmp_path / "pets" / kind / "1.heic").write_bytes(data)
        (tmp_path / "pets" / kind / "2.heic").write_bytes((CASES / "dir_heic" / "cats" / "IMG_1.HEIC").read_bytes())
    found = import_folder(tmp_path / "pets")  # the other file has only a header, no picture: its name is reported
    assert (found.info.train, found.info.shape) == (2, (32, 48, 3))
    assert [file for file, _ in found.skipped] == ["cats/2.heic", "dogs/2.heic"]
    assert np.abs(open_dataset(found.name).train.pixels[0].astype(int) - known).max() <= 2


@WAYS
def test_what_a_mac_and_a_nas_leave_behind_is_no_news(way, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for kind in ("cats", "dogs"):
            archive.writestr(f"{kind}/1.png", png(1))
            archive.writestr(f"{kind}/Icon\r", b"")
            archive.writestr(f"{kind}/@eaDir/1.png/SYNOPHOTO_THUMB_M.png", png(2))
            archive.writestr(f"{kind}/1.png@SynoEAStream", b"x")
    found = way(path)
    assert (found.info.train, found.skipped) == (2, ())
