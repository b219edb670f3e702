"""The Train page's groups of settings: every choice reaches the plan, in both languages, and none is lost."""

from __future__ import annotations

import pytest

from clsf.model.layers import Dense
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Augmentation, Clipping, Plan, Plateau, Preparation, Schedule, Stopping
from clsf.ui.shared import state
from clsf.ui.shared.settings import keys, taken
from tests.app.seen import charts, html, texts

LANGUAGES = pytest.mark.parametrize("lang", ["en", "ko"])


@pytest.fixture
def train(open_app):
    return open_app("train")


def linked(open_app, **link: str):
    """Open the page by a link; a page switch would empty it."""
    app = open_app("train")
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def start(app):
    app.button(key="train").click().run()
    assert not app.exception
    return app


def plan_of(lab) -> Plan:
    return next(reversed(lab.records.values())).plan


@LANGUAGES
def test_the_usual_settings_are_the_plans_defaults(open_app, lab, lang):
    app = start(open_app("train", lang))
    assert plan_of(lab) == Plan("digits")
    assert app.button(key="reset_settings").disabled


@LANGUAGES
def test_pretrained_weights_bring_the_preparation_that_they_expect(open_app, lab, lang):
    app = open_app("train", lang)
    app.get_by_key(keys.WEIGHTS).set_value("imagenet").run()
    assert not app.exception
    assert len(app.warning) == 1  # the chosen model is not a pretrained network
    app.get_by_key(state.MODEL).set_value("efficientnet-lite0")
    app.get_by_key(keys.TRAIN_LAYERS).set_value("last").run()
    app.number_input(key=keys.LAST_BLOCKS).set_value(2)
    app.number_input(key=keys.BACKBONE_RATE).set_value(1e-4)
    app.toggle(key=keys.FREEZE_NORMS).set_value(True)
    plan = plan_of_started(app.run(), lab)
    assert plan.preparation == Preparation(96, "rgb", "efficientnet")
    assert (plan.weights, plan.train_layers, plan.backbone_rate, plan.freeze_norms) == ("imagenet", "last:2", 1e-4, True)
    assert taken.values(plan)[keys.LAST_BLOCKS] == 2


@LANGUAGES
def test_every_group_reaches_the_plan(open_app, lab, lang):
    app = open_app("train", lang)
    app.session_state[keys.LOSS] = "categorical"
    app.session_state[keys.SCHEDULE] = "step"
    app.session_state[keys.BEST] = "best"
    app.toggle(key=keys.PROBABILITIES).set_value(True)
    app.toggle(key=keys.PLATEAU).set_value(True)
    app.toggle(key=keys.STOP_EARLY).set_value(True)
    app.toggle(key=keys.FLIP).set_value(True)
    app.toggle(key=keys.LOOK_INSIDE).set_value(True)
    app.run()
    for key, value in {
        keys.LABEL_SMOOTHING: 0.1, keys.L1: 0.001, keys.L2: 0.01, keys.WEIGHT_DECAY: 0.004, keys.WARMUP: 1.0, keys.FACTOR: 0.25, keys.EVERY: 2,
        keys.PLATEAU_PATIENCE: 4, keys.PLATEAU_FACTOR: 0.2, keys.PLATEAU_DELTA: 0.002, keys.PLATEAU_LOWEST: 1e-5, keys.PATIENCE: 6,
        keys.MIN_DELTA: 0.01, keys.SHIFT: 2, keys.ROTATION: 15.0, keys.BRIGHTNESS: 0.2, keys.CUTOUT: 3,
    }.items():  # fmt: skip
        app.number_input(key=key).set_value(value)
    app.session_state[keys.MONITOR] = "accuracy"
    app.get_by_key(keys.TORCH_VARIANT).set_value("dataloader")
    app.run()
    assert not app.exception
    assert not app.error
    plan = plan_of_started(app, lab)
    assert (plan.loss, plan.probabilities, plan.label_smoothing) == ("categorical", True, 0.1)
    assert (plan.l1, plan.l2, plan.weight_decay) == (0.001, 0.01, 0.004)
    assert plan.schedule == Schedule("step", warmup_epochs=1.0, factor=0.25, every=2)
    assert plan.plateau == Plateau(4, 0.2, 0.002, 1e-5)
    assert plan.stopping == Stopping(6, restore_best=True, checkpoint=False, monitor="accuracy", min_delta=0.01)
    assert plan.augmentation == Augmentation(True, 2, 15.0, 0.2, 3)
    assert (plan.look_inside, plan.variants["torch"]) == (True, "dataloader")


