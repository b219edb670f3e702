"""Section 8: labels as whole numbers and as one-hot rows: two losses by name, one number."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.ui.data import codes, keys, source
from clsf.ui.shared import choose, linked
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import t

IMAGES = 4
CLASSES = 10  # at most; more columns would not fit
LIMIT = 1000.0  # of a logit that is typed in


def show(info: DatasetInfo) -> None:
    """Show the section."""
    images = source.dataset(info.name).train
    classes = images.classes[:CLASSES]
    indices = _some(images, len(classes))
    labels = images.labels[indices]
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        st.subheader(t("Four images and their labels"), anchor=False)
        pictures(
            np.asarray(images.pixels[indices]), [images.classes[k] for k in labels], key="data_labels",
            stamp=(info.name, tuple(indices.tolist())), columns=IMAGES, side=110, label=t("Four images and their labels"),
            notes=[t("label {label}", label=int(k)) for k in labels],
        )  # fmt: skip
        _both_kinds(labels, len(classes))
    with right:
        st.subheader(t("What a model might say: logits"), anchor=False)
        logits = _logits(classes, labels)
    _by_hand(logits, labels)
    _losses(logits, labels)


def _some(images: Images, classes: int) -> np.ndarray:
    """Return the first image of each of four classes spread over all classes, fewer if there are fewer."""
    wanted = np.unique(np.linspace(0, classes - 1, IMAGES).round().astype(int))
    places = [np.flatnonzero(images.labels == label)[:1] for label in wanted]
    return np.concatenate(places)


def _both_kinds(labels: np.ndarray, classes: int) -> None:
    one_hot = np.eye(classes, dtype=int)[labels]
    st.markdown(t("As whole numbers (“sparse”), shape {shape}", shape=f"({len(labels)},)"))
    st.code(str(labels), language=None)
    st.markdown(t("As one-hot rows (“categorical”), shape {shape}", shape=f"({len(labels)}, {classes})"))
    st.code(str(one_hot), language=None)


def _logits(classes: tuple[str, ...], labels: np.ndarray) -> np.ndarray:
    """Let the student type logits, and return them: float64 (images, classes)."""
    seed = choose.whole(t("Seed"), 0, 2**31 - 1, 0, keys.LOGITS_SEED)
    start = np.round(np.random.default_rng(seed).normal(0, 1.5, (len(labels), len(classes))), 1)
    names = [name if name == str(label) else f"{label}: {name}" for label, name in enumerate(classes)]
    key = f"{keys.LOGITS}_{seed}_{len(labels)}_{len(classes)}"
    # The table's initial values must stay the same while it is edited, or edits would be counted twice.
    if key not in st.session_state:
        st.session_state[f"{key}_base"] = typed(linked.current(keys.LOGITS) or "", seed, start)
    base = st.session_state[f"{key}_base"]
    table = {t("true label"): [int(k) for k in labels]} | {name: base[:, k] for k, name in enumerate(names)}
    edited = st.data_editor(
        table, hide_index=True, disabled=[t("true label")], key=key, width="stretch",
        column_config={n: st.column_config.NumberColumn(n, min_value=-LIMIT, max_value=LIMIT, format="%.1f", width="small") for n in names},
    )  # fmt: skip
    logits = np.array([[value if value is not None else 0 for value in edited[name]] for name in names], np.float64).T
    logits = np.clip(np.nan_to_num(logits), -LIMIT, LIMIT)
    linked.keep(keys.LOGITS, as_text(logits, seed, start) or None)
    st.caption(t("Change any number. The largest in a row is what the model would answer."))
    return logits


def as_text(logits: np.ndarray, seed: int, start: np.ndarray) -> str:
    """Return the edits of the initial numbers, for a link: the seed, then row, column and value of each; "" for nothing."""
    changed = [f"{row}_{column}_{logits[row, column]:.6g}" for row, column in np.argwhere(logits != start)]
    return "~".join([str(seed), *changed]) if changed else ""


def typed(text: str, seed: int, start: np.ndarray) -> np.ndarray:
    """Return the initial numbers with the edits that `as_text` wrote; anything else is ignored."""
    first, *changed = text.split("~")[: start.size + 1]
    found = start.copy()
    for one in changed if first == str(seed) else ():
        if match := re.fullmatch(r"([0-9]{1,2})_([0-9]{1,2})_(-?[0-9.]{1,9})(e-[0-9]{1,2})?", one, re.ASCII):
            row, column = int(match[1]), int(match[2])
            with suppress(ValueError, IndexError):
                found[row, column] = min(max(float(match[3] + (match[4] or "")), -LIMIT), LIMIT)
    return found


def _by_hand(logits: np.ndarray, labels: np.ndarray) -> None:
    """Show the loss as a formula with the numbers in it."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability = (exponents / exponents.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
    each = -np.log(np.maximum(probability, 1e-300))
    terms = " + ".join(f"{value:.3f}" for value in each)
    st.markdown(note("data", "p-softmax-logits"))
    st.latex(rf"({terms})\,/\,{len(each)} = {each.mean():.4f}")


def _losses(logits: np.ndarray, labels: np.ndarray) -> None:
    st.subheader(t("Two losses, two inputs, one number"), anchor=False)
    names = {
        "tensorflow": ("SparseCategoricalCrossentropy", "CategoricalCrossentropy"),
        "torch": (t("cross_entropy with whole numbers"), t("cross_entropy with one-hot rows")),
    }
    losses = {}
    for place, framework in zip(st.columns(2), FRAMEWORKS, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.markdown(heading(framework))
            answer = ask_or_say(
                framework, f"clsf.backends.{framework}.pipeline:losses", logits.tolist(), [int(k) for k in labels]
            )
            if answer is None:
                continue
            _, sparse, categorical = answer
            losses[framework] = sparse, categorical
            for name, value in zip(names[framework], (sparse, categorical), strict=True):
                st.metric(name, f"{value:.6f}")
    numbers = [value for pair in losses.values() for value in pair]
    if len(numbers) == 4:
        apart = max(numbers) - min(numbers)
        st.caption(
            t("The four numbers differ by {apart} at most: rounding of float32.", apart=f"{apart:.1e}") if apart < 1e-4 * max(1, *numbers)
            else t("The four numbers differ by {apart}.", apart=f"{apart:.1e}")
        )  # fmt: skip
        st.caption(note("data", "keras-name-decides"))
    call = f"one_hot, sparse, categorical = losses({logits.round(1).tolist()}, {[int(k) for k in labels]})\nprint(one_hot)\nprint(sparse, categorical)"
    codes.both(("losses",), {"tensorflow": call, "torch": call})
