"""The reader's camera: held buttons record frames, or it shows frame after frame to a model.

The browser crops each frame to a square and shrinks it; frames leave it only for a recording or a requested answer.
They arrive as raw pixels, so nothing from a browser has to be decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from clsf.ui.shared.components import component, key_of, nothing, received
from clsf.ui.shared.text import t

MOST_FRAMES = 40  # of one recording
PER_SECOND = 8  # frames of a recording

_component = component("clsf_camera", __file__, "camera")


def record(
    key: str, names: Sequence[str], side: int, on_recorded: Callable[[int, np.ndarray], None], full: bool = False
) -> None:
    """Show the camera with a button to hold per name. While it is held, frames are recorded, PER_SECOND and at most MOST_FRAMES.

    `on_recorded` is called with the index of the name and the frames, uint8 (n, side, side, 3), before the page runs again.
    `full`: no more frames are accepted, so the buttons are disabled.
    """
    key = key_of(key)
    heard = f"{key}-heard"

    def arrived() -> None:
        recording = recorded(_said(key, "recorded"), len(names), side)
        if recording is None:
            return
        number, at, frames = recording
        st.session_state[heard] = number
        on_recorded(at, frames)

    _component(
        key=key,
        data={
            "mode": "record", "names": list(names), "side": side, "rate": PER_SECOND, "most": MOST_FRAMES, "full": full,
            "heard": st.session_state.get(heard, 0), "words": _words(),
        },
        on_recorded_change=arrived, on_frame_change=nothing,
    )  # fmt: skip


def watch(key: str, side: int) -> np.ndarray | None:
    """Show the camera and return the frame that it sees, uint8 (side, side, 3); None while it is off.

    The page runs again with each frame, one at a time and at most ten a second: put it into a fragment.
    """
    key = key_of(key)
    before = (st.session_state.get(key) or {}).get("frame") or ""
    result = _component(
        key=key,
        data={"mode": "watch", "names": [], "side": side, "heard": _number(before), "words": _words()},
        on_recorded_change=nothing, on_frame_change=nothing,
    )  # fmt: skip
    return received(str(result.frame or "").rpartition(":")[2], (side, side, 3))


def recorded(value: object, names: int, side: int) -> tuple[int, int, np.ndarray] | None:
    """Return (number, index of the name, frames) from the browser's message, None if the message is invalid."""
    if not isinstance(value, dict):
        return None
    number, at, frames = value.get("number"), value.get("at"), value.get("frames")
    if type(number) is not int or type(at) is not int or not 0 <= at < names or not isinstance(frames, list):
        return None
    pictures = [received(frame, (side, side, 3)) for frame in frames[:MOST_FRAMES]]
    if not pictures or any(frame is None for frame in pictures):
        return None
    return number, at, np.stack(pictures)


def _said(key: str, name: str) -> object:
    value = st.session_state.get(key)
    return value.get(name) if value is not None and hasattr(value, "get") else getattr(value, name, None)


def _number(value: object) -> int:
    digits = str(value).partition(":")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def _words() -> dict[str, str]:
    return {
        "open": t("Open the camera"), "close": t("Close the camera"), "other": t("Other camera"), "view": t("What the camera sees"),
        "hold": t("Hold to record: %n"), "recording": t("Recording %n …"), "recorded": t("%k images for %n"),
        "how": t("Hold a button with the mouse, a finger, or Space. Images leave this browser only while you hold it."),
        "watching": t("While the camera is open, each image that is answered goes to this server, and none is kept."),
        "full": t("There is no room for more images. Delete some first."),
        "asking": t("The browser asks whether this page may use the camera."),
        "denied": t("The camera may not be used: the browser was told no. Allow it in the address bar and open it again, or use files."),
        "missing": t("No camera was found. Connect one and open it again, or use files instead."),
        "busy": t("The camera can't be opened; another program may be using it. Close that one and try again, or use files instead."),
        "insecure": t("Browsers give the camera only to pages with https, or on this computer itself. Ask for the https address, or use files instead."),
    }  # fmt: skip