def plan_of_started(app, lab) -> Plan:
    start(app)
    return plan_of(lab)


def test_what_is_chosen_in_a_folded_group_is_said_beside_the_button_and_can_be_reset(train, lab):
    train.number_input(key=keys.L2).set_value(0.02)
    train.selectbox(key=state.START).set_value("kaiming")
    train.number_input(key=state.EPOCHS).set_value(3).run()
    assert "L2 0.02" in texts(train)
    train.button(key="reset_settings").click().run()
    assert not train.exception
    assert "L2 0.02" not in texts(train)
    assert train.button(key="reset_settings").disabled
    start(train)
    assert plan_of(lab) == Plan("digits", epochs=3)  # the essentials stay


def test_a_schedule_is_drawn_before_the_start_with_its_values_in_words(train):
    train.session_state[keys.SCHEDULE] = "cosine"
    train.run()
    chart = charts(train)["train-schedule"]
    rates = chart["figure"]["data"][0]["y"]
    assert rates[0] == pytest.approx(0.001)
    assert rates[-1] < 1e-6
    assert "begins at 0.001" in chart["alt"]


def test_no_schedule_no_drawing(train):
    assert "train-schedule" not in charts(train)


@LANGUAGES
def test_a_setting_says_what_it_is_in_both_frameworks(open_app, lang):
    app = open_app("train", lang)
    app.toggle(key=keys.STOP_EARLY).set_value(True).run()
    assert "callbacks.EarlyStopping(&quot;val_loss&quot;, patience=3)" in html(app)
    assert "if epochs_without_better &gt;= 3: break" in html(app)


def test_reduce_on_plateau_waits_as_long_in_both(train):
    train.toggle(key=keys.PLATEAU).set_value(True).run()
    assert "callbacks.ReduceLROnPlateau(patience=2, factor=0.5)" in html(train)
    assert "ReduceLROnPlateau(optimizer, patience=1, factor=0.5)" in html(train)  # torch waits one more epoch


def test_a_warm_up_longer_than_the_run_is_a_sentence(train, lab):
    train.number_input(key=keys.WARMUP).set_value(9.0).run()
    assert not train.exception
    assert "only 5" in train.error[0].value
    assert train.button(key="train").disabled
    assert train.number_input(key=keys.WARMUP).value == 9.0
    assert not lab.records


def test_the_binary_loss_is_refused_for_ten_classes_in_a_sentence(open_app):
    train = open_app()
    train.session_state[keys.LOSS] = "binary"  # chosen for other images before
    train.switch_page("pages/train.py").run()
    assert not train.exception
    assert "two classes" in train.warning[0].value
    assert train.button(key="train").disabled


def test_probabilities_change_the_models_last_layer_and_say_so(train, lab):
    train.toggle(key=keys.PROBABILITIES).set_value(True).run()
    assert "last layer is changed" in texts(train)
    start(train)
    (record, _) = lab.records.values()
    assert record.model.layers[-1] == Dense(10, activation="softmax")


def test_nonsense_in_the_link_is_the_default(open_app, lab):
    app = linked(open_app, schedule="zigzag", l2="-7", patience="many", view="nowhere", inside="out", best="worst")
    start(app)
    assert plan_of(lab) == Plan("digits")


# The student's own design.


def own(app, spec: ModelSpec):
    app.session_state[state.DESIGN] = spec
    return app.run()


def test_the_own_design_is_offered_beside_the_presets_and_trained(train, lab):
    assert "mine" not in train.selectbox(key=state.MODEL).options
    own(train, ModelSpec("mine", preset("tiny").layers))
    train.selectbox(key=state.MODEL).set_value("my-model").run()
    assert "mine" in train.selectbox(key=state.MODEL).options  # one name everywhere, and a name from the link only there
    assert "my-model" not in texts(train)
    assert train.query_params["model"] == "my-model"
    start(train)
    assert next(iter(lab.records.values())).model.name == "mine"


