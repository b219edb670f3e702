"""The collection of this session, the last models taught from it, and these models for the sections that use them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import streamlit as st

from clsf.data import private
from clsf.errors import ClsfError
from clsf.own import kept, unknown
from clsf.own.collection import Collection, empty
from clsf.own.recordings import Sides
from clsf.predict import asking
from clsf.runs.record import RunRecord
from clsf.ui.own import keys
from clsf.ui.shared import example, problems, runs, sections, service_access
from clsf.ui.shared.asked_model import AskedModel, named
from clsf.ui.shared.text import plain, t
from clsf.words import Sentence

USABLE = ("finished", "stopped")  # runs that keep their weights
VALIDATED = "clsf.own.asked:validated"


@dataclass(frozen=True, slots=True)
class Taught:
    """Two runs, the private set they were taught with, its classes, and whether recordings were kept whole in the split."""

    run_ids: tuple[str, ...]
    data: str
    classes: tuple[str, ...]
    whole: bool
    collection: Collection
    sides: Sides

    def records(self) -> list[RunRecord]:
        """Return the runs' records. Raises ClsfError if one is gone."""
        return [service_access.get_service().record(run_id) for run_id in self.run_ids]


def collection() -> Collection:
    """Return the collection; at first two empty classes."""
    if keys.COLLECTION not in st.session_state:
        names = t("Class {number}", number=1), t("Class {number}", number=2)
        st.session_state[keys.COLLECTION] = Collection(tuple(map(empty, names)))
    return st.session_state[keys.COLLECTION]


def change(new: Collection) -> None:
    """Switch to a collection with the same classes in the same order."""
    st.session_state[keys.COLLECTION] = new
    st.session_state.pop(keys.PICKED, None)


def replace(new: Collection) -> None:
    """Switch to a collection whose classes may differ."""
    st.session_state[keys.GENERATION] = generation() + 1
    change(new)


def generation() -> int:
    return st.session_state.get(keys.GENERATION, 0)


def taught() -> Taught | None:
    """Return what was taught last in this session, or, after a reload, what the run in the link was taught with."""
    if keys.TAUGHT not in st.session_state and (linked := _of_link()) is not None:
        st.session_state[keys.TAUGHT] = linked
    return st.session_state.get(keys.TAUGHT)


def _of_link() -> Taught | None:
    run_id = runs.looked_at()
    if not run_id:
        return None
    try:
        records = service_access.get_service().group(run_id)
        data = records[0].plan.data
        kept_here = kept.collection(data) if private.is_name(data) and data in private.own() else None
    except ClsfError:
        return None
    if kept_here is None or any(record.plan.train_layers != "head" for record in records):
        return None
    pictures, sides = kept_here
    whole = not np.isin(pictures.recordings[sides.validation], pictures.recordings[sides.train]).any()
    return Taught(tuple(record.run_id for record in records), data, pictures.names, bool(whole), pictures, sides)


def tell(kind: str, said: Sentence) -> None:
    """Keep a message to show once, when the page is drawn: "success", "warning" or "error"."""
    st.session_state.setdefault(keys.SAID, []).append((kind, said))


@contextmanager
def refusal_told() -> Iterator[None]:
    """Keep a ClsfError raised in the block as a message, and continue after the block."""
    try:
        yield
    except ClsfError as error:
        tell("error", error.sentence)


def show_told() -> None:
    """Show the kept messages."""
    shown = {"success": (st.success, "check_circle"), "warning": (st.warning, "warning"), "error": (st.error, "error")}
    for kind, said in st.session_state.pop(keys.SAID, []):
        show, icon = shown[kind]
        show(plain(said), icon=f":material/{icon}:")


def taught_models() -> tuple[Taught, list[AskedModel]] | None:
    """Return what was taught and its models; None, after a message on what to do first, if there are none."""
    known = taught()
    if known is None:
        st.info(t("Nothing has been taught yet."), icon=":material/school:")
        example.guess(
            t("Guess before you teach: what will the models answer to a thing of no class, and how sure will they be?")
        )
        to_section("teach", t("Teach it"), ":material/school:")
        return None
    try:
        records = [record for record in known.records() if record.status in USABLE and record.started is not None]
    except ClsfError as error:
        problems.show(error)
        return None
    if not records:
        st.info(t("The training is not over yet, or kept no weights."), icon=":material/hourglass_top:")
        to_section("teach", t("Look at the training"), ":material/show_chart:")
        return None
    return known, named(records)


def threshold(record: RunRecord) -> unknown.Threshold:
    """Return the threshold from which an answer of this model counts. Raises ClsfError."""
    return _threshold(record.run_id, record)


@st.cache_data(max_entries=200, show_spinner=False)
def _threshold(run_id: str, _record: RunRecord) -> unknown.Threshold:
    validated = asking.ask(service_access.get_service(), _record, VALIDATED)
    return unknown.threshold(validated.probabilities.astype(np.float64), validated.labels)


def to_section(name: str, label: str, icon: str) -> None:
    """Show a button that leads to another section of the page."""
    st.button(label, key=f"own_to_{name}", icon=icon, type="primary", on_click=sections.go, args=(keys.SECTION, name))
