"""Own classes without a page: the collection, the split by recording, the unknown threshold, the teach-again file."""

import base64
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from clsf.data import access, cache, private
from clsf.data.sources import open_dataset
from clsf.errors import DataError
from clsf.own import few, kept, reading, teach_file, teaching, unknown, ways
from clsf.own.collection import MOST_IMAGES, SIDE, Collection, empty, evenly
from clsf.own.recordings import by_frame, by_recording
from clsf.own.tryout import strangers, tryout
from clsf.ui.shared import camera


def pixels(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)


def small(*counts: int) -> Collection:
    found = Collection(tuple(empty(f"class {n}") for n in range(len(counts))))
    for at, count in enumerate(counts):
        found = found.added(at, pixels(count, at), together=False)
    return found


# The collection.


def test_what_is_missing_is_said_until_it_can_be_taught():
    assert "There is no image yet" in str(small(0, 0).missing())
    assert "Only “class 0”" in str(small(9, 0).missing())
    assert "“class 1” has 2 images" in str(small(9, 2).missing())
    assert "“class 1” has 1 image;" in str(small(9, 1).missing())
    assert "Two classes are called “class 0”" in str(small(3, 3).renamed(1, " class  0 ").missing())
    assert small(3, 3, 0).missing() is None
    assert small(3, 3, 0).taught().names == ("class 0", "class 1")


def test_frames_of_one_recording_belong_together_and_photographs_do_not():
    found = (
        small(2, 0).added(1, pixels(3), together=True).added(1, pixels(2), together=True).added(0, pixels(1), together=False)
    )
    assert found.recordings.tolist() == [0, 1, 4, 2, 2, 2, 3, 3]
    assert found.without(1, 0).kinds[1].recordings.tolist() == [2, 2, 3, 3]


def test_no_more_images_fit_than_there_is_room_for():
    full = small(1, 1).added(0, np.zeros((MOST_IMAGES + 5, SIDE, SIDE, 3), np.uint8), together=False)
    assert (len(full), full.room()) == (MOST_IMAGES, 0)
    assert evenly(5000, 4) == [0, 1250, 2500, 3750]
    assert evenly(3, 4) == [0, 1, 2]
    assert evenly(3, 0) == []


def test_equal_images_in_two_classes_are_told():
    found = small(3, 3)
    assert found.in_two_classes() == []
    both = found.added(1, found.kinds[0].pixels[:2], together=False)
    assert both.in_two_classes() == [("class 0", "class 1", 2)]


# The split.


def across(sides, recordings) -> set:
    return set(recordings[sides.train].tolist()) & set(recordings[sides.validation].tolist())


def test_no_recording_is_on_both_sides_for_any_seed():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [40, 25, 60])
    recordings = np.concatenate([random.integers(0, 6, 40), 10 + random.integers(0, 4, 25), 20 + random.integers(0, 9, 60)])
    seen = set()
    for seed in range(12):
        sides = by_recording(labels, recordings, seed=seed)
        assert not across(sides, recordings)
        assert sorted([*sides.train, *sides.validation]) == list(range(125))
        assert set(labels[sides.train]) == set(labels[sides.validation]) == {0, 1, 2}
        assert 0.08 < len(sides.validation) / 125 < 0.4
        seen.add(tuple(sides.validation))
    assert len(seen) > 6
    assert across(by_frame(labels), recordings), "the usual split has a recording on both sides"


def test_a_class_of_one_recording_gives_its_last_frames_and_is_named():
    sides = by_recording(np.array([0] * 10 + [1] * 4), np.array([0] * 10 + [1, 2, 3, 4]))
    assert sides.alone == (0,)
    assert [n for n in sides.validation if n < 10] == [8, 9]
    single = by_recording(np.array([0, 1, 1, 1]), np.array([0, 1, 2, 3]))
    assert 0 in single.train, "a single image is trained on"


