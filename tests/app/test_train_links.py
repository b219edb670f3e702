"""A link to the Train page is followed, or a sentence says why not."""

import importlib

import pytest
from streamlit.runtime.state import session_state

from clsf.model.edit import design_of
from clsf.model.edit_link import to_link
from clsf.model.presets import preset
from clsf.ui import incoming
from clsf.ui.layers import keys as layers_keys
from clsf.ui.model import keys as model_keys
from clsf.ui.shared import state
from clsf.ui.train import keys as train_keys

OWN = to_link(design_of(preset("mlp", 10)))


def test_a_view_belongs_to_one_page():
    assert len({train_keys.VIEW, model_keys.VIEW, layers_keys.VIEW}) == 3
    assert {train_keys.VIEW_LINK, model_keys.VIEW_LINK, layers_keys.VIEW_LINK} == {"view"}  # old links keep opening


def test_no_choice_of_one_page_is_read_by_another():
    """Two pages may use the same name in their links, but not in the session, which is kept when the page changes."""
    owners: dict[str, str] = {}
    for page in ("tensors", "data", "layers", "model", "train", "experiments", "compare", "predict", "runs"):
        for name, value in vars(importlib.import_module(f"clsf.ui.{page}.keys")).items():
            if name.isupper() and isinstance(value, str) and not name.endswith("_LINK"):
                assert owners.setdefault(value, page) == page, f"{value!r} is a key of {owners[value]} and of {page}"


def test_a_link_brings_the_own_design_along(open_app):
    app = open_app("train", model="my-model", design=OWN)
    assert not app.exception
    assert app.session_state[state.MODEL] == "my-model"
    assert app.session_state[state.DESIGN].name == "mlp"
    assert state.MODEL_LINK_REFUSAL not in app.session_state


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


@pytest.mark.parametrize("value", ["1e400", "inf", "nan", "99999999999999999999", ["1", "-inf"]])
def test_no_widget_is_given_a_number_of_a_link_that_it_can_not_hold(value):
    """Streamlit reads each bound parameter by this function, including those of a second link in the same session."""
    incoming.guard()
    with pytest.raises(ValueError, match="no widget can hold"):
        session_state.parse_url_param(value, "double_value")
    incoming.guard()  # a second time changes nothing
    assert session_state.parse_url_param("1.5", "double_value") == 1.5
    assert session_state.parse_url_param(["a", "b"], "string_array_value") == ["a", "b"]
    assert session_state.parse_url_param("", "double_value") is None


def test_a_link_holds_what_any_number_was_chosen_of(open_app):
    app = open_app("experiments", kind="own", exp_grid="seed,nonsense,epochs", grid_optimizer="none")
    assert not app.exception
    assert app.session_state["exp_grid"] == ["seed", "epochs"]
    assert app.query_params["exp_grid"] in ("seed,epochs", ["seed,epochs"])


def test_a_link_shows_a_page_on_a_projector_until_it_is_left(open_app):
    app = open_app("data", projector="1")
    assert not app.exception
    app.button(key="projector_off").click().run()
    assert not app.exception
    assert "projector" not in app.query_params
    assert not [button for button in app.button if button.key == "projector_off"]
