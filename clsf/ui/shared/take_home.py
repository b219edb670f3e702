"""Downloads of a trained model: its files, the code that made it, and a capsule that can be opened here again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from clsf import code
from clsf.capsule import file_name
from clsf.capsule.arrays import packed as packed_weights
from clsf.code import own_layers
from clsf.code.departures import departures
from clsf.code.whole import not_written
from clsf.convert import certificate
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.predict import asking
from clsf.predict.exporting import ARRAYS, CAPSULE, CODE_STYLES, SLOW, every_kind
from clsf.predict.kept import Exports
from clsf.runs.happened import Happened
from clsf.runs.record import RunRecord
from clsf.ui.shared import capsules, service_access
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.downloads import download, refusable
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, words

MADE = "take_home_refusals"  # in the session: run id -> why a file of it could not be made


@st.cache_resource(show_spinner=False)
def _exports() -> Exports:
    """Return the exported files of this server: all sessions and pages share what was made."""
    return Exports()


def show(models: Sequence[AskedModel]) -> None:
    """Show the downloads of each model."""
    for model, place in zip(
        models, st.columns(len(models), gap="medium") if len(models) > 1 else [st.container()], strict=True
    ):
        with place.container(border=True):
            _one(model)


def _one(model: AskedModel) -> None:
    record = model.record
    st.markdown(f"### {model.mark} {plain(model.name)}")
    for kind, label, about in _formats(record):
        whole = kind == CAPSULE
        st.markdown(f"**{t('The whole run')}**") if whole else None
        _download(
            label, kind, record, lambda kind=kind: _content(record, kind), _file(record, kind),
            ":material/inventory_2:" if whole else ":material/download:", type="primary" if whole else "secondary", help=about,
        )  # fmt: skip
        st.markdown(f"**{t('The trained model')}**") if whole else None
    _certificates(record)
    st.markdown(f"**{t('The code')}**")
    suffix = "keras" if record.framework == "tensorflow" else "torch"
    _download(
        t("The model ({file})", file="model.py"), "model", record, lambda: _model_code(record), f"model_{suffix}.py", ":material/code:",
        help=t("What builds the same network; in PyTorch the weights are loaded into it."),
    )  # fmt: skip
    why = not_written(record.plan)
    if why is not None:
        st.caption(plain(why))
    elif _reproducible(record):
        _download(
            t("Script that trains it"), "script", record,
            lambda: code.script(record.model, record.plan, record.framework, *_beyond(record), exact=True), f"train_{suffix}.py", ":material/code:",
            help=note("predict", "script-repeats"),
        )  # fmt: skip
        _download(
            t("Notebook"), "notebook", record, lambda: code.notebook(record.model, record.plan, words, *_beyond(record)), f"{_stem(record)}.ipynb",
            ":material/book_2:", help=t("Both frameworks, with explanations."),
        )  # fmt: skip
        with st.expander(t("What the script does differently from this run")):
            analysis = record.model.analyse(tuple(record.started.input_shape))
            for said in departures(record.plan, record.framework, analysis):
                st.markdown(f"- {plain(said)}")
    st.caption(_how_to_use(record))
    if record.plan.dtype == "float64":
        st.caption(f":material/warning: model.onnx: {note('predict', 'model-computes-float64')}")
    st.fragment(_news, run_every=2.0)(record.run_id)  # a press does not rerun the page, so the result is polled


def _certificates(record: RunRecord) -> None:
    """Offer a certificate for each file of the model: the difference of its scores from the run's own."""
    with st.expander(t("Parity certificates"), icon=":material/verified:"):
        st.caption(note("compare", "parity-certificate"))
        for kind, label, _ in _formats(record):
            name = f"{_file(record, kind)}.parity"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"`{label}`")
                _download(
                    t("Page"), f"{kind}_parity_page", record, lambda kind=kind: certificate.as_page(_certificate(record, kind), words), f"{name}.html",
                    help=t("A small page that opens in any browser."), width="content",
                )  # fmt: skip
                _download(
                    "JSON", f"{kind}_parity_json", record, lambda kind=kind: certificate.as_json(_certificate(record, kind)), f"{name}.json",
                    help=t("The same numbers for a program."), width="content",
                )  # fmt: skip


def _file(record: RunRecord, kind: str) -> str:
    return file_name(record) if kind == CAPSULE else f"{_stem(record)}.{kind}"


def _content(record: RunRecord, kind: str) -> bytes:
    """Return the file of a kind of `clsf.predict.exporting.every_kind`."""
    service = service_access.get_service()
    if kind == CAPSULE:
        return capsules.packed(record, note_of(record.run_id))
    if kind == ARRAYS:
        return packed_weights(service.weights(record.run_id))
    return _exports().get(service, record, kind)


