"""The parts of a plan: what they refuse, their JSON form, and that old plans keep their meaning."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsf.errors import PlanError
from clsf.plan import LOSSES, MONITORS, SCHEDULES, Augmentation, Plan, Plateau, Schedule, Stopping

NAN = float("nan")

WRONG = [
    (Schedule, {"kind": "linear"}, "Unknown schedule 'linear'. Known: constant, step, exponential, cosine, range."),
    (Schedule, {"warmup_epochs": -1}, "warmup_epochs is -1, but must be a number from 0 to 1000."),
    (Schedule, {"warmup_epochs": NAN}, "warmup_epochs is nan, but must be a number from 0 to 1000."),
    (Schedule, {"factor": 0}, "factor is 0, but must be a number above 0 and at most 1."),
    (Schedule, {"every": 0}, "every is 0, but must be a whole number from 1 to 1000."),
    (Schedule, {"floor": 1.5}, "floor is 1.5, but must be a number from 0 to 1."),
    (Plateau, {"patience": 0}, "patience is 0, but must be a whole number from 1 to 1000."),
    (Plateau, {"factor": 1}, "factor is 1, but must be a number above 0 and at most 0.999."),
    (Stopping, {"patience": 0}, "patience is 0, but must be a whole number from 1 to 1000."),
    (Stopping, {"restore_best": 1}, "restore_best is 1, but must be one of true, false."),
    (Stopping, {"monitor": "val_loss"}, "Unknown monitor 'val_loss'. Did you mean 'loss'? Known: loss, accuracy."),
    (Augmentation, {"shift": 1.5}, "shift is 1.5, but must be a whole number from 0 to 128."),
    (Augmentation, {"brightness": True}, "brightness is true, but must be a number from 0 to 1."),
    (Plan, {"loss": "hinge"}, "Unknown loss 'hinge'. Known: sparse, categorical, binary."),
    (Plan, {"label_smoothing": 0.1}, "Label smoothing is 0.1, but Keras' sparse loss can't smooth: its label is one whole number"),
    (Plan, {"loss": "categorical", "label_smoothing": 1}, "label_smoothing is 1, but must be a number from 0 to 0.9."),
    (Plan, {"l1": -1}, "l1 is -1, but must be a number from 0 to 10."),
    (Plan, {"weight_decay": "0.1"}, "weight_decay is '0.1', but must be a number from 0 to 10."),
    (Plan, {"schedule": "cosine"}, "schedule is 'cosine', but must be a Schedule."),
    (Plan, {"stopping": None}, "stopping is null, but must be a Stopping."),
    (Plan, {"look_inside": "yes"}, "look_inside is 'yes', but must be one of true, false."),
    (Plan, {"begin_from": ""}, "begin_from is '', but must be the id of a run."),
    (Plan, {"epochs": 2, "schedule": Schedule(warmup_epochs=3)}, "The learning rate is to rise for 3 epochs, but there are only 2."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "sentence"), WRONG, ids=lambda x: str(x)[:30])
def test_a_wrong_value_is_named_with_what_was_expected(kind, values, sentence):
    with pytest.raises(PlanError) as raised:
        kind(**({"data": "digits"} if kind is Plan else {}), **values)
    assert str(raised.value).startswith(sentence)


plans = st.builds(
    Plan,
    data=st.just("digits"),
    epochs=st.just(9),
    loss=st.sampled_from([loss for loss in LOSSES if loss != "sparse"]),
    probabilities=st.booleans(),
    label_smoothing=st.floats(0, 0.9),
    l1=st.floats(0, 10),
    weight_decay=st.floats(0, 10),
    schedule=st.builds(
        Schedule,
        st.sampled_from(SCHEDULES),
        st.floats(0, 9),
        st.floats(1e-6, 1),
        st.integers(1, 1000),
        st.floats(0, 1),
    ),
    plateau=st.none() | st.builds(Plateau, st.integers(1, 1000), st.floats(1e-6, 0.999), st.floats(0, 10), st.floats(0, 1)),
    stopping=st.builds(
        Stopping, st.none() | st.integers(1, 1000), st.booleans(), st.booleans(), st.sampled_from(MONITORS), st.floats(0, 10)
    ),
    augmentation=st.builds(
        Augmentation, st.booleans(), st.integers(0, 128), st.floats(0, 180), st.floats(0, 1), st.integers(0, 256)
    ),
    look_inside=st.booleans(),
    begin_from=st.none() | st.text(min_size=1, max_size=100),
    epochs_before=st.integers(0, 1_000_000),
)


@settings(max_examples=100, deadline=None)
@given(plans)
def test_any_plan_survives_json(plan):
    again = Plan.from_json(json.loads(json.dumps(plan.to_json(), allow_nan=False)))
    assert again == plan
    assert hash(again) == hash(plan)


OLD = {
    "data": "digits", "preparation": {"image_size": None, "colour": "keep", "scale": "zero-one"}, "validation_share": 0.2,
    "train_limit": None, "epochs": 5, "batch_size": 32, "optimizer": "rmsprop", "learning_rate": 0.001, "rules": "aligned",
    "start": "glorot", "dtype": "float32", "seed": 0, "tensorflow_variant": "graph", "torch_variant": "loop",
    "device": "auto", "l2": 0.0, "differences": [],
}  # fmt: skip


def test_a_plan_stored_before_there_were_these_fields_is_the_default_plan():
    plan = Plan.from_json(OLD)
    assert plan == Plan("digits", split=1)  # the split rule of that version, or it would train on other images
    assert not plan.schedule.varies
    assert not plan.augmentation.any
    assert (plan.plateau, plan.stopping, plan.begin_from, plan.look_inside) == (None, Stopping(), None, False)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"schedule": 3}, "a schedule is a JSON object, but this is 3."),
        ({"schedule": {"kinds": "step"}}, "Unknown field 'kinds'. Did you mean 'kind'?"),
        ({"plateau": []}, "a plateau is a JSON object, but this is []."),
        ({"stopping": {"patience": "long"}}, "patience is 'long', but must be a whole number"),
        ({"augmentation": None}, "an augmentation is a JSON object, but this is null."),
    ],
)
def test_json_of_a_part_that_is_wrong_is_refused_in_words(values, sentence):
    with pytest.raises(PlanError) as raised:
        Plan.from_json({"data": "digits", **values})
    assert str(raised.value).startswith(sentence)
