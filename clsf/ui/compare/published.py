"""The published result of a case: the claim, its numbers, and for CrossedWires all pairs as points, any of them to run here."""

from __future__ import annotations

import streamlit as st

from clsf.charts import compare_published as chart
from clsf.compare.cases import crossedwires
from clsf.compare.cases.case import Case
from clsf.compare.cases.crossedwires import NET_OF, PublishedPair
from clsf.ui.compare import keys
from clsf.ui.shared import choose
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, words


def show(case: Case) -> PublishedPair | None:
    """Show the published data of a case; return the row that the student wants to run, if any."""
    source = case.published
    where = f"[{plain(source.where)}]({source.address})" if source.address else plain(source.where)
    st.markdown(f"{plain(source.claim)} {t('Source')}: {where}.")
    if source.numbers:
        st.markdown("\n".join(f"- {plain(what)}: **{plain(value)}**" for what, value in source.numbers))
    return _rows(case) if case.name in NET_OF else None


def _rows(case: Case) -> PublishedPair | None:
    with st.expander(
        t("All published pairs; run one of them here"), icon=":material/scatter_plot:", key=f"published_{case.name}"
    ):
        net = NET_OF[case.name]
        rows = [row for row in crossedwires.rows() if row.net == net]
        st.caption(note("compare", "published-pairs"))
        chosen = set(st.session_state.get(f"{_key(net)}_chosen", ()))  # at the last page run
        picked = st.plotly_chart(
            chart.figure(rows, chosen, words), key=_key(net), on_select="rerun", selection_mode=("points", "box", "lasso"),
            height=520, config={"displaylogo": False}, alt=chart.in_words(rows, words),
        )  # fmt: skip
        places = sorted({point["customdata"][0] for point in picked.selection.points if point.get("customdata")})
        st.session_state[f"{_key(net)}_chosen"] = places
        if set(places) != chosen:
            st.rerun()
        return _one(net, rows, places)


def _key(net: str) -> str:
    return f"published_pairs_{net}"


def _one(net: str, rows: list[PublishedPair], places: list[int]) -> PublishedPair | None:
    usual = rows.index(crossedwires.usual(net))
    linked = st.query_params.get(keys.ROW, "")
    if linked.isascii() and linked.isdecimal() and len(linked) < 7 and int(linked) < len(rows) and not places:
        usual = int(linked)
    offered = places[:200] or [usual]
    offered.sort(key=lambda n: -abs(rows[n].gap))
    titles = {str(n): _told(rows[n]) for n in offered}
    help = t("With its learning rate, epsilon and batch size, on your images.")
    if st.toggle(t("Run one of these rows here"), key=keys.ROW_ON, help=help, **choose.LINKED):
        first = str(rows.index(crossedwires.usual(net)))
        first = first if first in titles else next(iter(titles))
        return rows[int(choose.named(st.selectbox, t("Published pair"), titles, f"{_key(net)}_row", keys.ROW, first))]
    return None


def _told(row: PublishedPair) -> str:
    return t(
        "{torch} % against {tensorflow} %: learning rate {rate}, epsilon {epsilon}, batch {batch}, epochs {epochs}",
        torch=f"{row.torch * 100:.1f}", tensorflow=f"{row.tensorflow * 100:.1f}", rate=f"{row.learning_rate:g}",
        epsilon=f"{row.epsilon:g}", batch=row.batch_size, epochs=row.epochs,
    )  # fmt: skip
