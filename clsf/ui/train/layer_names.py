"""The names of layers and their weights on a page: position, kind, and array."""

from __future__ import annotations

from collections.abc import Iterable

from clsf.errors import SpecError
from clsf.runs.record import RunRecord


def layers(record: RunRecord) -> dict[str, str]:
    """Return path -> "3 Kind", in order of computation; empty for a run that has not started."""
    if record.started is None:
        return {}
    try:
        layers = record.model.analyse(tuple(record.started.input_shape)).layers
    except SpecError:  # a model that was stored by another version
        return {}
    return {facts.path: f"{facts.path} {facts.kind}" for facts in layers}


def weights(record: RunRecord, names: Iterable[str]) -> dict[str, str]:
    """Return "3 Kind kernel" for "3.kernel", for each name."""
    titles, parts = layers(record), {name: name.rpartition(".") for name in names}
    return {name: f"{titles.get(path, path)} {which}" for name, (path, _, which) in parts.items()}
