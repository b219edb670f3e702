"""The capsule: contents come out bit for bit, and files changed by strangers do no harm."""

import io
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from clsf.backends.initial import initial_weights
from clsf.capsule import read, take_in, write
from clsf.capsule import reading as reading_module
from clsf.capsule.contents import ABOUT, HISTORY, WEIGHTS
from clsf.errors import CapsuleError
from clsf.events import BatchesEnded, DataProgress, EpochEnded, RunEnded, RunFailed, RunStarted, event_to_json
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.model.presets import preset
from clsf.plan import Plan, Preparation
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from clsf.words import say, say_n
from tests.stores import waited_for
from tests.zips import contents_of, zipped

SHAPE = (8, 8, 1)
CLASSES = tuple("0123456789")
STARTED = RunStarted(
    "torch", "loop", "cpu", 2, {"torch": "2"}, 2, 3, 9, 3, SHAPE, 650, "a" * 16, "b" * 16, 0.5, classes=CLASSES
)
STORY = [
    STARTED,
    BatchesEnded(1, 1, (2.5, 2.25), (0.1, 0.2), (1.0, 1.5), 0.01, 50.0, 0.2),
    BatchesEnded(1, 3, (float("nan"),), (0.3,), None, 0.01, 50.0, 0.3),
    EpochEnded(1, 2.0, 0.3, 1.9, 0.35, 0.6, 0.2, 50.0),
    RunEnded("torch", "finished", 1, 0.8, 50.0, 2.0, 0.3, 1.9, 0.35),
]
SPEC = preset("tiny", 10)
PLAN = Plan("digits", Preparation(scale="minus-one-one"), epochs=2, learning_rate=0.1 + 0.2)


def weights(dtype="float32", seed=0):
    found = initial_weights(SPEC.analyse(SHAPE), "glorot", seed, dtype)
    first = next(iter(found))
    found[first].flat[:3] = [np.nan, -0.0, np.float32(1e-42)]  # bits that float32 sums would lose
    return found


def record(plan=PLAN, story=STORY):
    made = RunRecord("run", "group", "torch", SPEC, plan, 1700000000.123, "me", True, machine="a machine, 2 cores")
    for event in story:
        made.fold(event)
    return made


def packed(story=STORY, **changes):
    return write(record(story=story), weights(), events=story, classes=CLASSES, notes="메모 ✓", **changes)


def with_about(**changes):
    members = contents_of(packed())
    members[ABOUT] = json.dumps({**json.loads(members[ABOUT]), **changes}).encode()
    return zipped(members)


def with_history(*events):
    return zipped({**contents_of(packed()), HISTORY: json.dumps(events).encode()})


def with_scale(scale):
    return with_history({**event_to_json(STARTED), "scale": scale}, *map(event_to_json, STORY[1:]))


def with_arrays(arrays, **members):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return zipped({**contents_of(packed()), WEIGHTS: file.getvalue(), **members})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_capsule_gives_back_every_bit(dtype):
    plan = PLAN.but(dtype=dtype)
    before = weights(dtype)
    found = read(write(record(plan), before, events=STORY, classes=CLASSES, notes="메모 ✓"))
    assert (found.model, found.plan, found.framework, found.created) == (SPEC, plan, "torch", 1700000000.123)
    assert (found.classes, found.notes, found.machine, found.race) == (CLASSES, "메모 ✓", "a machine, 2 cores", True)
    assert list(found.weights) == list(before)
    for name, array in before.items():
        assert found.weights[name].dtype == array.dtype
        assert found.weights[name].tobytes() == array.tobytes()
    assert [event_to_json(e) for e in found.events] == [event_to_json(e) for e in STORY]
    assert repr(found.folded().steps) == repr(record(plan).steps)


def test_the_scale_that_the_images_decided_travels_with_the_run():
    started = replace(STARTED, scale=((78.4,), (0.1 + 0.2,)))
    story = [started, *STORY[1:]]
    found = read(packed(story=story))
    assert found.events[0] == started
    assert found.folded().started.scale == ((78.4,), (0.1 + 0.2,))
    assert read(packed()).folded().started.scale is None


def test_the_names_of_the_classes_come_along(tmp_path):
    store = waited_for(RunStore.open(tmp_path))
    named = replace(STARTED, classes=tuple("abcdefghij"))
    try:
        run_id = take_in(read(packed(story=[named, *STORY[1:]])), store)
        assert store.record(run_id).started.classes == tuple("abcdefghij")
        old = [replace(STARTED, classes=()), *STORY[1:]]
        run_id = take_in(read(packed(story=old)), store)  # from a version that kept them only beside the events
        assert store.record(run_id).started.classes == CLASSES
    finally:
        store.close()


