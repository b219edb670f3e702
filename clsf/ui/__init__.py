"""Streamlit code shared by several pages. A page begins with `page = ui.open_page("train")`."""

from clsf.ui.shared.navigation import open_page

__all__ = ["open_page"]
