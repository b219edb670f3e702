"""The numbers behind the curves, to read and to download."""

from __future__ import annotations

import streamlit as st

from clsf.charts import tables
from clsf.charts.style import STYLES
from clsf.runs.record import RunRecord
from clsf.ui.shared import choose, state
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import t

TABLES = {"epoch": tables.per_epoch, "step": tables.per_step}

SHARES = ["accuracy", "train_accuracy", "validation_accuracy"]  # fractions in files, per cent on the screen


def show(records: list[RunRecord]) -> None:
    """Show the tables on request; while folded they cost nothing."""
    if not any(len(record.steps) for record in records):
        return
    folded = st.expander(t("Numbers"), icon=":material/table:", key="numbers_open", bind="query-params")
    if not folded.open:
        return
    with folded:
        titles = {"epoch": t("Per epoch"), "step": t("Per step")}
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
            which = choose.named(st.segmented_control, t("Rows"), titles, state.NUMBERS, label_visibility="collapsed")
            download(
                t("Download CSV"), lambda: TABLES[which](records).to_csv(index=False).encode(),
                f"{records[0].group}-{which}.csv", "download",
            )  # fmt: skip
        table = TABLES[which](records)
        for name in table.columns.intersection(SHARES):
            table[name] = table[name] * 100
        table["framework"] = table["framework"].map(lambda name: STYLES[name].title)
        st.dataframe(table, hide_index=True, column_config=_columns(), alt=titles[which])


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "framework": t("Framework"),
        "epoch": number(t("Epoch")),
        "step": number(t("Step")),
        "loss": number(t("Loss"), format="%.4f"),
        "accuracy": number(t("Accuracy"), format="%.1f%%"),
        "gradient_norm": number(t("Size of the gradient"), format="%.3g"),
        "learning_rate": number(t("Learning rate"), format="%g"),
        "train_loss": number(t("Loss, training"), format="%.4f"),
        "train_accuracy": number(t("Accuracy, training"), format="%.1f%%"),
        "validation_loss": number(t("Loss, validation"), format="%.4f"),
        "validation_accuracy": number(t("Accuracy, validation"), format="%.1f%%"),
        "seconds": number(t("Seconds"), format="%.2f"),
        "validation_seconds": number(t("Seconds, validation"), format="%.2f"),
        "images_per_second": number(t("Images per second"), format="%.0f"),
    }
