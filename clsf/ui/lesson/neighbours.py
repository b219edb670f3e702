"""Digits and shuffled digits: a dense network and one of convolutions learn both, here and now, in both frameworks."""

from __future__ import annotations

import streamlit as st

from clsf.charts import course_neighbours, pictures
from clsf.course import neighbours
from clsf.data.sources import open_dataset
from clsf.frameworks import BY_NAME
from clsf.ui.lesson import asked
from clsf.ui.shared import facts, figures, styles
from clsf.ui.shared.text import plain, t, words
from clsf.ui.shared.units import share

_TRAINED, _SEED = "neighbours_trained", "neighbours_seed"
SEEDS = 5  # number of seeds that the trainings cycle through


def show() -> None:
    """Show four digits in both orders, the button that trains, and the result."""
    styles.show("lesson/neighbours")
    images = open_dataset(neighbours.DATA).train
    first = images.pixels[:4]
    order = neighbours.order(first.shape[1] * first.shape[2])
    mixed = first.reshape(len(first), -1, first.shape[3])[:, order].reshape(first.shape)
    for title, pixels, alt in (
        (t("Proper"), first, t("a handwritten {digit}")),
        (t("Shuffled"), mixed, t("a {digit} with its pixels in another order")),
    ):
        cells = "".join(
            pictures.image(p, alt.format(digit=images.classes[label])) for p, label in zip(pixels, images.labels, strict=False)
        )
        st.html(f'<div class="nb"><span>{title}</span>{cells}</div>')
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        label = t("Again, with other first weights") if st.session_state.get(_TRAINED) else t("Train all four")
        st.button(label, key="neighbours_train", icon=":material/play_arrow:", type="primary", on_click=_press)
        st.caption(t("Two networks, each on proper and on shuffled digits, in both frameworks: about ten seconds."))
    if st.session_state.get(_TRAINED):
        _train(st.session_state.get(_SEED, 0))


def _press() -> None:
    if st.session_state.get(_TRAINED):
        st.session_state[_SEED] = (st.session_state.get(_SEED, 0) + 1) % SEEDS
    st.session_state[_TRAINED] = True


def _train(seed: int) -> None:
    """Train the networks one after the other, and show each result as soon as it is ready."""
    titles = {neighbours.DENSE: t("Fully connected"), neighbours.CONVOLUTION: t("Convolutions")}
    rows, places = [], dict(zip(titles, st.columns(2, gap="medium"), strict=True))
    for network, title in titles.items():
        with places[network], st.spinner(t("{network} is training…", network=title)):
            plain_, mixed = (asked.both(neighbours.JOB, network, shuffle, seed) for shuffle in (False, True))
            learned = {(f, o.shuffled): o.accuracies for answers in (plain_, mixed) for f, o in answers.items()}
            if not learned:
                continue
            figures.draw(
                f"lesson-{network}", (seed, tuple(learned.items())),
                lambda learned=learned, title=title: (course_neighbours.figure(learned, words), title), 350, title,
            )  # fmt: skip
        for framework in (framework for framework in plain_ if framework in mixed):
            proper, other = plain_[framework].accuracies[-1], mixed[framework].accuracies[-1]
            rows.append((network, framework, proper, other))
            facts.tell("neighbours", network=network, framework=framework, proper=proper, shuffled=other, lost=proper - other)
    if rows:
        st.table(
            {
                t("Network"): [titles[network] for network, *_ in rows],
                t("Framework"): [BY_NAME[framework].style.title for _, framework, *_ in rows],
                t("Proper"): [share(proper) for *_, proper, _ in rows],
                t("Shuffled"): [share(other) for *_, other in rows],
                t("Lost"): [t("{points} points", points=f"{100 * (proper - other):.1f}") for *_, proper, other in rows],
            },
            border="horizontal", hide_index=True, alt=t("Accuracy on proper and on shuffled digits"),
        )  # fmt: skip
        epochs = neighbours.PLAN.epochs
        st.caption(
            plain(t("Validation images after epoch {epochs}; first weights number {seed}.", epochs=epochs, seed=seed + 1))
        )
