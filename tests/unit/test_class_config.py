"""Security settings of the server: requests from other sites, details of errors, and served files."""

from __future__ import annotations

import tomllib
from pathlib import Path

from clsf.ui.shared import static_files

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))


def test_the_server_is_told_to_protect():
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert CONFIG["server"].get("enableCORS", True) is True
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["showErrorLinks"] is False
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["maxUploadSize"] <= 200


def test_one_file_is_served(tmp_path):
    static_files.put_plotly(tmp_path / "static")
    static_files.put_plotly(tmp_path / "static")
    assert [path.name for path in (tmp_path / "static").iterdir()] == [static_files.NAME]
    served = [path.name for path in static_files.FOLDER.iterdir() if path.name != ".gitkeep"]
    assert served in ([], [static_files.NAME])


def test_which_websocket_is_taken(monkeypatch):
    """By .streamlit/config.toml; ports count only where the host is not a name of this machine."""
    from streamlit import config, net_util
    from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed as taken

    monkeypatch.setattr(net_util, "get_internal_ip", lambda: "10.0.0.7")
    monkeypatch.setattr(net_util, "get_external_ip", lambda: None)
    assert config.get_option("server.enableCORS") is True
    assert taken("http://class.example:8501", "class.example:8501")
    assert not taken("http://class.example:9999", "class.example:8501")
    assert not taken("http://elsewhere.example", "localhost:8501")
    assert taken("http://localhost:9999", "localhost:8501"), "if this is refused now, the comment in config.toml can say so"
    assert taken("http://10.0.0.7:9999", "10.0.0.7:8501")
