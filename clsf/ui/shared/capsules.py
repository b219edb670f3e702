"""A run as a file to download."""

from __future__ import annotations

from clsf import capsule, examples
from clsf.errors import ClsfError
from clsf.runs.record import RunRecord
from clsf.ui.shared import service_access
from clsf.ui.shared.data_names import class_names


def packed(record: RunRecord, note: str) -> bytes:
    """Return a run as a capsule, with its weights where it kept some."""
    if examples.is_example(record.run_id):
        return examples.content(record.run_id)
    service = service_access.get_service()
    try:
        weights = service.weights(record.run_id)
    except ClsfError:
        weights = None
    return capsule.write(
        record, weights, events=service.store.told(record.run_id), classes=class_names(record), notes=note
    )  # fmt: skip
