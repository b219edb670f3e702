"""Links are untrusted: every page opens with any content in its link, and shows it only as text."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from clsf.model import presets
from clsf.ui.shared import state
from clsf.ui.shared.design import MY_MODEL
from clsf.ui.shared.navigation import PAGES

pytestmark = pytest.mark.slow  # every page, with hundreds of links

KEYS = {
    "tensors": "clsf.ui.tensors.keys", "data": "clsf.ui.data.keys", "layers": "clsf.ui.layers.keys", "model": "clsf.ui.model.keys",
    "train": "clsf.ui.train.keys", "experiments": "clsf.ui.experiments.keys", "compare": "clsf.ui.compare.keys",
    "predict": "clsf.ui.predict.keys", "runs": "clsf.ui.runs.keys", "home": "clsf.ui.shared.state",
    "your_code": "clsf.ui.your_code.keys", "bug_lab": "clsf.ui.bug_lab.state", "lesson": "clsf.ui.shared.course", "own": "clsf.ui.own.keys",
    "teachers": "clsf.ui.teachers.keys", "assignment": "clsf.teaching.assignment",
}  # fmt: skip
SCRIPT = "<img src=x onerror=alert(1)>[x](javascript:alert(1))"
NASTY = (
    SCRIPT, "-1", "0", "nan", "1e999", "99999999999999999999", "true", "\x00\ud800".encode("utf-8", "replace").decode(), "a" * 3000,
    "__import__('os').system('x')", "../../etc/passwd", "[" * 200, "9" * 200_000, "a_b-" * 50_000, '{"kind":"Dense"}', "1.eJwrAAAA", "' OR 1=1 --", "",
)  # fmt: skip


def names(page: str) -> list[str]:
    """Return every key name of a page and of what all pages share; the page decides which are read from the link."""
    found = set()
    for module in (KEYS[page], "clsf.ui.shared.state"):
        values = vars(importlib.import_module(module)).items()
        found |= {value for name, value in values if name.isupper() and isinstance(value, str) and name != "LANGUAGE_SWITCH"}
    return sorted(found)


def html(app) -> str:
    """Return everything that the page gives the browser as HTML."""
    return "\n".join(element.proto.body for element in app.get("html") if hasattr(element.proto, "body"))


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_page_opens_whatever_stands_in_its_link(open_app, page):
    for value in NASTY:
        app = open_app(page, **dict.fromkeys(names(page), value))
        assert not app.exception, (value, app.exception[0].message)
        assert app.title
        assert "<img src=x" not in html(app)
        shown = "\n".join(e.value for kind in (app.markdown, app.caption, app.error, app.warning, app.info) for e in kind)
        assert "[x](javascript" not in shown.replace("\\[", "").replace("\\]", "")
        if value == SCRIPT:
            assert not any(e.allow_html and SCRIPT[:12] in e.value for e in app.markdown)


@pytest.mark.parametrize("value", [SCRIPT, ":material/delete: $x$ **bold**"])
def test_the_name_of_a_model_is_text_on_every_page(open_app, value):
    spec = replace(presets.preset("tiny", 10), name=value[:60])
    for page in ("train", "layers", "experiments", "compare", "model"):
        app = open_app(page)
        app.session_state[state.DESIGN] = spec
        app.query_params["model"] = MY_MODEL
        app.run()
        assert not app.exception
        assert "<img src=x" not in html(app)
        for kind in (app.markdown, app.caption, app.error, app.warning, app.info, app.subheader):
            for element in kind:
                assert "[x](javascript" not in element.value
                assert ":material/delete:" not in element.value
