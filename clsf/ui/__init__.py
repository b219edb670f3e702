"""Everything Streamlit that more than one page uses. A page begins with `page = ui.open_page("train")`."""

from clsf.ui.shared.navigation import open_page

__all__ = ["open_page"]
