"""Outputs of frozen layers, computed once per image: in the worker's memory by the image itself, and on disk with its data set.

    <data folder>/features/<data set>-<what it depends on>.npz   "keys" (n, 16) uint8, "rows" (n, …)

What it depends on: framework, number format and device, the frozen layers and their weights, the size and the scale of the images.
An image that was met before, in this data set or another, is not computed again while the worker lives.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
import zipfile
from collections import OrderedDict
from contextlib import suppress
from math import prod
from pathlib import Path

import numpy as np

from clsf import backends, limits
from clsf.backends.base import Backend, Weights
from clsf.backends.initial import weights_hash
from clsf.backends.start import start_weights
from clsf.data import prepared_files, temporary
from clsf.data.folder import data_folder
from clsf.data.images import Dataset, Prepared
from clsf.data.prepare import prepare
from clsf.data.progress import Progress, silent
from clsf.data.sources import open_dataset
from clsf.model.changes import changed
from clsf.model.freezing import place
from clsf.model.spec import ModelSpec, layer_to_json
from clsf.plan import Plan

STAGE = "features"
"""What `DataProgress` calls it while images go through the frozen layers."""

MOST_BYTES = 512 << 20
"""Of the features of one run; with more, the frozen layers run at every step instead."""

REMEMBERED = 64 << 20
"""Bytes of rows that a worker remembers, those of the longest unused network forgotten first."""

KEPT = 1 << 30
"""Bytes of features that stay on disk; beyond, those go that were not used for the longest time."""


def layers_of(spec: ModelSpec, plan: Plan, prepared: Prepared) -> int:
    """Return how many layers, from the beginning, a run computes once for each image; 0: it does not."""
    count = limits.computed_once(spec.layers, plan)
    if not count:
        return 0
    shape = spec.analyse(prepared.shape).layers
    end = next(facts.out_shape for facts in shape if facts.path == str(count))
    size = prod(end) * np.dtype(plan.dtype).itemsize * (len(prepared.train) + len(prepared.validation))
    return count if size <= MOST_BYTES else 0


def begin(
    backend: Backend, framework: str, spec: ModelSpec, plan: Plan, dataset: Dataset, prepared: Prepared, weights: Weights,
    progress: Progress = silent,
) -> int:  # fmt: skip
    """Let a backend train on its frozen layers' outputs for each image, if it has some; return how many were computed now.

    `progress` receives the stage "features"; if it raises, what was computed so far is remembered.
    """
    count = layers_of(spec, plan, prepared)
    if not count:
        return 0
    used = np.sort(np.concatenate([prepared.train, prepared.validation]))
    context = _context(backend, framework, spec, plan, prepared, weights, count)
    keys = [_key(prepared.pixels[index]) for index in used]
    path = None if dataset.checksum is None else data_folder() / "features" / f"{dataset.name}-{context}.npz"
    known = _memory.rows(context)
    if path is not None and any(key not in known for key in keys):
        known |= _read(path)
    lacking = list(OrderedDict((key, index) for key, index in zip(keys, used, strict=True) if key not in known).items())
    try:
        for start in range(0, len(lacking), limits.ONCE_TOGETHER):
            progress(STAGE, start, len(lacking))
            part = lacking[start : start + limits.ONCE_TOGETHER]
            rows = backend.features(np.ascontiguousarray(prepared.pixels[[index for _, index in part]]), count)
            known.update(zip((key for key, _ in part), rows, strict=True))
    finally:
        _memory.remember(context, known)
    if lacking:
        progress(STAGE, len(lacking), len(lacking))
    rows = np.stack([known[key] for key in keys])
    if path is not None and lacking:
        _write(path, keys, rows)
    places = np.full(len(prepared.pixels), -1, np.int64)
    places[used] = np.arange(len(used))
    backend.use_features(rows, places, count)
    return len(lacking)


def warm(framework: str, model: dict, plan: dict) -> dict:
    """Compute and keep the features that a run would begin with, inside a worker. Raises ClsfError as the run would.

    Returns {"images", "computed": of them now, "seconds", "numbers": of a row, 0 if nothing is kept}.
    """
    began, spec, how = time.perf_counter(), ModelSpec.from_json(model), Plan.from_json(plan)
    dataset = open_dataset(how.data)
    prepared = prepare(dataset, how)
    count = layers_of(spec, how, prepared)
    computed = numbers = 0
    if count:
        analysis = spec.analyse(prepared.shape)
        weights = start_weights(analysis, how)
        backend = backends.load(framework).build(changed(spec, how.differences), how, prepared, weights)
        computed = begin(backend, framework, spec, how, dataset, prepared, weights)
        numbers = prod(next(facts.out_shape for facts in analysis.layers if facts.path == str(count)))
    images = len(prepared.train) + len(prepared.validation)
    return {"images": images, "computed": computed, "seconds": time.perf_counter() - began, "numbers": numbers}


def _context(
    backend: Backend, framework: str, spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights, count: int
) -> str:
    facts = backend.facts()
    first = {name: array for name, array in weights.items() if place(name) < count}
    told = [
        framework, facts.versions, facts.device, plan.dtype, plan.differences, [layer_to_json(x) for x in spec.layers[:count]],
        weights_hash(first), prepared.shape, prepared.mean.tolist(), prepared.deviation.tolist(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def _key(pixels: np.ndarray) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).digest()[:16]


class _Memory:
    """The rows that this process computed or read, by what they depend on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: OrderedDict[str, dict[bytes, np.ndarray]] = OrderedDict()

    def rows(self, context: str) -> dict[bytes, np.ndarray]:
        with self._lock:
            return dict(self._rows.get(context, {}))

    def remember(self, context: str, rows: dict[bytes, np.ndarray]) -> None:
        with self._lock:
            self._rows.pop(context, None)
            self._rows[context] = {key: np.array(row) for key, row in rows.items()}
            while self._rows and sum(row.nbytes for rows in self._rows.values() for row in rows.values()) > REMEMBERED:
                self._rows.popitem(last=False)


_memory = _Memory()


def _read(path: Path) -> dict[bytes, np.ndarray]:
    """Return key -> row of a file; nothing if it is not there or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            keys, rows = file["keys"], file["rows"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
    with suppress(OSError):
        path.touch()  # used now: see KEPT
    return {key.tobytes(): row for key, row in zip(keys, rows, strict=False)}


def _write(path: Path, keys: list[bytes], rows: np.ndarray) -> None:
    making = temporary.folder() / f"{path.stem}-{uuid.uuid4().hex[:8]}.npz"
    with suppress(OSError):  # a full disk or a read-only folder: they are computed again the next time
        try:
            temporary.private_folder(path.parent)
            prepared_files.make_room(path.parent, rows.nbytes, KEPT, "*.npz")
            np.savez(making, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16), rows=rows)
            making.chmod(0o600)
            making.replace(path)
        finally:
            making.unlink(missing_ok=True)