def test_the_kept_set_has_the_split_and_knows_its_recordings(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path))
    found = tryout()
    sides = by_recording(found.labels, found.recordings)
    name = kept.keep(found, sides, "somebody", "Mine")
    assert kept.keep(found, sides, "somebody", "Mine") == name
    assert kept.keep(found, by_frame(found.labels), "somebody", "Mine") != name
    assert private.is_name(name)
    with access.working_for("somebody"):
        dataset = open_dataset(name)
    assert (len(dataset.train), len(dataset.validation)) == (len(sides.train), len(sides.validation))
    np.testing.assert_array_equal(dataset.validation.pixels, found.pixels[sides.validation])
    order = np.concatenate([sides.train, sides.validation])
    np.testing.assert_array_equal(kept.recordings(name), found.recordings[order])
    with access.working_for("somebody else"), pytest.raises(DataError):
        open_dataset(name)
    with access.working_for("somebody"):
        again, same = kept.collection(name)
    assert again.names == found.names
    np.testing.assert_array_equal(again.recordings, found.recordings)
    assert {one.tobytes() for one in again.pixels[same.validation]} == {one.tobytes() for one in found.pixels[sides.validation]}
    assert {one.tobytes() for one in again.pixels} == {one.tobytes() for one in found.pixels}
    assert kept.recordings("digits") is None
    assert name in cache.names()


# Unknown.


def test_the_temperature_is_found_and_the_threshold_keeps_its_promise():
    random = np.random.default_rng(1)
    scores = random.normal(0, 2, (4000, 4))
    labels = np.array(
        [random.choice(4, p=p) for p in unknown.at_temperature(np.exp(scores - scores.max(1, keepdims=True)), 1.0)]
    )
    sure = unknown.at_temperature(np.exp(scores), 1 / 3)  # three times too confident
    found = unknown.threshold(sure[:2000], labels[:2000])
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert 1 - found.knows(sure[2000:]).mean() == pytest.approx(0.05, abs=0.02)


def test_few_perfect_images_give_a_finite_threshold():
    found = unknown.threshold(np.array([[0.99, 0.01], [0.02, 0.98], [0.9, 0.1]]), np.array([0, 1, 0]))
    assert found.images == 3
    assert unknown.TEMPERATURES[0] <= found.temperature <= unknown.TEMPERATURES[1]
    assert found.knows(np.array([[0.9, 0.1], [0.5, 0.5]])).tolist() == [True, False]


def test_more_images_make_a_better_head_and_frames_promise_more_than_recordings():
    random = np.random.default_rng(3)
    labels = np.repeat([0, 1, 2], 48)
    recordings = np.repeat(np.arange(36), 4)
    features = (
        random.normal(0, 1, (3, 20))[labels] * 0.5
        + random.normal(0, 1.5, (36, 20))[recordings]
        + random.normal(0, 0.1, (144, 20))
    )
    by_recordings, by_frames = (few.curve(features, labels, recordings, whole) for whole in (True, False))
    assert [one.size for one in by_recordings] == [2, 4, 8, 16, 32]
    assert by_frames[-1].mean > by_recordings[-1].mean + 0.1
    assert by_frames[-1].mean > by_frames[0].mean


# The try-out set.


def test_the_tryout_set_can_be_taught_at_once():
    found = tryout()
    assert found.missing() is None
    assert found.in_two_classes() == []
    assert [len(kind) for kind in found.kinds] == [30, 30, 30]
    assert len(np.unique(found.recordings)) == 18
    assert strangers().shape[1:] == (SIDE, SIDE, 3)


# The teach-again file, and invalid files.


def test_a_teach_again_file_gives_back_what_was_collected():
    before = small(3, 4).added(1, pixels(5, 9), together=True).renamed(0, "<b>컵</b>")
    after = teach_file.read(io.BytesIO(teach_file.written(before)))
    assert after.names == before.names == ("<b>컵</b>", "class 1")
    np.testing.assert_array_equal(after.pixels, before.pixels)
    np.testing.assert_array_equal(after.recordings, before.recordings)


def changed(change) -> io.BytesIO:
    """Return a teach-again file whose table or files were changed."""
    source = zipfile.ZipFile(io.BytesIO(teach_file.written(small(2, 2))))
    files = {name: source.read(name) for name in source.namelist()}
    table = json.loads(files.pop(teach_file.TABLE))
    table = change(table, files) or table
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(teach_file.TABLE, table if isinstance(table, bytes) else json.dumps(table))
    return out


def png(size) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


