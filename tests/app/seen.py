"""What a page in AppTest shows, as text."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest


def texts(app: AppTest) -> str:
    """Return every text on the page, a line each."""
    kinds = (
        app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.info, app.success, app.error,
    )  # fmt: skip
    return "\n".join(element.value for kind in kinds for element in kind)


def html(app: AppTest) -> str:
    """Return what is shown as HTML, style sheets left out."""
    return "\n".join(element.value for element in app.html if not element.value.startswith("<style>"))


def charts(app: AppTest) -> dict[str, dict]:
    """Return the live charts on the page by name, each as the data that its browser part gets."""
    told = [json.loads(found.proto.bytes) for found in app.get("bidi_component") if found.proto.bytes]
    return {chart["name"]: chart for chart in told}


def well(app: AppTest) -> AppTest:
    """Return the page; fails if it ended in an exception."""
    assert not app.exception
    return app


def faultless(app: AppTest) -> AppTest:
    """Return the page; fails if it ended in an exception, or shows an error."""
    assert not well(app).error
    return app