@pytest.mark.parametrize("page", ["train", "experiments", "compare"])
def test_the_own_design_has_its_name_on_every_page_that_offers_it(open_app, page):
    app = open_app(page, compare="lockstep")
    key = "exp_model" if page == "experiments" else state.MODEL
    own(app, ModelSpec("tiny", preset("lenet-5").layers))
    assert app.selectbox(key=key).options[-1] == "tiny (own design)"  # made from a preset, but listed separately
    own(app, ModelSpec("한글 <b>net</b>", preset("lenet-5").layers))
    assert app.selectbox(key=key).options[-1] == "한글 <b>net</b>"
    assert "my-model" not in texts(app)


def test_the_own_design_survives_the_compare_page(train, open_app):
    own(train, ModelSpec("mine", preset("tiny").layers))
    train.selectbox(key=state.MODEL).set_value("my-model").run()
    train.switch_page("pages/compare.py").run()
    assert not train.exception
    train.query_params["compare"] = "lockstep"
    train.run()
    assert not train.exception
    assert train.selectbox(key=state.MODEL).value == "my-model"


def test_a_link_to_an_own_design_that_is_not_there_is_the_usual_model(open_app):
    app = linked(open_app, model="my-model")
    assert not app.exception
    assert app.selectbox(key=state.MODEL).value == "lecture-cnn"


def test_an_own_design_for_other_data_is_said_to_be_changed_or_refused(train):
    own(train, ModelSpec("mine", (preset("tiny").layers[0],)))  # ends in a convolution
    train.selectbox(key=state.MODEL).set_value("my-model").run()
    assert train.warning
    assert train.button(key="train").disabled


ALL = Plan(
    "digits", preparation=Preparation(12, "rgb", "standardise"), train_limit=300, epochs=7, batch_size=16, optimizer="adam",
    learning_rate=0.002, hyper={"beta_1": 0.8}, rules="native", start="kaiming", dtype="float64", seed=5,
    variants={"tensorflow": "eager", "torch": "dataloader"}, loss="categorical", probabilities=True, label_smoothing=0.1, l1=1e-4,
    l2=1e-3, weight_decay=0.01, schedule=Schedule("step", 1.5, 0.4, 3), plateau=Plateau(3, 0.25, 0.01, 1e-6),
    stopping=Stopping(4, restore_best=True, monitor="accuracy", min_delta=0.02),
    augmentation=Augmentation(True, 2, 10.0, 0.25, 3), look_inside=True,
)  # fmt: skip


@pytest.mark.parametrize(
    "plan",
    [
        Plan("digits"),
        ALL,
        Plan(
            "digits",
            optimizer="nadam",
            learning_rate=0.1,
            schedule=Schedule("cosine", floor=0.25),
            stopping=Stopping(checkpoint=True),
        ),
        Plan(
            "digits",
            mixed=True,
            balanced=True,
            accumulate=4,
            average=0.9,
            clipping=Clipping("norm", 2.0),
            schedule=Schedule("range", floor=0.001),
        ),
    ],
    ids=["usual", "everything otherwise", "cosine", "updates"],
)
def test_the_form_takes_up_a_whole_plan(train, plan):
    """As after "Continue training": the form shows the settings that the run was trained with."""
    for key, value in taken.values(plan).items():
        train.session_state[key] = value
    essentials = {
        state.EPOCHS: plan.epochs, state.BATCH_SIZE: plan.batch_size, state.OPTIMIZER: plan.optimizer,
        state.LEARNING_RATE: plan.learning_rate,
    }  # fmt: skip
    for key, value in essentials.items():
        train.session_state[key] = value
    train.run()
    assert not train.exception
    assert train.session_state[state.PLAN] == plan


def test_the_own_design_and_the_plan_are_kept_as_values_that_nothing_parses_again(train, monkeypatch):
    spec = ModelSpec("mine", preset("tiny").layers)
    own(train, spec)
    train.selectbox(key=state.MODEL).set_value("my-model").run()
    for kind in (ModelSpec, Plan):
        monkeypatch.setattr(kind, "from_json", lambda *args, **more: pytest.fail("parsed again"))
    train.number_input(key=state.EPOCHS).set_value(7).run()
    assert not train.exception
    assert train.session_state[state.DESIGN] is spec
    assert train.session_state[state.PLAN].epochs == 7
