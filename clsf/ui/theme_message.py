"""The theme as it is sent to browsers, made once: Streamlit sends it at the beginning of every look, and it stays the same.

Streamlit (1.67) reads and converts some 270 options each time. That was a tenth of what the server computes for a class that
watches a run.
"""

from __future__ import annotations

from functools import wraps

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def keep() -> None:
    """Have this process keep it. Any number of calls does the same as one."""
    make = app_session._populate_theme_msg
    if hasattr(make, "__wrapped__"):
        return
    kept: dict[str, CustomThemeConfig] = {}
    read_from: list[object] = [None]  # the options as they were read last; read again, they are others

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
        if kept[section].ByteSize():  # merging nothing would make an empty section of one that is not there
            message.MergeFrom(kept[section])

    app_session._populate_theme_msg = populate
