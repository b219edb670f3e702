"""A Plotly chart that is redrawn in place, so that it neither flickers nor forgets its zoom while numbers come in.

`st.plotly_chart` builds a new chart whenever the numbers change (Streamlit 1.67); it serves here only where plotly.js
could not be put into static/.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from clsf.ui import static_files
from clsf.ui.text import t

_component = st.components.v2.component(
    "clsf_live_chart",
    html='<figure class="clsf-chart" role="figure"></figure>\n<p class="clsf-chart-note" hidden></p>',
    css=".clsf-chart { margin: 0; width: 100%; min-width: 0; }\n.clsf-chart-note { opacity: 0.8; }",
    js=(Path(__file__).parent / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,  # plotly.js puts its style sheet into the document, where a shadow root would not see it
)


_preloading = st.components.v2.component(
    "clsf_preload",
    html="<span hidden></span>",
    js="""
export default function ({ data }) {
  if (window.Plotly?.react || document.getElementById("clsf-plotly")) return;
  const script = document.createElement("script");
  script.id = "clsf-plotly";
  script.src = new URL(data.library, document.baseURI).href;
  document.head.append(script);
}
""",
)


def preload(key: str) -> None:
    """Have the browser load plotly.js (4.8 MB) before the first chart needs it, so that the first point need not wait."""
    library = static_files.plotly_address()
    if library is not None:
        _preloading(key=key, data={"library": library})


def live_chart(figure: dict, *, key: str, alt: str, height: int = 300, link: dict | None = None) -> None:
    """Draw `figure`, a dictionary of Plotly's data and layout. `alt` says in words what it shows.

    Charts whose `link` names the same "group" zoom together, also where their x axes measure different things: its "scales"
    has a list per curve of pairs [place on this chart's axis, place on an axis that all of the group share], ascending.
    """
    library = static_files.plotly_address()
    if library is None:
        st.plotly_chart(figure, height=height, alt=alt)
        return
    failed = t("The chart could not be drawn, for the browser could not load plotly.js. The numbers are in the table below.")
    _component(
        key=key,
        data={"figure": figure, "library": library, "alt": alt, "height": height, "name": key, "failed": failed, "link": link},
    )
