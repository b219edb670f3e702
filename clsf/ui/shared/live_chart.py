"""A Plotly chart that is redrawn in place, so that it neither flickers nor forgets its zoom while numbers come in.

`st.plotly_chart` builds a new chart whenever the numbers change (Streamlit 1.67); it serves here only where plotly.js
could not be put into static/.
"""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from clsf.ui.shared import components, static_files
from clsf.ui.shared.components import key_of
from clsf.ui.shared.text import plain, t

_component = st.components.v2.component(
    "clsf_live_chart",
    html=(
        '<p class="clsf-chart-title"></p>\n<figure class="clsf-chart" role="figure"></figure>\n<p class="clsf-chart-note" hidden></p>'
    ),
    css=(
        ".clsf-chart { margin: 0; width: 100%; min-width: 0; }\n.clsf-chart-note { opacity: 0.8; }\n"
        ".clsf-chart-title { margin: 0 0 0.25rem; font-weight: 600; }\n.clsf-chart-title:empty { display: none; }"
    ),
    js=(Path(__file__).parent / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,  # plotly.js puts its style sheet into the document, where a shadow root would not see it
)


_preloading = components.declared(
    "clsf_preload",
    html="<span hidden></span>",
    js="""
export default function ({ data: [data] }) {
  const fetched = () => {
    if (window.Plotly?.react || document.getElementById("clsf-plotly")) return;
    const library = Object.assign(document.createElement("link"), { id: "clsf-plotly", rel: "prefetch", as: "script" });
    library.href = new URL(data.library, document.baseURI).href;
    document.head.append(library);
  };
  // Once the page is all there: beside plotly.js, the page itself came late on a slow line. Run by the first chart: that takes a slow
  // machine a second, in which the page answers to nothing.
  const running = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "running";
  const calm = () => (running() ? setTimeout(calm, 300) : fetched());
  setTimeout(calm, 300);
}
""",
)


def preload(key: str) -> None:
    """Make the browser load plotly.js (4.8 MB) before the first chart needs it, so that the first point need not wait."""
    library = static_files.plotly_address()
    if library is not None:
        _preloading(key=key_of(key), data={"library": library})


def packed(figure: dict) -> bytes:
    """Return a figure as the JSON for browsers. Made once, it serves all viewers of the same drawing."""
    return json.dumps(figure, separators=(",", ":")).encode()


def live_chart(
    figure: dict | bytes, *, key: str, alt: str, height: int = 300, title: str = "", link: dict | None = None
) -> None:
    """Draw `figure`, a dictionary of Plotly's data and layout, or the same `packed`. `alt` is its text alternative.

    `title` is shown above it as plain text. It is part of the chart because each extra element slows a live page down.

    Charts whose `link` names the same "group" zoom together, also where their x axes measure different things: its "scales"
    has a list per curve of pairs [place on this chart's axis, place on an axis that all of the group share], ascending.
    """
    library = static_files.plotly_address()
    if library is None:
        if title:
            st.markdown(f"**{plain(title)}**")
        st.plotly_chart(json.loads(figure) if isinstance(figure, bytes) else figure, height=height, alt=alt)
        return
    failed = t("The chart could not be drawn because the browser could not load plotly.js. The numbers are in the table below.")
    beside = {"library": library, "alt": alt, "height": height, "title": title, "name": key, "failed": failed, "link": link}
    content = figure if isinstance(figure, bytes) else packed(figure)
    # As bytes, because Streamlit (1.67) writes a dictionary as JSON twice per session: once to send it, once for its hash.
    _component(key=key_of(key), data=packed(beside)[:-1] + b',"figure":' + content + b"}")
