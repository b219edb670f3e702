"""The copy of plotly.js that the browser loads: taken from the installed plotly package, so no network is needed."""

from __future__ import annotations

import logging
import os
import tempfile
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[3] / "static"
NAME = "plotly.min.js"

log = logging.getLogger(__name__)


@cache
def plotly_address() -> str | None:
    """Put plotly.js in place and return its address for the browser; None if the folder can't be written."""
    try:
        put_plotly(FOLDER)
    except OSError as error:
        log.warning("%s can't be copied to %s, so charts are drawn by Streamlit and lose their zoom: %s", NAME, FOLDER, error)
        return None
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    place = f"/{base}/app/static" if base else "./app/static"  # relative where possible: a host may add a path of its own
    return f"{place}/{NAME}?v={metadata.version('plotly')}"


def put_plotly(folder: Path) -> None:
    """Copy plotly.min.js into `folder` atomically, if it is missing there or has another version."""
    source = Path(str(files("plotly") / "package_data" / NAME))
    target = folder / NAME
    if target.is_file() and target.stat().st_size == source.stat().st_size and _head(target) == _head(source):
        return
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".plotly", delete=False) as file:
        file.write(source.read_bytes())
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)


def _head(path: Path) -> bytes:
    """Return the first lines, which name the version."""
    with path.open("rb") as file:
        return file.read(100)