LOOKS = [
    LayersInspected(1, 1, {"1.kernel": {"norm": 1.5, "ratio": None}}, {"1": 0.25}, 0.5),
    PredictionsInspected(1, 3, (7,), (1,), ((1, 0),), ((0.75, 0.25),), (0.75,), None, 0, {"1": {"low": 0.5}}, 0.5),
    StepInspected(1, 3, (7, 8), (1, 0), {"data": "", "size": [0]}, 2.5, 0.5, 0.1, {"1.kernel": {"ratio": 0.5}}, 0.5),
]


def test_a_run_that_was_looked_inside_is_packed_without_what_was_seen():
    story = [DataProgress("read", 1, 2), STARTED, *LOOKS, *STORY[1:]]
    found = read(packed(story=story))
    assert [event_to_json(e) for e in found.events] == [event_to_json(e) for e in STORY]
    older = with_history(*map(event_to_json, story))  # which includes them
    assert [event_to_json(e) for e in read(older).events] == [event_to_json(e) for e in STORY]


def test_equal_runs_make_equal_bytes():
    assert packed() == packed()


def test_a_run_without_weights_is_packed_without_them():
    found = read(write(record(), None, events=STORY))
    assert found.weights is None
    assert found.folded().ended.validation_accuracy == 0.35


def test_a_run_that_goes_on_is_not_packed():
    with pytest.raises(CapsuleError, match="has not ended yet"):
        write(record(story=STORY[:3]), weights(), events=STORY[:3])


def test_it_becomes_a_run_of_the_store_and_can_be_packed_again(tmp_path):
    store = waited_for(RunStore.open(tmp_path))
    try:
        run_id = take_in(read(packed()), store, "somebody")
        found = store.record(run_id)
        assert (found.owner, found.status, found.model, found.plan, found.created) == (
            "somebody",
            "finished",
            SPEC,
            PLAN,
            1700000000.123,
        )
        again = write(found, store.weights(run_id), events=store.events(run_id), classes=CLASSES, notes="메모 ✓")
        one, two = contents_of(packed()), contents_of(again)
        assert (one[WEIGHTS], one[HISTORY]) == (two[WEIGHTS], two[HISTORY])
        other = take_in(read(packed()), store, "somebody")
        assert other != run_id
        assert store.record(other).group != found.group  # a second PyTorch run can't be compared with the first
    finally:
        store.close()


def test_two_runs_of_one_start_find_together(tmp_path):
    store = waited_for(RunStore.open(tmp_path))
    try:
        one = read(packed())
        other = read(with_about(framework="torch"))
        story = [json.loads(json.dumps(event_to_json(e)).replace('"torch"', '"tensorflow"')) for e in STORY]
        keras = zipped({**contents_of(with_about(framework="tensorflow")), HISTORY: json.dumps(story).encode()})
        groups = {store.record(take_in(c, store, "me")).group for c in (one, read(keras))}
        assert len(groups) == 1
        assert store.record(take_in(other, store, "another")).group not in groups
    finally:
        store.close()


