"""The data that browser components get."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import streamlit as st

from clsf.ui.shared import components

ROOT = Path(__file__).parents[2]


def test_data_is_the_one_item_of_a_list_so_that_streamlit_looks_for_no_tables_in_it(monkeypatch):
    given = []
    declared = SimpleNamespace(component=lambda name, **parts: lambda **options: given.append((name, parts, options)))
    monkeypatch.setattr(st.components, "v2", declared)
    show = components.declared("clsf_example", js="export default function () {}")
    show(key="example", data={"rows": [1, 2]})
    assert given == [("clsf_example", {"js": "export default function () {}"}, {"key": "example", "data": [{"rows": [1, 2]}]})]


def test_every_function_in_the_browser_takes_it_out_of_the_list():
    """Except for the live chart's, which gets bytes."""
    files = [*(ROOT / "clsf" / "ui").rglob("*.js"), *(ROOT / "clsf" / "ui").rglob("*.py")]
    found = [
        (file.name, said) for file in files for said in re.findall(r"export default function \((.*)\)", file.read_text("utf-8"))
    ]
    assert len(found) > 15
    assert [name for name, said in found if not said.startswith("{ data: [data]")] == ["live_chart.js"]
