"""A run as a file: to download, and to open again."""

from __future__ import annotations

from clsf import capsule, examples
from clsf.errors import ClsfError
from clsf.runs.history import MAX_NOTE
from clsf.runs.record import RunRecord
from clsf.ui.shared import service_access, state
from clsf.ui.shared.data_names import class_names

READ_SECONDS = 120.0  # that opening a capsule may take


def packed(record: RunRecord, note: str) -> bytes:
    """Return a run as a capsule, with its weights where it kept some."""
    if examples.is_example(record.run_id):
        return examples.content(record.run_id)
    service = service_access.get_service()
    try:
        weights = service.weights(record.run_id)
    except ClsfError:
        weights = None
    return capsule.write(record, weights, events=service.store.told(record.run_id), classes=class_names(record), notes=note)


def opened(content: bytes) -> capsule.Capsule:
    """Return what a capsule holds; it is opened in a worker, not in the process of the pages. Raises ClsfError."""
    return service_access.get_service().call("torch", "clsf.capsule:read", content, timeout=READ_SECONDS)


def take_in(run: capsule.Capsule) -> str:
    """Add the run of a capsule to the reader's own, and return its id. Raises ClsfError."""
    service = service_access.get_service()
    run_id = capsule.take_in(run, service.store, state.owner())
    if run.notes:
        service.history.describe(state.owner(), run_id, "", run.notes[:MAX_NOTE], ())
    return run_id
