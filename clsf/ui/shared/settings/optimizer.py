"""Settings of the optimizer beyond its learning rate: its formula, its hyper-parameters, and how the frameworks differ."""

from __future__ import annotations

import streamlit as st

from clsf.frameworks import TITLES
from clsf.optimizers import OPTIMIZERS, Setting
from clsf.ui.shared.settings.fields import number, pair, twins
from clsf.ui.shared.text import plain, t

KEYS = tuple(f"{name}_{setting.name}" for name, declared in OPTIMIZERS.items() for setting in declared.settings)


def hyper(name: str, rate: float) -> dict[str, object]:
    """Show the rule of the optimizer and its hyper-parameters; return fields of a plan."""
    declared = OPTIMIZERS[name]
    st.caption("  \n".join(f"`{step}`" for step in declared.formula.split(";  ")))
    chosen = {}
    for first in range(0, len(declared.settings), 2):
        for place, setting in zip(pair(), declared.settings[first : first + 2], strict=False):
            key, help = f"{name}_{setting.name}", plain(setting.help)
            value = number(place, setting.name, key, setting.usual, setting.high, _step(setting), help)
            if value != setting.usual:
                chosen[setting.name] = value
    if not declared.settings:
        st.caption(t("This rule has no numbers but the learning rate."))
    twins(str(declared.keras_call(rate, chosen)), str(declared.torch_call(rate, chosen)))
    if declared.differs:
        for title, said in zip(TITLES.values(), (declared.keras_says, declared.torch_says), strict=True):
            st.caption(f"**{title}**: {plain(said)}")
    return {"hyper": chosen}


def _step(setting: Setting) -> float:
    """Return the step of + and -: 0.01 for shares, the number itself for small numbers."""
    return 0.01 if 0.01 <= setting.usual < 1 else setting.usual
