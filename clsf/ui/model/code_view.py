"""The design as code: Keras and PyTorch side by side, aligned layer by layer, to copy and to download."""

from __future__ import annotations

import streamlit as st

from clsf import code, losses
from clsf.code import Code
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.ui.model import keys
from clsf.ui.model.given import ModelBench
from clsf.ui.shared import choose, state
from clsf.ui.shared.code_panel import panel
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

ENDS = {"tensorflow": "keras", "torch": "torch"}


def show(bench: ModelBench) -> None:
    """Show the code of the design in the two styles that the reader chose."""
    spec = bench.seen.design.spec()
    styles = _styles()
    sources = [_source(spec, bench, style) for style in styles]
    problems = [source for source in sources if isinstance(source, Sentence)]
    for problem in dict.fromkeys(map(plain, problems)):
        st.info(problem, icon=":material/info:")
    if not problems:
        panel(*sources, styles, keys.CODE_PANEL)
    _downloads(spec, bench, {style: source for style, source in zip(styles, sources, strict=True) if isinstance(source, Code)})


def _styles() -> list[str]:
    chosen = []
    for place, (framework, key) in zip(
        st.columns(2), (("tensorflow", keys.KERAS_STYLE), ("torch", keys.TORCH_STYLE)), strict=True
    ):
        first = "keras-functional" if framework == "tensorflow" else "torch-module"
        names = [first, *(name for name, style in code.STYLES.items() if style.framework == framework)]
        titles = {name: words(code.STYLES[name].title) for name in names}
        chosen.append(choose.named(st.selectbox, t("Way to write it"), titles, key, label_visibility="collapsed", place=place))
    return chosen


def _source(spec: ModelSpec, bench: ModelBench, style: str) -> Code | Sentence:
    try:
        return code.model_code(spec, bench.seen.input_shape, bench.given.classes, style)
    except ClsfError as error:
        return error.sentence


def _downloads(spec: ModelSpec, bench: ModelBench, sources: dict[str, Code]) -> None:
    st.header(t("Take it with you"))
    trained, plan, told = _trained(spec, bench)
    whole = bench.ready and plan is not None
    with st.container(horizontal=True, gap="small"):
        for style, source in sources.items():
            download(
                t("Model: {file}", file=f"model_{ENDS[code.STYLES[style].framework]}.py"), lambda text=source.text: text,
                f"model_{ENDS[code.STYLES[style].framework]}.py", f"download_{code.STYLES[style].framework}",
            )  # fmt: skip
        for framework in ("tensorflow", "torch"):
            name = f"train_{framework}.py"
            download(
                t("Training script: {file}", file=name), lambda f=framework: code.script(trained, plan, f), name,
                f"script_{framework}", ":material/terminal:", disabled=not whole,
            )  # fmt: skip
        download(
            t("Notebook with both"), lambda: code.notebook(trained, plan, words), "both.ipynb", "download_notebook",
            ":material/menu_book:", disabled=not whole,
        )  # fmt: skip
    if whole:
        st.caption(
            f"{t('The scripts train on the images chosen above: {data}.', data=data_name(plan.data))} {_rest(plan, told)} "
            + t("They need only the framework; the notebook runs both and checks that they agree.")
        )
    elif not bench.ready:
        st.caption(t("Scripts and notebook are there as soon as the design can be trained."))
    else:
        st.caption(t("Scripts and notebook need images to train on: choose a data set above instead of a typed size."))


def _rest(plan: Plan, told: bool) -> str:
    """Show how the scripts train and where that was chosen: on the Train page if `told`, else nowhere."""
    values = {"epochs": plan.epochs, "optimizer": plan.optimizer}
    if told:
        return t("Epochs ({epochs}), optimizer ({optimizer}) and everything else are as on the Train page.", **values)
    return t("Epochs ({epochs}), optimizer ({optimizer}) and everything else have their default values.", **values)


def _trained(spec: ModelSpec, bench: ModelBench) -> tuple[ModelSpec, Plan | None, bool]:
    """Return what the scripts train: the design as the loss needs it, the plan set on the Train page in this session, and whether
    one was set.

    The plan has the defaults if none was set yet, or if it does not fit the images that are chosen here.
    """
    data, classes = bench.given.data, bench.given.classes
    if data is None:
        return spec, None, False
    try:
        plan = st.session_state[state.PLAN].but(
            data=data, begin_from=None, epochs_before=0, weights=None, train_layers="all", backbone_rate=None, freeze_norms=False
        )  # fmt: skip
        trained = losses.fitted(spec, plan, classes)
        losses.check(trained, plan, bench.seen.input_shape, classes)
        if prepared_shape(catalogue.info(data), plan.preparation) == bench.seen.input_shape:
            return trained, plan, True
    except (KeyError, ClsfError):
        pass
    return spec, Plan(data=data), False
