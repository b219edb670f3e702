"""Section 5: leaked images that inflate a score, as pairs, explained, and training with and without them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.data import access, cache
from clsf.data.catalogue import DatasetInfo
from clsf.data.file_names import file_names
from clsf.data.images import Dataset
from clsf.data.leaks import Checked, LeakFinding
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.ui.data import keys, source
from clsf.ui.shared import navigation, problems, progress, runs, service_access, state
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import plain, t

PAIRS = 4  # of a finding that are shown
TICK = 1.0  # seconds between two looks at runs that go on
MODEL, EPOCHS, MOST = "lecture-cnn", 8, 4000
"""The model trained with and without the leak: large enough to memorise, small enough for a minute."""


def show(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    checked = ask_or_say("torch", "clsf.data.leaks:look", info.name, stamp=dataset.checksum)
    if checked is None:
        return
    counts = dict(checked.counts)
    looked = t(
        "Images that were looked at: training {train}, validation {validation}, test {test}.",
        train=f"{counts.get('train', 0):,}", validation=f"{counts.get('val', 0):,}", test=f"{counts.get('test', 0):,}",
    )  # fmt: skip
    if not checked.findings:
        st.success(t("Nothing found: no copies, no blank or broken images, no class that is missing."), icon=":material/check_circle:")  # fmt: skip
    names = file_names(info.name) if access.may_change(cache.described(info.name)) else None
    for finding in checked.findings:
        _finding(info, dataset, checked, finding, names)
    st.caption(looked if checked.names else f"{looked} {note('data', 'leaks-no-names')}")


def _finding(info: DatasetInfo, dataset: Dataset, checked: Checked, finding: LeakFinding, names: list[str] | None) -> None:
    with st.container(border=True):
        st.markdown(f"**:material/warning: {plain(finding.said)}**")
        st.markdown(plain(finding.means))
        shown = [place for pair in finding.pairs[:PAIRS] for place in pair] or list(finding.images[: 2 * PAIRS])
        if shown:
            _pictures(dataset, checked, finding, shown, names)
        st.markdown(t("What to do: {what}", what=plain(finding.do)))
        if finding.leaked:
            _with_and_without(info, dataset, finding)


def _pictures(dataset: Dataset, checked: Checked, finding: LeakFinding, shown: list, names: list[str] | None) -> None:
    parts = {"train": dataset.train, "val": dataset.validation, "test": dataset.test}
    titles = {"train": t("training"), "val": t("validation"), "test": t("test")}
    first, total = {}, 0
    for part, count in checked.counts:
        first[part], total = total, total + count
    notes = [
        names[first[part] + number].rpartition("/")[2] if names else f"{titles[part]} · {number:,}" for part, number in shown
    ]
    pictures(
        np.stack([parts[part].pixels[number] for part, number in shown]),
        [f"{dataset.train.classes[parts[part].labels[number]]} · {titles[part]}" if names else dataset.train.classes[parts[part].labels[number]] for part, number in shown],
        key=f"leak_{finding.kind}_{finding.other}", stamp=(dataset.name, dataset.checksum, finding.kind, finding.other), columns=8, side=88,
        label=t("Pairs, side by side"), notes=notes,
    )  # fmt: skip


def _with_and_without(info: DatasetInfo, dataset: Dataset, finding: LeakFinding) -> None:
    started = st.session_state.setdefault(keys.LEAK_RUNS, {})
    which = (dataset.name, dataset.checksum, finding.kind)
    if which in started:
        if _over(started[which]):
            _told(started[which], finding.kind == "group-across" and finding.other == "val" and dataset.validation is None)
        else:
            _follow(started[which])
        return
    pressed = st.button(
        t("Train with and without the leak"), key=f"leak_train_{finding.kind}_{finding.other}", icon=":material/play_arrow:",
        help=note("data", "leaks-two-runs"),
    )  # fmt: skip
    if not pressed:
        return
    with problems.shown():
        with st.spinner(t("Making the two data sets …")):
            service = service_access.get_service()
            pair = service.call("torch", "clsf.data.leaks:apart", info.name, finding.kind, state.owner(), timeout=60.0)
        spec = preset(MODEL, len(dataset.train.classes))
        started[which] = [
            service.train(spec, Plan(name, epochs=EPOCHS, batch_size=32, train_limit=MOST), ("torch",), owner=state.owner())[0] for name in pair
        ]  # fmt: skip
        st.rerun()


def _over(run_ids: list[str]) -> bool:
    return all(record is None or record.over for record in map(runs.record, run_ids))


@st.fragment(run_every=TICK)
def _follow(run_ids: list[str]) -> None:
    if _over(run_ids):
        st.rerun()
    records = list(map(runs.record, run_ids))
    share = sum(1.0 if record is None or record.over else progress.of_run(record) for record in records) / len(records)
    st.progress(share, text=t("Training with and without the leak …"))


def _told(run_ids: list[str], other_images: bool) -> None:
    records = list(map(runs.record, run_ids))
    best = [None if record is None or not record.epochs else record.epochs[-1].validation_accuracy for record in records]
    if None in best:
        st.info(t("One of the two runs did not finish, so there is nothing to compare."), icon=":material/info:")
    else:
        bought = 100 * (best[0] - best[1])
        st.markdown(
            t(
                "Validation accuracy **with** the leak {one}, **without** it {two}: the leak added {points} percentage points.",
                one=f"{best[0]:.1%}", two=f"{best[1]:.1%}", points=f"{bought:+.1f}",
            )
        )  # fmt: skip
        st.caption(note("data", "leaks-other-images") if other_images else note("data", "leaks-same-images"))
    key = f"leak_compare_{run_ids[0]}"
    if all(records) and st.button(t("Compare the two runs"), key=key, icon=":material/compare_arrows:"):
        runs.look_at_pair(*run_ids)
        navigation.switch_to("compare", {state.RUN: run_ids[0], runs.COMPARE_WITH_LINK: run_ids[1]})
