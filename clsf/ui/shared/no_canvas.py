"""The text shown if a browser can't draw one of our pictures."""

from __future__ import annotations

from clsf.ui.shared.text import t


def without_canvas() -> str:
    """Return the sentence that is shown in place of a picture."""
    return t("This browser can't show this picture: it has no canvas, or it is switched off. Allow it, or use another browser.")
