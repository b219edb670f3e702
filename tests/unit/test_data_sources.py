"""Opening data sets by name: the catalogue, the cache, and several processes at once."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from clsf.data import cache, catalogue, torchvision_sets
from clsf.data.images import Images
from clsf.data.sources import open_dataset
from clsf.errors import DataError
from clsf.words import say

pytestmark = pytest.mark.usefixtures("data_folder")


@pytest.fixture
def few_shapes(monkeypatch):
    """Make "shapes" of 60 images quickly, and count the calls."""
    from clsf.data import shapes

    made, draw = [], shapes.draw_shapes

    def drawn(count, seed, progress):
        made.append(count)
        return draw(count // 100, seed, progress)

    monkeypatch.setattr(shapes, "draw_shapes", drawn)
    return made


def tiny_set(name, folder, progress):
    """Replaces torchvision_sets.make."""
    progress("download", 5, 10)
    images = Images(np.zeros((20, 28, 28, 1), np.uint8), np.arange(20) % 10, catalogue.info(name).classes)
    cache.write(folder, "train", images)
    cache.write(folder, "test", images)


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_an_embedded_set_is_what_the_catalogue_says(name):
    assert not catalogue.is_cached(name)
    stages = set()
    data = open_dataset(name, lambda stage, done, total: stages.add(stage))
    info = catalogue.info(name)
    assert stages == {"prepare"}
    assert catalogue.is_cached(name)
    assert (data.train.shape, data.train.classes) == (info.shape, info.classes)
    assert (len(data.train), len(data.test)) == (info.train, info.test)
    assert isinstance(data.train.pixels, np.memmap)
    assert not data.train.pixels.flags.writeable


def test_a_set_is_made_once(few_shapes):
    first = open_dataset("shapes")
    second = open_dataset("shapes")
    assert few_shapes == [6000, 1000]
    assert first.checksum == second.checksum


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(DataError, match=r"Unknown data set 'cifar'\. Did you mean 'cifar10'\? Known: digits, shapes, mnist"):
        open_dataset("cifar")


@pytest.mark.parametrize("name", ["../digits", "/etc", "folder-../../x", "", "folder-000000000000"])
def test_names_are_no_paths(name):
    assert not catalogue.is_cached(name)
    with pytest.raises(DataError, match="Unknown data set"):
        open_dataset(name)


def test_the_catalogue_describes_every_set():
    for name in catalogue.NAMES:
        info = catalogue.info(name)
        assert info.name == name
        assert str(info.title)
        assert str(info.licence)
        assert info.source
        assert len(set(info.classes)) == 10
        assert info.embedded == (info.download_bytes is None)


def shortened(file):
    file.write_bytes(file.read_bytes()[:-1])


def bad_header(file):
    file.write_bytes(b"\0" * 10 + file.read_bytes()[10:])


def pickled(file):
    size = file.stat().st_size
    np.save(file, np.array([{}], object), allow_pickle=True)
    file.write_bytes(file.read_bytes().ljust(size, b"\0"))


def impossible(file):
    np.save(file, np.full(60, 99))


DAMAGES = [
    pytest.param("train_pixels.npy", shortened, id="shortened"),
    pytest.param("train_pixels.npy", bad_header, id="bad header"),
    pytest.param("train_labels.npy", pickled, id="pickle instead of numbers"),
    pytest.param("train_labels.npy", impossible, id="labels of no class"),
    pytest.param("test_pixels.npy", os.unlink, id="missing"),
    pytest.param("meta.json", lambda file: file.write_text("{"), id="bad JSON"),
    pytest.param("meta.json", lambda file: file.write_text("[]"), id="other JSON"),
    pytest.param("meta.json", lambda file: file.write_text('{"format": 0}'), id="other format"),
    pytest.param("meta.json", os.unlink, id="no meta.json"),
]


@pytest.mark.parametrize(("file", "damage"), DAMAGES)
def test_a_damaged_set_is_made_again(file, damage, few_shapes, data_folder):
    whole = np.array(open_dataset("shapes").train.pixels)
    damage(data_folder / "sets" / "shapes" / file)
    again = open_dataset("shapes")
    np.testing.assert_array_equal(again.train.pixels, whole)
    assert len(few_shapes) == 4
    assert os.listdir(data_folder / "sets") == ["shapes"]


def test_cancelling_leaves_no_half_set(data_folder):
    def cancel(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_dataset("shapes", cancel)
    assert os.listdir(data_folder / "sets") == []


def test_two_processes_may_open_the_same_set_at_once():
    code = "from clsf.data.sources import open_dataset; print(open_dataset('shapes').checksum)"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate(timeout=60)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second
    assert len(first.strip()) == 64


def test_the_second_waits_for_a_download_and_sees_how_far_it_is(data_folder, monkeypatch):
    started, go_on, made = threading.Event(), threading.Event(), []

    def slow(name, folder, progress):
        made.append(name)
        part = data_folder / "raw" / name / "images.gz.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"x" * 1000)
        started.set()
        assert go_on.wait(10)
        tiny_set(name, folder, progress)

    monkeypatch.setattr(torchvision_sets, "make", slow)
    first = threading.Thread(target=open_dataset, args=("mnist",))
    first.start()
    assert started.wait(10)
    news = []

    def waiting(*said):
        news.append(said)
        go_on.set()

    assert len(open_dataset("mnist", waiting).train) == 20
    first.join()
    assert made == ["mnist"]
    assert news[0] == ("download", 1000, 11_594_722)


def test_waiting_can_be_cancelled(data_folder):
    def cancel(*_):
        raise KeyboardInterrupt

    started = time.monotonic()
    with cache.locked("mnist"), pytest.raises(KeyboardInterrupt):
        open_dataset("mnist", cancel)
    assert time.monotonic() - started < 5


def test_without_network_the_sentence_says_what_works(monkeypatch):
    def offline(name, folder, progress):
        raise DataError(say("The file {file} could not be fetched.", file="images.gz"))

    monkeypatch.setattr(torchvision_sets, "make", offline)
    with pytest.raises(DataError, match=r"'mnist' could not be made ready. The file images.gz .* 'digits' and 'shapes' work"):
        open_dataset("mnist")
    assert not catalogue.is_cached("mnist")


def test_a_folder_that_cannot_be_written_is_named(data_folder, monkeypatch):
    data_folder.mkdir()
    (data_folder / "file").write_text("")
    monkeypatch.setenv("CLSF_DATA", str(data_folder / "file"))
    with pytest.raises(DataError, match=r"'digits' can't be stored in .*file: Not a directory.*CLSF_DATA"):
        open_dataset("digits")


def test_the_data_folder_is_the_systems_cache_unless_chosen(monkeypatch):
    monkeypatch.delenv("CLSF_DATA")
    assert cache.data_folder().name == "clsf"
    monkeypatch.setenv("CLSF_DATA", "~/sets")
    assert cache.data_folder().parts[-1] == "sets"
    assert cache.data_folder().is_absolute()


def test_asking_about_data_sets_loads_no_library():
    code = (
        "import sys; from clsf.data import catalogue, imports, prepare, sources; catalogue.is_cached('digits'); "
        "print([m for m in ('sklearn', 'PIL', 'torch', 'tensorflow', 'streamlit', 'platformdirs') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