BOMB = b"[" + b" " * 60_000_000 + b"]"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(lambda: b"", "no zip archive", id="empty file"),
        pytest.param(lambda: b"PK\x03\x04 not really", "no zip archive", id="no archive"),
        pytest.param(lambda: packed()[: len(packed()) // 2], "no zip archive", id="cut off"),
        pytest.param(lambda: zipped({**contents_of(packed()), "model.pkl": b"x"}), r"model\.pkl.*does not belong", id="extra file"),
        pytest.param(lambda: zipped({**contents_of(packed()), "../../evil": b"x"}), "does not belong", id="a name that leads out"),
        pytest.param(lambda: zipped({ABOUT: b"{}"}), f"{HISTORY} is missing", id="missing file"),
        pytest.param(lambda: with_about(version=2), "a newer one has written it", id="newer version"),
        pytest.param(lambda: with_about(version=True), "version", id="version of another type"),
        pytest.param(lambda: with_about(format="other"), "does not describe a capsule", id="other format"),
        pytest.param(lambda: with_about(surprise=1), "unknown field 'surprise'", id="unknown field"),
        pytest.param(lambda: with_about(framework="jax"), "Unknown framework 'jax'", id="unknown framework"),
        pytest.param(lambda: with_about(input_shape=[8, 8]), "input_shape", id="no image"),
        pytest.param(lambda: with_about(input_shape=[10**6, 10**6, 3]), "input_shape", id="image beyond measure"),
        pytest.param(lambda: with_about(classes=["a"]), "names 1 class.", id="other number of classes"),
        pytest.param(lambda: with_about(plan={"data": "digits", "epochs": 10**9}), "epochs is 1000000000", id="plan out of range"),
        pytest.param(lambda: with_about(model={"version": 1, "name": "x", "layers": [{"kind": "Evil"}]}), "Evil", id="unknown layer"),
        pytest.param(lambda: with_about(created="now"), "time is 'now'", id="no time"),
        pytest.param(lambda: with_about(notes="x" * 30_000), "notes is no text", id="endless notes"),
        pytest.param(lambda: with_about(weights_hash="0" * 16), "their hash differs", id="changed weights"),
        pytest.param(lambda: zipped({**contents_of(packed()), HISTORY: BOMB}), "grows more than", id="zip bomb"),
        pytest.param(lambda: zipped({**contents_of(packed()), ABOUT: BOMB}), "at most 1.0 are read", id="bomb in the description"),
        pytest.param(lambda: zipped({**contents_of(packed()), HISTORY: b"[" * 200_000}), "is not JSON", id="deep JSON"),
        pytest.param(lambda: zipped({**contents_of(packed()), ABOUT: b"\xff\xfe"}), "is not JSON", id="no text"),
        pytest.param(lambda: with_history(*map(event_to_json, LOOKS)), "do not follow", id="looks alone"),
        pytest.param(lambda: with_history(), "no list of events", id="no history"),
        pytest.param(lambda: with_history({"event": "run_started"}, {"event": "run_ended"}), "Event number 1", id="bare events"),
        pytest.param(lambda: with_history({"event": "__class__"}, {}), "Event number 1", id="unknown event"),
        pytest.param(lambda: with_history(*map(event_to_json, STORY[:-1])), "do not follow", id="no end"),
        pytest.param(lambda: with_history(*map(event_to_json, [*STORY, STORY[-1]])), "do not follow", id="two ends"),
        pytest.param(lambda: with_history(*map(event_to_json, [STORY[0], STORY[2], STORY[-1]])), "do not follow", id="steps left out"),
        pytest.param(
            lambda: with_history(*({**event_to_json(e), "losses": ["<script>"]} if e is STORY[2] else event_to_json(e) for e in STORY)),
            "Event number 3", id="text for a loss",
        ),
        pytest.param(lambda: with_scale([[1.0], [0.0]]), "do not follow", id="a deviation of zero"),
        pytest.param(lambda: with_scale([[1.0, 2.0], [1.0, 2.0]]), "do not follow", id="a scale for other channels"),
        pytest.param(lambda: with_scale([[1.0]]), "do not follow", id="half a scale"),
        pytest.param(lambda: with_scale([["1"], [1.0]]), "Event number 1", id="text for a scale"),
        pytest.param(lambda: with_scale("ab"), "Event number 1", id="a scale that is no list"),
        pytest.param(
            lambda: with_history(event_to_json(STARTED), event_to_json(RunFailed(say("{x.__class__.__mro__}", x=1)))),
            "Event number 2", id="a sentence that looks into objects",
        ),
        pytest.param(
            lambda: with_history(event_to_json(STARTED), event_to_json(RunFailed(say_n("{x.__class__.__mro__}", "{x}", 1, x=1)))),
            "Event number 2", id="a singular that looks into objects",
        ),
        pytest.param(lambda: with_arrays({**weights(), "extra": np.zeros(3)}), "extra too much", id="extra weight"),
        pytest.param(lambda: with_arrays(dict(list(weights().items())[1:])), "missing", id="missing weight"),
        pytest.param(lambda: with_arrays({n: w[..., :1] for n, w in weights().items()}), "of shape", id="weights of another shape"),
        pytest.param(lambda: with_arrays(weights("float64")), "at most|larger|float64", id="weights of another type"),
        pytest.param(lambda: with_arrays({n: np.array([None] * 3) for n in weights()}), "can't be read|of shape", id="pickled objects"),
        pytest.param(lambda: zipped({**contents_of(packed()), WEIGHTS: pickle.dumps(weights())}), "no .npz file|at most", id="a pickle"),
    ],
)  # fmt: skip
def test_a_hostile_capsule_is_refused_in_a_sentence(content, why):
    with pytest.raises(CapsuleError, match=why) as caught:
        read(content())
    assert str(caught.value).startswith("This capsule can't be opened.")


def test_a_header_that_promises_too_much_takes_no_memory():
    """An .npy of a few bytes may claim an array of terabytes."""
    name = next(iter(weights()))
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (10**12,)})
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for other, value in weights().items():
            if other != name:
                member = io.BytesIO()
                np.save(member, value)
                archive.writestr(f"{other}.npy", member.getvalue())
        archive.writestr(f"{name}.npy", file.getvalue())
    with pytest.raises(CapsuleError, match=r"of shape \(1000000000000,\)"):
        read(zipped({**contents_of(packed()), WEIGHTS: inner.getvalue()}))


def test_a_table_of_contents_that_is_too_long_is_not_read():
    many = zipped({f"{n:0>200}": b"" for n in range(6000)}, zipfile.ZIP_STORED)
    with pytest.raises(CapsuleError, match="no zip archive"):
        read(many)


def test_a_file_beyond_all_measure_is_refused_by_its_length(monkeypatch):
    monkeypatch.setattr(reading_module, "MOST_BYTES", 1000)
    with pytest.raises(CapsuleError, match="more than"):
        read(packed())
