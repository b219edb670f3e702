"""An exported file is made once, no matter who waits for it; see `clsf.predict.kept`."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from clsf.errors import EngineError
from clsf.predict import kept
from clsf.predict.kept import Exports


class FakeLab:
    """A lab that makes a file once the test lets it."""

    def __init__(self):
        self.go, self.calls, self.error = threading.Event(), [], None

    def weights(self, run_id):
        return {"0.kernel": np.zeros(3)}

    def call_apart(self, framework, function, request, weights, kind, timeout):
        self.calls.append(("apart", kind))
        assert self.go.wait(5)
        if self.error:
            raise self.error
        return f"{request} {kind}".encode()

    def call(self, framework, function, request, weights, kind, timeout):
        self.calls.append(("worker", kind))
        return b"quick"


@pytest.fixture
def lab(monkeypatch):
    monkeypatch.setattr(kept, "request_of", lambda record: record.run_id)
    return FakeLab()


def run(run_id):
    return SimpleNamespace(run_id=run_id, framework="torch")


def test_a_slow_kind_is_made_apart_and_a_quick_one_by_the_worker(lab):
    lab.go.set()
    exports = Exports()
    assert exports.get(lab, run("a"), "onnx") == b"a onnx"
    assert exports.get(lab, run("a"), "pt") == b"quick"
    assert lab.calls == [("apart", "onnx"), ("worker", "pt")]
    assert exports.made("a") == ["onnx", "pt"]
    assert exports.made("b") == []


def test_who_presses_again_joins_or_has_it_at_once(lab):
    exports = Exports()
    with ThreadPoolExecutor(2) as readers:
        both = [readers.submit(exports.get, lab, run("a"), "onnx") for _ in range(2)]
        until = time.monotonic() + 5
        while not lab.calls and time.monotonic() < until:
            time.sleep(0.01)
        assert list(exports.making("a")) == ["onnx"]
        assert exports.making("a")["onnx"] >= 0
        assert exports.making("b") == {}
        lab.go.set()
        assert [each.result(5) for each in both] == [b"a onnx"] * 2
    assert exports.making("a") == {}
    assert exports.get(lab, run("a"), "onnx") == b"a onnx"
    assert lab.calls == [("apart", "onnx")]


def test_what_fails_is_told_and_tried_again(lab):
    lab.go.set()
    lab.error = EngineError("No {thing} today.", thing="file")
    exports = Exports()
    with pytest.raises(EngineError, match="No file today"):
        exports.get(lab, run("a"), "onnx")
    assert exports.making("a") == {}
    assert exports.made("a") == []
    lab.error = None
    assert exports.get(lab, run("a"), "onnx") == b"a onnx"


def test_the_file_asked_for_longest_ago_goes_first(lab):
    lab.go.set()
    exports = Exports(most_bytes=13)  # two files have 12
    for run_id in ("a", "b", "a", "c"):
        exports.get(lab, run(run_id), "onnx")
    assert [exports.made(run_id) for run_id in ("a", "b", "c")] == [["onnx"], [], ["onnx"]]