def _certificate(record: RunRecord, kind: str) -> certificate.Certificate:
    service = service_access.get_service()
    weights = asking.plain_arrays(service.weights(record.run_id))
    return certificate.of_run(
        service, asking.request_of(record), weights, kind, _content(record, kind), _file(record, kind), record.plan.data
    )


def _beyond(record: RunRecord) -> tuple:
    """Return the facts of the run beyond its plan, in the form for scripts and notebooks."""
    was = Happened.of(record)
    return was.changed, tuple(was.sentences())


def _news(run_id: str) -> None:
    """Show which files are being made, which are ready, and, if it failed, why the last requested file could not be made."""
    exports = _exports()
    for kind, seconds in exports.making(run_id).items():
        st.info(
            t("model.{kind} is being made: {seconds} s so far. You may leave this page; it is kept here.", kind=kind, seconds=int(seconds)),
            icon=":material/hourglass_top:",
        )  # fmt: skip
    for kind in exports.made(run_id):
        if kind in SLOW:
            st.caption(":material/check: " + t("model.{kind} is ready; press to download it.", kind=kind))
    failed = st.session_state.get(MADE, {}).get(run_id)
    if failed is not None:
        st.error(plain(failed), icon=":material/error:")


def _formats(record: RunRecord) -> list[tuple[str, str, str]]:
    """Return every kind of file with the run's weights, its name and its purpose."""
    onnx = t("For other programs that run models; made by the framework's own exporter.")
    if record.plan.dtype == "float64":
        onnx += " " + note("predict", "model-computes-float64")
    keras = t("For Keras: `keras.models.load_model`; network and weights together.")
    for name in own_layers.of_keras(record.model.analyse(tuple(record.started.input_shape))):
        keras += " " + t("Define the class `{name}` before you load it: it is in the code of the model.", name=name)
    said = {
        CAPSULE: (t("Capsule"), t("Model, plan, seed, versions, history, notes and weights in one zip of JSON and NumPy arrays.")),
        "keras": ("model.keras", keras),
        "onnx": ("model.onnx", onnx),
        "tflite": ("model.tflite", t("For phones and small computers: TensorFlow Lite, one file that its interpreter runs.")),
        "pt": ("state_dict.pt", t("For PyTorch: `torch.load(…, weights_only=True)`; weights only, the network is code.")),
        "safetensors": ("state_dict.safetensors", t("The same weights in a format that cannot hold code, so it is safe to open.")),
        ARRAYS: ("weights.npz", note("predict", "numpy-every-weight")),
    }  # fmt: skip
    return [(kind, *said[kind]) for kind in every_kind(record.framework)]


def _how_to_use(record: RunRecord) -> str:
    scale = {
        "zero-one": t("pixel / 255"), "minus-one-one": t("pixel / 127.5 − 1"),
        "standardise": t("(pixel − mean) / deviation, per channel, of the training images"),
        "efficientnet": t("(pixel − 127) / 128"), "imagenet": t("(pixel − mean) / deviation, per channel, of ImageNet"),
    }[record.plan.scale]  # fmt: skip
    h, w, c = record.started.input_shape
    shape = f"(n, {h}, {w}, {c})" if record.framework == "tensorflow" else f"(n, {c}, {h}, {w})"
    return t("Images go in as `{shape}`, scaled as {scale}; scores for the classes come out.", shape=shape, scale=scale)


def _download(
    label: str,
    kind: str,
    record: RunRecord,
    make: Callable[[], bytes | str],
    name: str,
    icon: str = ":material/download:",
    **more: object,
) -> None:
    """Show a download button; its file is made when it is pressed. A refusal is kept and shown next to the buttons."""
    made = refusable(make, partial(st.session_state.setdefault(MADE, {}).__setitem__, record.run_id))
    download(label, made, name, f"predict_{kind}_{record.run_id}", icon, **{"width": "stretch", **more})


def _model_code(record: RunRecord) -> str:
    classes = asking.classes_of(record)
    return code.model_code(record.model, record.started.input_shape, classes, CODE_STYLES[record.framework], record.plan).text


def _reproducible(record: RunRecord) -> bool:
    """Whether the data set is known, so that a script can be written."""
    with suppress(ClsfError):
        return bool(catalogue.info(record.plan.data))
    return False


def note_of(run_id: str) -> str:
    """Return the note on a run, "" if there is none."""
    with suppress(ClsfError, AttributeError):  # AttributeError: there is no such line
        return service_access.get_service().history.line(run_id).note
    return ""


def _stem(record: RunRecord) -> str:
    return file_name(record).removesuffix(".clsf.zip")
