"""The collection of this session, and what was taught of it last."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clsf.own.collection import Collection, empty
from clsf.runs.record import RunRecord
from clsf.ui.own import keys
from clsf.ui.shared import service_access
from clsf.ui.shared.text import sentence, t
from clsf.words import Sentence

USABLE = ("finished", "stopped")  # runs that keep their weights
VALIDATED = "clsf.own.asked:validated"


@dataclass(frozen=True, slots=True)
class Taught:
    """Two runs, the private set they were taught with, its classes, and whether recordings stayed whole."""

    run_ids: tuple[str, ...]
    data: str
    classes: tuple[str, ...]
    whole: bool
    collection: Collection

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
    """Go on with a collection whose classes are in their places."""
    st.session_state[keys.COLLECTION] = new
    st.session_state.pop(keys.PICKED, None)


def replace(new: Collection) -> None:
    """Go on with a collection whose classes may be others."""
    st.session_state[keys.GENERATION] = generation() + 1
    change(new)


def generation() -> int:
    return st.session_state.get(keys.GENERATION, 0)


def taught() -> Taught | None:
    return st.session_state.get(keys.TAUGHT)


def tell(kind: str, said: Sentence) -> None:
    """Keep something to be said once, when the page is drawn: "success", "warning" or "error"."""
    st.session_state.setdefault(keys.SAID, []).append((kind, said))


def show_told() -> None:
    """Say what was kept."""
    shown = {"success": st.success, "warning": st.warning, "error": st.error}
    icons = {"success": ":material/check_circle:", "warning": ":material/warning:", "error": ":material/error:"}
    for kind, said in st.session_state.pop(keys.SAID, []):
        shown[kind](sentence(said), icon=icons[kind])
