"""Streamlit code shared by several pages. A page begins with `page = ui.open_page("train")`."""

from clsf.ui.shared.navigation import end_page, open_page

__all__ = ["end_page", "open_page"]
