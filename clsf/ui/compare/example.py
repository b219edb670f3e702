"""Stored real results, shown until the reader has own ones: two runs, a lockstep in float32, and several seeds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf import FRAMEWORKS, examples
from clsf.charts import compare_case as charts
from clsf.charts import compare_lockstep, compare_noise
from clsf.charts.compare_curves import contestants, figure, in_words
from clsf.compare import noise
from clsf.compare.cases.steps import summary as said
from clsf.compare.defaults import DefaultRow
from clsf.examples import compared
from clsf.frameworks import TITLES
from clsf.ui.shared import example
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.figures import draw
from clsf.ui.shared.text import plain, t, tn, words


def runs() -> None:
    """Show two runs that began equal."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.FIRST)]
    named = contestants(records, [TITLES[record.framework] for record in records])
    with _place("runs"):
        example.head(t("Two runs of the lecture's network on handwritten digits that began equal."))
        draw(
            "compare-example-epochs", len(named),
            lambda: (figure(named, "epochs", words), in_words(named, "epochs", words)), 380, t("Over epochs"),
        )  # fmt: skip


def lockstep() -> None:
    """Show how rounding grows in float32."""
    started, steps = examples.lockstep()
    with _place("lockstep"):
        count, dtype = len(steps), started.dtype
        example.head(
            tn(
                "{count} step in {dtype}, everything aligned.",
                "{count} steps in {dtype}, everything aligned.",
                count,
                dtype=dtype,
            )
        )
        draw(
            "compare-example-lockstep", len(steps),
            lambda: (compare_lockstep.figure(started, steps, None, words), compare_lockstep.in_words(started, steps, words)), 340,
            t("Largest difference at each step, in powers of ten"),
        )  # fmt: skip
        example.guess(t("Guess before you press: what would these lines look like in float64?"))


def seeds() -> None:
    """Show the same comparison with several seeds."""
    records = [examples.record(run_id) for run_id in examples.ids(examples.SEEDS)]
    sides = [[record for record in records if record.framework == name] for name in FRAMEWORKS]
    values = [noise.by_seed(side) for side in sides]
    images = noise.images_of(records)
    means = [noise.interval(list(pair.values()), "t", images) for pair in values]
    names = [TITLES[name] for name in FRAMEWORKS]
    styles = [one.style for one in contestants([side[0] for side in sides], names)]
    with _place("seeds"):
        count = len(values[0])
        example.head(
            tn("{count} seed, the smallest network, three epochs.", "{count} seeds, the smallest network, three epochs.", count)
        )
        st.markdown(plain(noise.gap_sentence(noise.gap(*values, "t", images))))
        draw(
            "compare-example-seeds", len(records),
            lambda: (compare_noise.figure(names, styles, values, means, words), compare_noise.in_words(names, means, words)), 340,
        )  # fmt: skip


def case() -> None:
    """Show how much each cause of the lecture's gap took away, on small images."""
    data, epochs, steps = compared.case()
    with _place("case"):
        facts = [
            t("The lecture's gap, one cause less at each step"), data_name(data), tn("{epochs} epoch", "{epochs} epochs", epochs, epochs=epochs),
            tn("{count} seed", "{count} seeds", len(steps[0].seeds)),
        ]  # fmt: skip
        example.head(" · ".join(facts))
        example.guess(t("Guess before you read on: which of the causes takes most of the gap away?"))
        draw(
            "compare-example-case", len(steps), lambda: (charts.waterfall(steps, words, None), charts.in_words(steps, words)),
            charts.height(steps, words), t("Accuracy on validation images, one cause less at each step"),
        )  # fmt: skip
        with st.expander(t("What came out")):
            st.markdown(plain(said(steps)))


def defaults(show: Callable[[DefaultRow], None]) -> None:
    """Show stored answers of both frameworks while they are asked again."""
    with _place("defaults"):
        example.head(t("What both said in the versions that this program was made with."))
        for row in compared.defaults():
            show(row)


def _place(name: str) -> object:
    return st.container(border=True, key=f"example_{name}", gap="small")
