"""A run -> the bytes of a capsule."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterable, Sequence
from itertools import islice

from clsf import __version__
from clsf.backends.base import Weights
from clsf.backends.initial import weights_hash
from clsf.capsule.arrays import EPOCH, packed
from clsf.capsule.contents import ABOUT, FORMAT, HISTORY, LEFT_OUT, MOST_NOTES, PAUSE, VERSION, WEIGHTS
from clsf.capsule.parcels import AT_ONCE
from clsf.data import catalogue
from clsf.errors import CapsuleError
from clsf.events import Event, event_to_json
from clsf.runs import sharing
from clsf.runs.record import RunRecord


def write(
    record: RunRecord, weights: Weights | None, *, events: Iterable[Event], classes: Sequence[str] = (), notes: str = ""
) -> bytes:
    """Return a capsule of a finished run. `events`: all its events (`RunStore.events`); LEFT_OUT ones are not packed.

    Equal runs give equal bytes. Raises CapsuleError if the run is not finished, never began, or the notes are too long.
    """
    if not record.over or record.started is None:
        raise CapsuleError("The run {run} has not ended yet, so it can't be packed. Wait for its end.", run=record.run_id)
    if len(notes) > MOST_NOTES:
        raise CapsuleError("The notes have {count} characters; at most {most} are packed.", count=len(notes), most=MOST_NOTES)
    about = {
        "format": FORMAT,
        "version": VERSION,
        "written_by": {"clsf": __version__},
        "framework": record.framework,
        "versions": record.started.versions,
        "machine": record.machine,
        "created": record.created,
        "group": record.group,
        "race": record.race,
        "input_shape": list(record.started.input_shape),
        "classes": list(classes),
        "model": record.model.to_json(),
        "plan": sharing.shared(record.plan).to_json(),
        "weights_hash": weights_hash(weights) if weights else None,
        "notes": notes,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, ABOUT, json.dumps(about, indent=2, ensure_ascii=False).encode())
        _add_history(archive, events)
        if weights:
            _add(archive, WEIGHTS, packed(weights), zipfile.ZIP_STORED)
    return file.getvalue()


def file_name(record: RunRecord) -> str:
    """Return a file name that says what the file holds, without characters that a file system refuses."""
    data = sharing.shared(record.plan).data
    data = "own-images" if catalogue.is_reference(data) else data
    text = f"{data}-{record.model.name}-{record.framework}-{record.run_id[:6]}"
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:80] + ".clsf.zip"


def _add_history(archive: zipfile.ZipFile, events: Iterable[Event]) -> None:
    """Write the list of events piece by piece: one call for all of them would block every page for over a second."""
    member = zipfile.ZipInfo(HISTORY, EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    before = b"["
    with archive.open(member, "w") as file:
        left = iter(events)
        while part := list(islice(left, AT_ONCE)):
            told = (event_to_json(sharing.told(event)) for event in part)
            texts = [json.dumps(one, separators=(",", ":"), default=str) for one in told if one["event"] not in LEFT_OUT]
            if texts:
                file.write(before + ",".join(texts).encode())
                before = b","
            time.sleep(PAUSE)
        file.write(b"[]" if before == b"[" else b"]")


def _add(archive: zipfile.ZipFile, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
    member = zipfile.ZipInfo(name, EPOCH)
    member.compress_type = how
    archive.writestr(member, content)
