"""What a link to the Train page says is done, or it is said why not."""

import json

import pytest

from clsf.model.edit import design_of
from clsf.model.edit_link import to_link
from clsf.model.presets import preset
from clsf.ui import state
from clsf.ui.layers import keys as layers_keys
from clsf.ui.model import keys as model_keys
from clsf.ui.train import keys as train_keys

OWN = to_link(design_of(preset("mlp", 10)))


def test_a_view_belongs_to_one_page():
    assert len({train_keys.VIEW, model_keys.VIEW, layers_keys.VIEW}) == 3
    assert {train_keys.VIEW_LINK, model_keys.VIEW_LINK, layers_keys.VIEW_LINK} == {"view"}  # old links keep opening


def test_a_link_brings_the_own_design_along(open_app):
    app = open_app("train", model="my-model", design=OWN)
    assert not app.exception
    assert app.session_state[state.MODEL] == "my-model"
    assert json.loads(app.session_state[state.DESIGN])["name"] == "mlp"
    assert state.MODEL_REFUSAL not in app.session_state


def test_a_link_that_lost_the_design_or_holds_a_damaged_one_says_so(open_app):
    for link, words in (
        ({"model": "my-model"}, "does not hold it"),
        ({"model": "my-model", "design": OWN[:-9]}, "damaged"),
        ({"model": "nobodys"}, "not known here"),
    ):
        app = open_app("train", **link)
        assert not app.exception
        assert words in " ".join(warning.value for warning in app.warning), link


def test_the_link_holds_the_own_design_while_it_is_chosen(open_app):
    app = open_app("train", model="my-model", design=OWN)
    assert app.query_params["design"] in (OWN, [OWN])
    app.get_by_key(state.MODEL).set_value("tiny").run()
    assert "design" not in app.query_params


@pytest.mark.parametrize("value", ["1e400", "inf", "nan", "99999999999999999999"])
def test_a_second_link_in_one_session_is_looked_through_as_the_first_was(open_app, value):
    app = open_app("train", epochs="3")
    for name in ("epochs", "batch_size", "seed", "learning_rate"):
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    assert value not in str(dict(app.query_params))
