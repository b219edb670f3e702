"""Caches the theme message for browsers: Streamlit sends it at the start of every page run, and it never changes.

Streamlit (1.67) reads and converts some 270 options each time. That was a tenth of the server's computing time for a class that
watches a run.
"""

from __future__ import annotations

from functools import wraps

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def keep() -> None:
    """Install the cache in this process. Repeated calls have no further effect."""
    make = app_session._populate_theme_msg
    if hasattr(make, "__wrapped__"):
        return
    kept: dict[str, CustomThemeConfig] = {}
    read_from: list[object] = [None]  # the options object of the last read; reading the options again creates another one

    @wraps(make)
    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        options = config.get_config_options()
        if read_from[0] is not options:
            kept.clear()
            read_from[0] = options
        if section not in kept:
            made = CustomThemeConfig()
            make(made, section)
            kept[section] = made
        if kept[section].ByteSize():  # merging nothing would turn a missing section into an empty one
            message.MergeFrom(kept[section])

    app_session._populate_theme_msg = populate