HOSTILE = {
    "is no JSON": lambda table, files: b"{" * 9000,
    "something else": lambda table, files: [table],
    "another version": lambda table, files: table | {"version": 2},
    "from 1 to 12": lambda table, files: table | {"classes": table["classes"] * 9},
    "no name": lambda table, files: table | {"classes": [{"name": 3, "images": []}]},
    "number of its recording": lambda table, files: table | {"classes": [{"name": "x", "images": [["0/0000.png", -1]]}]},
    "twice": lambda table, files: table | {"classes": table["classes"][:1] * 2},
    "is missing": lambda table, files: table | {"classes": [{"name": "x", "images": [["0/none.png", 0]]}]},
    "can't be used": lambda table, files: files.update({"0/0000.png": b"\x80\x04pickle"}),
    "is 9×9": lambda table, files: files.update({"0/0000.png": png((9, 9))}),
    "at most 1000": lambda table, files: table | {"classes": [{"name": "x", "images": [[f"{n}", 0] for n in range(1001)]}]},
    "lead out of it": lambda table, files: files.update({"../../evil.png": png((SIDE, SIDE))}),
}  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_a_hostile_teach_again_file_is_refused_in_words(said):
    with pytest.raises(DataError) as caught:
        teach_file.read(changed(HOSTILE[said]))
    assert said in str(caught.value)


def test_no_zip_and_no_table_are_refused():
    with pytest.raises(DataError):
        teach_file.read(io.BytesIO(b"nothing"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("0/0000.png", b"")
    with pytest.raises(DataError, match=r"holds no classes\.json"):
        teach_file.read(out)


def test_files_are_read_in_a_process_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path))
    portrait = Image.new("RGB", (60, 120), (0, 0, 255))
    portrait.paste((255, 0, 0), (0, 0, 60, 60))  # red at the top, blue below
    exif = portrait.getexif()
    exif[0x0112] = 6  # taken with the camera on its side: must be rotated by 90 degrees clockwise
    turned = io.BytesIO()
    portrait.save(turned, "JPEG", exif=exif, quality=95)
    plain = io.BytesIO()
    portrait.save(plain, "PNG")
    found = reading.pictures([("turned.jpg", turned), ("no.png", io.BytesIO(b"x")), ("plain.png", plain)], most=10)
    assert [name for name, _ in found.skipped] == ["no.png"]
    assert found.pixels.shape == (2, SIDE, SIDE, 3)
    lying, standing = found.pixels
    assert standing[4, 64, 0] > 200 > 50 > standing[4, 64, 2]
    assert lying[64, 124, 0] > 200, "what was above lies right once it is turned"
    again = reading.taught_again(io.BytesIO(teach_file.written(small(3, 3))))
    assert again.names == ("class 0", "class 1")
    with pytest.raises(DataError, match="not a zip archive"):
        reading.taught_again(io.BytesIO(b"nothing"))


# Messages of the camera.


def sent(count: int, side: int = 8, **changes) -> dict:
    frame = base64.b64encode(bytes(range(side * side * 3)) if side * side * 3 < 256 else bytes(side * side * 3)).decode()
    return {"number": 1, "at": 0, "frames": [frame] * count} | changes


def test_frames_of_the_camera_are_checked():
    number, at, frames = camera.recorded(sent(3), 2, 8)
    assert (number, at, frames.shape) == (1, 0, (3, 8, 8, 3))
    assert frames[0, 0, 1].tolist() == [3, 4, 5]
    assert len(camera.recorded(sent(99), 1, 8)[2]) == camera.MOST_FRAMES
    for wrong in (
        None, "x", [], sent(0), sent(1, at=2), sent(1, at=-1), sent(1, at="0"), sent(1, number=1.5), sent(1, frames="x"), sent(1, frames=[1]),
        sent(1, frames=["!" * 256]), sent(1, frames=["AAAA"]), sent(1, side=9),
    ):  # fmt: skip
        assert camera.recorded(wrong, 2, 8) is None


# The three ways.


def test_the_interval_is_students_with_the_correction_for_shared_images():
    mean, low, high = ways.interval([0.4, 0.5, 0.6])
    assert mean == pytest.approx(0.5)
    assert high - mean == pytest.approx(4.303 * 0.1 * (1 / 3 + 1 / 4) ** 0.5)
    assert low == pytest.approx(2 * mean - high)
    assert ways.interval([1.0, 1.0, 1.0]) == (1.0, 1.0, 1.0)
    assert ways.interval([0.5]) is None


def test_the_ways_differ_in_what_is_trained():
    plans = {name: teaching.way(name, "folder-x", 3, 50)[1] for name in teaching.WAYS}
    assert [plans[name].weights for name in teaching.WAYS] == [None, "imagenet", "imagenet"]
    assert [plans[name].train_layers for name in teaching.WAYS] == ["all", "head", "last:2"]
    assert teaching.plan("folder-x", 5).batch_size == 5
