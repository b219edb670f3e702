"""Convert: one or two files with trained models, their contents, where they differ layer by layer, and the corrected file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pandas as pd
import streamlit as st

from clsf.convert import certificate, lab, mending
from clsf.convert.causes import TITLES
from clsf.convert.lab import ConversionResult, Given
from clsf.convert.reading import MOST_BYTES
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model.shapes import shape_text
from clsf.ui.compare import keys
from clsf.ui.shared import data_choice, design, example, navigation, service_access
from clsf.ui.shared.downloads import download, refusable
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

KINDS = ("keras", "onnx", "safetensors", "pt", "pth")
LABELS = {"keras": "model.keras", "safetensors": "model.safetensors", "pt": "model.pt", "onnx": "model.onnx"}


@dataclass
class _Done:
    """The result of a comparison and the files made from it."""

    result: ConversionResult
    second: bytes
    pair: bool
    data: str
    made: dict[str, bytes] = field(default_factory=dict)
    refused: Sentence | None = None


def show() -> None:
    """Show the file inputs on the left and the results on the right."""
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        _choose()
    with right:
        done = st.session_state.get(keys.CONVERTED)
        if isinstance(done, Sentence):
            st.error(plain(done), icon=":material/error:")
        elif done is None:
            st.info(note("compare", "give-files"), icon=":material/upload_file:")
            example.guess(
                t("Guess: weights behind feature maps are carried to PyTorch as they are. Which layer differs first, and do the shapes show it?")
            )  # fmt: skip
        else:
            _look(done)


def _choose() -> None:
    most = MOST_BYTES // 1_000_000
    first = st.file_uploader(t("First file"), type=list(KINDS), key=keys.CONVERT_FIRST, max_upload_size=most)
    second = st.file_uploader(
        t("What was made from it (optional)"), type=list(KINDS), key=keys.CONVERT_SECOND, max_upload_size=most
    )
    data = data_choice.select()
    mine, spec = False, design.designed()
    if spec is not None:
        mine = st.toggle(
            t("A state_dict belongs to my model “{name}”", name=plain(spec.name)), key=keys.CONVERT_MINE,
            help=t("A state_dict holds weights alone. Without this the architecture is the other file's, or a guess."),
        )  # fmt: skip
    if st.button(
        t("Compare layer by layer"), key="convert_start", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=first is None,
    ):  # fmt: skip
        given = [Given(file.name, file.getvalue()) for file in (first, second) if file is not None]
        with st.spinner(t("Both frameworks read and compute …")):
            st.session_state[keys.CONVERTED] = _compared(given, data, (spec, catalogue.info(data).shape) if mine else None)


def _compared(given: list[Given], data: str, own: tuple | None) -> _Done | Sentence:
    try:
        comparison = lab.examined(service_access.get_service(), given, data, own)
    except ClsfError as error:
        return error.sentence
    return _Done(comparison, given[-1].content, len(given) == 2, data)


def _look(done: _Done) -> None:
    comparison = done.result.comparison
    if comparison.differs:
        st.error(plain(lab.verdict(comparison)), icon=":material/call_split:")
        for number, finding in enumerate(comparison.findings):
            lead = "" if number == 0 else t("Once that is fixed") + ": "
            cause = finding.cause
            st.markdown(f"{lead}**{plain(finding.layer)}**: {words(TITLES[cause.name])}. {plain(cause.sentence)}")
    else:
        st.success(plain(lab.verdict(comparison)), icon=":material/check_circle:")
    for said in comparison.notes:
        st.caption(f":material/info: {plain(said)}")
    _table(done)
    _take(done)


def _table(done: _Done) -> None:
    rows = done.result.comparison.rows
    first, second = plain(done.result.first.name), plain(done.result.second.name)
    second = second if second != first else f"{second} ({t('the other framework')})"
    table = pd.DataFrame(
        {
            "": ["" if row.same else "≠" for row in rows], first: [row.first for row in rows], second: [row.second for row in rows],
            t("Kind"): [row.kind for row in rows], t("Shape"): [shape_text(row.shape) for row in rows],
            t("Difference"): ["–" if row.difference is None else f"{row.difference:.1e}" for row in rows],
        }
    )  # fmt: skip
    st.dataframe(table, hide_index=True, width="stretch", height=min(38 + 35 * len(rows), 420))
    st.caption(t("The difference is relative to the largest output of the layer, computed in 64 bits. ≠: more than rounding."))


def _take(done: _Done) -> None:
    result = done.result
    with st.container(horizontal=True):
        if st.button(t("Open in Model"), key="convert_open", icon=":material/account_tree:"):
            design.hand_over(result.first.spec)
            navigation.switch_to("model")
        if done.pair and result.comparison.differs:
            _download(
                t("The second file, fixed"), "mended", done,
                lambda: mending.mended(service_access.get_service(), result, done.second), f"mended.{result.second.kind}", type="primary",
            )  # fmt: skip
    with st.expander(t("Download the first file's model in another format"), icon=":material/download:"):
        for kind, name in LABELS.items():
            with st.container(horizontal=True):
                _download(name, kind, done, lambda kind=kind: _written(done, kind), name)
                _download(
                    t("Certificate (page)"), f"{kind}_page", done, lambda kind=kind: certificate.as_page(_certificate(done, kind), words),
                    f"{name}.parity.html",
                )  # fmt: skip
                _download(
                    t("Certificate (JSON)"), f"{kind}_json", done, lambda kind=kind: certificate.as_json(_certificate(done, kind)),
                    f"{name}.parity.json",
                )  # fmt: skip
        st.caption(note("compare", "parity-certificate"))
    st.fragment(_refused, run_every=2.0)(done)


def _written(done: _Done, kind: str) -> bytes:
    if kind not in done.made:
        done.made[kind] = mending.written(service_access.get_service(), done.result.first, kind)
    return done.made[kind]


def _certificate(done: _Done, kind: str) -> certificate.Certificate:
    return certificate.of_file(service_access.get_service(), _written(done, kind), LABELS[kind], done.result.first, done.data)


def _refused(done: _Done) -> None:
    if done.refused is not None:
        st.error(plain(done.refused), icon=":material/error:")


def _download(label: str, key: str, done: _Done, make: Callable[[], bytes | str], name: str, **more: object) -> None:
    """Show a download button; its file is made when it is pressed. A refusal is kept and shown below."""
    download(label, refusable(make, partial(setattr, done, "refused")), name, f"convert_{key}", **more)
