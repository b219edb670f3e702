"""Which differences the reader has switched on, for lockstep and switchboard alike; in the link, so that it can be shared."""

from __future__ import annotations

import streamlit as st

from clsf.compare.differences import ENTRIES
from clsf.ui.compare import keys
from clsf.ui.shared import linked

ALIGNED = "aligned"


def on() -> dict[str, str]:
    """Return entry -> option of what is not aligned. Unknown entries in a link are ignored."""
    text = st.session_state.get(keys.SWITCHES)
    if text is None:
        text = st.query_params.get(keys.SWITCHES, "")
    options = _read(text)
    _write(options)
    return options


def turn(name: str, option: str) -> None:
    """Turn one switch."""
    options = on()
    if option == ALIGNED:
        options.pop(name, None)
    else:
        options[name] = option
    _write({n: options[n] for n in ENTRIES if n in options})


def only(names: list[str]) -> None:
    """Leave exactly these on; those that were off get the option that is offered first."""
    before = on()
    _write({name: before.get(name, first(name)) for name in ENTRIES if name in names})


def first(name: str) -> str:
    """Return the default option of a switch that is turned on: PyTorch differs."""
    return ENTRIES[name].options[-1].name


def _read(text: str) -> dict[str, str]:
    options = {}
    for part in text.split(","):
        name, _, option = part.partition(":")
        if name in ENTRIES:
            known = [o.name for o in ENTRIES[name].options if o.name != ALIGNED]
            options[name] = option if option in known else first(name)
    return options


def _write(options: dict[str, str]) -> None:
    text = ",".join(name if option == first(name) else f"{name}:{option}" for name, option in options.items())
    st.session_state[keys.SWITCHES] = text
    linked.put(keys.SWITCHES, text or None)
