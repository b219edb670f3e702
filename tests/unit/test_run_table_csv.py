"""A table opened in a spreadsheet holds text, never formulas from names of models or runs."""

import csv
import io

import pytest

from clsf.charts.arm_styles import arm_style
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.run_table import csv as table_csv


def cells(*names):
    rows = [
        RunRow(name, arm_style(n, 2, "torch"), RunRecord(f"r{n}", "g", "torch", preset("tiny"), Plan("digits", learning_rate=0.1 * (n + 1)), 1.0))
        for n, name in enumerate(names)
    ]  # fmt: skip
    return list(csv.DictReader(io.StringIO(table_csv(rows).decode())))


@pytest.mark.parametrize(
    "name", ["=1+1", '=HYPERLINK("http://evil.example")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_a_formula_is_a_text(name):
    assert cells(name, "other")[0]["name"].startswith("'")


def test_names_and_numbers_stay_as_they_are():
    assert [row["name"] for row in cells("-0.5", "my run")] == ["-0.5", "my run"]
