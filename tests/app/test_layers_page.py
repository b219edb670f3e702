"""The Layers page in both languages, with workers that really compute"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from clsf.backends.initial import initial_weights
from clsf.errors import EngineError
from clsf.layer_stack.stages import DEFAULT, from_text, to_text
from clsf.model.layers import MaxPool2D
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.ui.layers import keys
from clsf.ui.layers.views import VIEWS
from tests.app.answering_lab import AnsweringLab
from tests.app.conftest import installed
from tests.app.seen import faultless, html, texts

ROOT = Path(__file__).parents[2]
RUN = "a-trained-run"
SMALL = {"picture_side_48": "16", "picture_grey": "true"}


class Bench(AnsweringLab):
    """A lab with one finished run, whose workers may be missing."""

    away: tuple[str, ...] = ()

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        if framework in self.away:
            raise EngineError("There is no {framework} worker at the moment. Try again in a few seconds.", framework=framework)
        return super().call(framework, function, *args, timeout=timeout)

    def recent(self, owner: str, limit: int = 20) -> list:
        return [SimpleNamespace(run_id=RUN, status="finished")]

    def record(self, run_id: str) -> SimpleNamespace:
        if run_id != RUN:
            return super().record(run_id)
        return SimpleNamespace(run_id=RUN, framework="torch", model=preset("tiny"), plan=Plan("digits"), epochs=[1, 2])

    def weights(self, run_id: str) -> dict[str, np.ndarray]:
        return initial_weights(preset("tiny").analyse((8, 8, 1)), "glorot", 3, "float32")


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return installed(monkeypatch, Bench())


@pytest.fixture
def open_page(open_app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    def opened(lang: str = "en", **link: str) -> AppTest:
        return open_app("layers", lang, **{**SMALL, **link})

    return opened


def tiles(app) -> int:
    return html(app).count('<div class="ls-tile')


def chain_of(app):
    return from_text(app.session_state[keys.CHAIN])


def widget(app, position: int, name: str):
    version = app.session_state[keys.VERSION] if keys.VERSION in app.session_state else 0  # noqa: SIM401  it has no get
    return app.get_by_key(keys.widget(version, position, name))


# Everything opens, in both languages.

WHERE = {
    "out": (1, None), "window": (1, None), "weights": (1, None), "both": (1, None), "field": (3, None), "growth": (1, None),
    "code": (2, None), "order": (4, None), "dropout": (2, "Conv2D:filters=2;Dropout:rate=0.25"), "batch": (2, "Conv2D:filters=2;BatchNorm"),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("view", [view.name for view in VIEWS])
def test_every_view_opens_in_both_languages(open_page, view, lang):
    layer, chain = WHERE[view]
    link = {"view": view, "layer": str(layer)} | ({"chain": chain} if chain else {})
    app = faultless(open_page(lang, **link))
    assert app.session_state[keys.VIEW] == view
    assert app.title[0].value == {"en": "Layers", "ko": "층"}[lang]
    assert tiles(app) == len(chain_of(app)) + 1


@pytest.mark.parametrize(
    ("chain", "view", "seen"),
    [
        ("Conv2D:filters=3;PReLU:alpha=0.25", "weights", "slope below 0"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                ("Conv2D:filters=3;LayerNormalization:axis=image", "weights", "The first 12 of 588"),
                ("Conv2D:filters=3;SpatialDropout2D:rate=0.4", "dropout", "40%"),
                ("Conv2D:filters=4;GroupNormalization:groups=2", "field", ""),
                ("Conv2D:filters=4;GroupNormalization:groups=2", "both", ""),
                ("Conv2D:filters=4;LocalResponseNormalization", "out", ""),
                ("Conv2D:filters=4;LocalResponseNormalization", "code", "alpha is multiplied by the window of 5"),
            )
        ),
    ],
)
def test_layers_whose_weights_are_no_kernels(open_page, chain, view, seen):
    app = faultless(open_page(chain=chain, view=view, layer="2"))
    assert app.session_state[keys.VIEW] == view
    assert seen in (texts(app) + html(app)).replace("\\", "")


def test_what_one_sees_first(open_page):
    app = faultless(open_page())
    assert chain_of(app) == DEFAULT
    assert "16×16×1" in html(app)
    assert "14×14×8" in html(app)  # valid, 3×3
    assert any(r"\frac{16 - 3}{1}" in latex.value for latex in app.latex)
    assert "8 × (3×3×1 weights + 1 bias) = 80 parameters" in texts(app).replace("\\", "")
    assert "chain" not in app.query_params


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ({"chain": "Conv9"}, "Unknown layer kind"),
        ({"chain": "Conv2D:filters=999"}, "from 1 to 128"),
        ({"chain": "<script>alert(1)</script>"}, "Unknown layer kind"),
        ({"layer": "9"}, ""),
        ({"view": "nothing"}, ""),
        ({"view": "dropout"}, ""),  # this layer has no such view
        ({"picture": "x", "picture_side_48": "9999"}, ""),
        ({"begin": "nobody:1"}, "There is no run"),
        ({"begin": ":"}, ""),
        ({"begin": f"{RUN}:9"}, "begin behind layer 9"),
        ({"begin": f"{RUN}:99999999999"}, ""),
        ({"picture": "sample", "number": "-5", "class": "77", "data": "digits"}, ""),
        ({"picture": "sample", "data": "mnist"}, "is not on this machine yet"),
        ({"chain": "Dense:units=3,w.source=run,w.run=gone,w.path=9"}, ""),
    ],
)
def test_whatever_a_link_says_the_page_stands(open_page, link, what):
    app = faultless(open_page(**link))
    assert what in texts(app).replace("\\", "")
    assert "<script>" not in html(app)


# Changing things.


def test_a_changed_field_changes_shape_formula_and_link(open_page):
    app = open_page()
    faultless(widget(app, 0, "strides").set_value(2).run())
    assert chain_of(app)[0].layer.strides == 2
    assert any(r"\frac{16 - 3}{2}" in latex.value for latex in app.latex)
    assert "7×7×8" in html(app)
    assert "strides=2" in app.query_params["chain"]


def test_strides_put_the_dilation_back_which_keras_refuses_beside_them(open_page):
    app = open_page(chain="Conv2D:filters=2,dilation_rate=2")
    faultless(widget(app, 0, "strides").set_value(2).run())
    assert (chain_of(app)[0].layer.strides, chain_of(app)[0].layer.dilation_rate) == (2, 1)


def test_height_and_width_apart(open_page):
    app = open_page(chain="MaxPool2D:pool_size=3")
    faultless(widget(app, 0, "two").set_value(True).run())
    faultless(widget(app, 0, "pool_size_pair").set_value("3x1").run())
    assert chain_of(app)[0].layer == MaxPool2D((3, 1))
    assert "pool_size=3%2B1" in app.query_params["chain"] or "pool_size=3+1" in app.query_params["chain"]
    assert any("p_h" in latex.value for latex in app.latex)
    app = faultless(widget(app, 0, "pool_size_pair").set_value("three").run())
    assert "is 'three', but must be a whole number" in texts(app)
    faultless(widget(app, 0, "two").set_value(False).run())
    assert chain_of(app)[0].layer == MaxPool2D(3)


def test_layers_are_added_removed_and_moved(open_page):
    app = open_page(chain="Conv2D:filters=2;MaxPool2D", layer="1")
    faultless(app.get_by_key("chain_add").click().run())
    assert [stage.kind for stage in chain_of(app)] == ["Conv2D", "Activation", "MaxPool2D"]
    assert app.session_state[keys.LOOKED_AT] == "2"
    faultless(app.get_by_key("chain_later").click().run())
    assert [stage.kind for stage in chain_of(app)] == ["Conv2D", "MaxPool2D", "Activation"]
    assert app.session_state[keys.LOOKED_AT] == "3"
    faultless(app.get_by_key("chain_earlier").click().run())
    faultless(app.get_by_key("chain_remove").click().run())
    assert [stage.kind for stage in chain_of(app)] == ["Conv2D", "MaxPool2D"]
    faultless(app.get_by_key("chain_reset").click().run())
    assert chain_of(app) == DEFAULT


def test_another_kind_brings_its_own_fields(open_page):
    app = open_page(layer="2")
    faultless(widget(app, 1, "kind").set_value("Dropout").run())
    assert chain_of(app)[1].kind == "Dropout"
    faultless(widget(app, 1, "rate").set_value(0.8).run())
    assert chain_of(app)[1].layer.rate == 0.8


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_misfit_is_explained_before_anything_fails_and_mended_by_a_button(open_page, lab, lang):
    app = faultless(open_page(lang, chain="Conv2D:filters=2;Dense:units=5", layer="2"))
    assert {"en": "needs a flat vector", "ko": "벡터"}[lang] in texts(app)
    assert "ls-bad" in html(app)
    faultless(app.get_by_key("mend_0").click().run())
    assert [stage.kind for stage in chain_of(app)] == ["Conv2D", "Flatten", "Dense"]
    assert "ls-bad" not in html(app)


def test_a_kernel_larger_than_the_picture_is_explained(open_page):
    app = faultless(open_page(chain="MaxPool2D:pool_size=8;Conv2D:filters=2,kernel_size=5", layer="2"))
    assert "5×5 kernel does not fit the 2×2 image" in texts(app)
    faultless(app.get_by_key("mend_0").click().run())
    assert chain_of(app)[1].layer.padding == "same"


# Weights.


def test_ones_own_numbers_are_shown_and_used(open_page):
    app = faultless(open_page(chain="Conv2D:filters=1,w.source=own,w.numbers=0+0+0+0+2+0+0+0+0", view="weights"))
    table = app.get_by_key(keys.widget(0, 0, "numbers"))
    assert table.value.to_numpy().tolist() == [[0, 0, 0], [0, 2, 0], [0, 0, 0]]
    assert "9 weights, 0 to 2" in texts(app).replace("\\", "")


def test_kernels_by_hand_are_chosen(open_page):
    app = open_page()
    faultless(widget(app, 0, "kernels").set_value(["emboss"]).run())
    assert chain_of(app)[0].filling.kernels == ("emboss",)
    faultless(widget(app, 0, "source").set_value("random").run())
    faultless(widget(app, 0, "seed").set_value(5).run())
    assert chain_of(app)[0].filling.seed == 5


def test_a_trained_layer_is_taken_over_with_its_weights(open_page, lab):
    app = open_page(picture="sample", data="digits", view="weights")
    faultless(widget(app, 0, "source").set_value("run").run())
    assert "ls-bad" not in html(app)  # no layer is chosen yet, which is not an error
    assert "random weights are used" in texts(app)
    faultless(widget(app, 0, "path").set_value("1").run())
    assert "random weights are used" not in texts(app)
    stage = chain_of(app)[0]
    assert stage.layer == preset("tiny").layers[0]
    assert (stage.filling.run, stage.filling.path) == (RUN, "1")
    low, high = (f(lab.weights(RUN)["1.kernel"]) for f in (np.min, np.max))
    assert f"72 weights, {low:.3g} to {high:.3g}" in texts(app).replace("\\", "")


def test_a_deep_trained_layer_is_reached_behind_the_layers_before_it(open_page):
    app = open_page(picture="sample", data="digits", chain=f"Dense:units=10,w.source=run,w.run={RUN},w.path=4")
    assert "needs a flat vector" in texts(app)
    faultless(app.get_by_key("begin_behind").click().run())
    assert "first 3 layers" in texts(app)
    assert "ls-bad" not in html(app)
    assert app.query_params["begin"] == f"{RUN}:3"
    faultless(app.get_by_key("begin_reset").click().run())
    assert "ls-bad" in html(app)


# Pictures.


def png(size: int = 40) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), (200, 30, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_good_upload_goes_through_the_chain(open_page):
    app = faultless(open_page(picture="upload"))
    assert "photograph is used" in texts(app)
    faultless(app.get_by_key(keys.FILE).set_value(("mine.png", png(), "image/png")).run())
    assert "mine.png" in html(app)
    assert "photograph is used" not in texts(app)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_bad_upload_is_refused_in_words_and_nothing_is_lost(open_page, lang):
    app = open_page(lang, picture="upload", chain="Conv2D:filters=3")
    app.get_by_key(keys.FILE).set_value(("mine.png", b"no picture", "image/png")).run()
    assert not app.exception
    assert {"en": "can't be read as an image", "ko": "쓸 수 없습니다"}[lang] in app.error[0].value.replace("\\", "")
    assert chain_of(app)[0].layer.filters == 3
    assert tiles(app) == 2


@pytest.mark.parametrize(
    "link", [{"picture": "drawing"}, {"picture": "photograph", "photograph": "flower"}, {"picture": "sample", "data": "digits"}]
)
def test_every_source_gives_a_picture(open_page, link):
    app = faultless(open_page(**link))
    assert tiles(app) == 5


# Workers.


def test_what_was_asked_before_is_not_asked_again(open_page, lab):
    app = open_page(view="both")
    before = lab.asked
    assert before
    app.run()
    assert lab.asked == before


def test_one_framework_alone_is_enough_for_what_both_say(open_page, lab):
    lab.away = ("tensorflow",)
    faultless(open_page())
    app = open_page(view="both")
    assert not app.exception
    assert "no tensorflow worker" in app.error[0].value


def test_without_workers_the_page_says_so(open_page, lab):
    lab.away = ("tensorflow", "torch")
    app = open_page()
    assert not app.exception
    assert "worker at the moment" in app.error[0].value


def test_both_frameworks_agree_on_the_page(open_page):
    app = faultless(open_page(view="both"))
    assert "Largest difference:" in texts(app) or "to the last bit" in texts(app)
    assert "HWIO" in html(app)
    assert "OIHW" in html(app)


def test_dropout_does_nothing_at_inference_in_both(open_page):
    app = faultless(open_page(chain="Dropout:rate=0.5", view="dropout"))
    assert html(app).count("yes, to the last bit") == 2


def test_the_chain_is_read_from_the_link_and_written_back(open_page):
    text = "Conv2D:filters=3,padding=same;Dropout:rate=0.25"
    app = faultless(open_page(chain=text))
    assert to_text(chain_of(app)) == text
    assert app.query_params["chain"] == text
