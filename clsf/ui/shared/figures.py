"""Charts and other pictures that are redrawn only if something is new: once per session, or once for all viewers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st

from clsf.charts.curves import KINDS, CurveView, figure, in_words
from clsf.runs.record import RunRecord
from clsf.ui.shared import language
from clsf.ui.shared.live_chart import live_chart, packed
from clsf.ui.shared.text import words

T = TypeVar("T")

KEPT = "figures_kept"  # in the session: name -> (stamp, what was made)

SHARED = 0.4  # seconds for which one drawing of a running run is shared by all its viewers
SHELF = 60  # shared drawings that are kept, about 50 kB each

_lock = threading.Lock()


def draw(
    name: str, stamp: object, make: Callable[[], tuple[dict, str]], height: int, title: str = "", link: dict | None = None
) -> None:
    """Draw what `make` returns, figure and description, remembered as long as `stamp` and the language stay the same.

    `name` is of the whole dashboard, "page-chart". `title` and `link` as in `live_chart`.
    """
    figure, alt = remembered(name, stamp, lambda: _packed(*make()))
    live_chart(figure, key=name, alt=alt, height=height, title=title, link=link)


def remembered(name: str, stamp: object, make: Callable[[], T]) -> T:
    """Return the cached result of `make` for this stamp and language, so that an unchanged figure costs little."""
    kept = st.session_state.setdefault(KEPT, {})
    stamp = (stamp, language.chosen())
    if name not in kept or kept[name][0] != stamp:
        kept[name] = stamp, make()
    return kept[name][1]


def shared(name: Hashable, records: Sequence[RunRecord], make: Callable[[], tuple[dict, str]]) -> tuple[bytes, str]:
    """Return the drawing of these runs by `make`, packed figure and description, shared by all sessions that view them.

    For a class that watches one run it is drawn once, not fifty times. `name` says what is drawn, and how. For running
    runs the drawing may be SHARED seconds old.
    """
    key = name, tuple(record.run_id for record in records), language.chosen()
    versions, over = tuple(record.version for record in records), all(record.over for record in records)
    shelf = _shelf()
    drawn, when, content = shelf.get(key, (None, 0.0, ("", "")))
    if drawn is None or (drawn != versions and (over or time.monotonic() - when > SHARED)):
        when, content = time.monotonic(), _packed(*make())
        with _lock:
            shelf[key] = versions, when, content
            shelf.move_to_end(key)
            while len(shelf) > SHELF:
                shelf.popitem(last=False)
    return content


def curves(name: str, kind: str, records: Sequence[RunRecord], view: CurveView, key: str, height: int) -> None:
    """Draw the curves of a kind of `clsf.charts.curves.KINDS` for these runs; `name` as in `shared`."""
    of = KINDS[kind]
    drawn, alt = shared((name, view), records, lambda: (figure(of, records, view, words), in_words(of, records, words)))
    live_chart(drawn, key=key, alt=alt, height=height, title=words(of.title))


@st.cache_resource(show_spinner=False)
def _shelf() -> OrderedDict[tuple, tuple[tuple[int, ...], float, tuple[bytes, str]]]:
    """Return the latest drawings of all sessions: how far the runs were, when it was drawn (monotonic seconds), and the drawing."""
    return OrderedDict()


def _packed(figure: dict, alt: str) -> tuple[bytes, str]:
    return packed(figure), alt
