"""The Train page uses what a reader chooses."""

from __future__ import annotations

import pytest

from clsf.errors import StoreError
from tests.app.seen import charts


@pytest.fixture
def train(open_app):
    return open_app("train")


def plan_of(lab):
    return next(iter(lab.records.values())).plan


def start(app):
    return app.button(key="train").click().run()


def test_defaults_are_the_lectures(train, lab):
    start(train)
    plan = plan_of(lab)
    assert (plan.epochs, plan.batch_size, plan.optimizer, plan.learning_rate) == (5, 32, "rmsprop", 0.001)
    assert (plan.rules, plan.start, plan.dtype, plan.seed, plan.variants["tensorflow"]) == (
        "aligned",
        "glorot",
        "float32",
        0,
        "graph",
    )
    assert plan.preparation.image_size is None


def test_every_choice_reaches_the_plan(train, lab):
    train.selectbox(key="data").set_value("mnist")
    train.selectbox(key="model").set_value("lenet-5")
    train.number_input(key="epochs").set_value(2)
    train.number_input(key="batch_size").set_value(64)
    train.selectbox(key="initial").set_value("kaiming")
    train.number_input(key="image_size").set_value(28)
    train.selectbox(key="colour").set_value("grey")
    train.number_input(key="train_limit").set_value(500)
    train.number_input(key="seed").set_value(7)
    train.toggle(key="aligned").set_value(False)
    train.toggle(key="race").set_value(True)
    train.get_by_key("scale").set_value("standardise")
    train.get_by_key("dtype").set_value("float64")
    train.get_by_key("loop").set_value("eager")
    train.get_by_key("frameworks").set_value(["torch"])
    start(train.run())
    assert not train.exception
    (record,) = lab.records.values()
    plan = record.plan
    assert (record.framework, record.model.name, record.race) == ("torch", "lenet-5", True)
    assert (plan.data, plan.epochs, plan.batch_size, plan.start, plan.seed) == ("mnist", 2, 64, "kaiming", 7)
    assert (plan.rules, plan.dtype, plan.variants["tensorflow"], plan.train_limit) == ("native", "float64", "eager", 500)
    assert (plan.preparation.image_size, plan.preparation.colour, plan.preparation.scale) == (28, "grey", "standardise")


def test_an_optimizer_brings_its_learning_rate(train, lab):
    train.selectbox(key="optimizer").set_value("adadelta").run()
    assert train.number_input(key="learning_rate").value == 1.0
    train.number_input(key="learning_rate").set_value(0.5).run()
    start(train)
    assert (plan_of(lab).optimizer, plan_of(lab).learning_rate) == ("adadelta", 0.5)


def test_a_model_too_deep_is_said_before_anything_runs_and_can_be_mended(train, lab):
    train.selectbox(key="model").set_value("lenet-5").run()
    assert "kernel" in train.warning[0].value
    assert train.button(key="train").disabled
    train.button(key="mend").click().run()
    assert not train.warning
    start(train)
    assert plan_of(lab).preparation.image_size == train.number_input(key="image_size").value > 8


def test_a_bad_plan_is_a_sentence_and_nothing_is_lost(train, lab):
    train.number_input(key="epochs").set_value(9).run()
    train.number_input(key="learning_rate").set_value(0.0).run()
    assert not train.exception
    assert "learning_rate" in train.error[0].value.replace("\\", "")
    assert train.button(key="train").disabled
    assert train.number_input(key="epochs").value == 9
    assert not lab.records


def test_without_a_framework_nothing_starts(train):
    train.get_by_key("frameworks").set_value([]).run()
    assert train.button(key="train").disabled
    assert "at least one framework" in "".join(c.value for c in train.caption)


def test_a_refusal_is_a_sentence_and_the_choices_stay(train, lab):
    lab.refusal = "The queue is full; wait for a run to end."
    train.number_input(key="epochs").set_value(3)
    start(train)
    assert not train.exception
    assert "queue is full" in train.error[0].value
    assert train.number_input(key="epochs").value == 3
    train.run()
    assert not train.error  # said once


def test_a_finished_run_shows_charts_table_and_caution(train):
    start(train)
    assert not train.exception
    drawn = charts(train)
    assert list(drawn) == ["chart-loss", "chart-accuracy"]
    assert all("TensorFlow" in chart["alt"] and "PyTorch" in chart["alt"] for chart in drawn.values())
    assert {trace["name"] for trace in drawn["chart-loss"]["figure"]["data"] if "name" in trace} >= {"TensorFlow", "PyTorch"}
    assert "Result" in [header.value for header in train.header]
    table = train.table[0].value
    assert list(table.columns) == ["TensorFlow", "PyTorch"]
    assert table.loc["Epochs"].tolist() == ["5", "5"]
    assert any("One run each" in caption.value for caption in train.caption)
    assert any("Checked" in markdown.value for markdown in train.markdown)


def test_after_a_training_one_can_draw_for_the_models_and_compare_them(train, lab):
    start(train)
    links = {link.proto.label: link.proto for link in train.get("page_link")}
    one, two = lab.records
    assert f"run={one}" in links["Compare the two"].query_string
    assert f"with={two}" in links["Compare the two"].query_string
    assert "predict=evaluate" in links["See their mistakes"].query_string
    train.button(key="draw_own").click().run()
    assert train.title[0].value == "Predict"
    assert train.query_params["run"] == one


def test_run_is_in_the_link_and_found_again(train, open_app, lab):
    start(train)
    run_id = train.query_params["run"]
    again = open_app("train", run=run_id)
    again.query_params["run"] = run_id
    again.run()
    assert len(charts(again)) == 2


def test_an_unknown_run_is_a_sentence(lab, train):
    train.query_params["run"] = "no-such-run"
    train.run()
    assert not train.exception
    assert "no-such-run" in train.error[0].value
    train.button(key="forget").click().run()
    assert not train.error


def test_a_store_that_can_not_be_read_is_a_sentence(train, lab, monkeypatch):
    start(train)

    def broken(run_id):
        raise StoreError("The run {run} can't be read.", run=run_id)

    monkeypatch.setattr(lab, "group", broken)
    train.run()
    assert not train.exception
    assert "can't be read" in train.error[0].value


def test_commands_reach_both_runs(train, lab):
    lab.speed = 1000.0
    train.number_input(key="epochs").set_value(1000)
    start(train)
    for record in lab.records.values():
        lab.began[record.run_id] -= 1.02
    train.run()
    train.button(key="pause").click().run()
    assert {(command, record.status) for _, command, _ in lab.commands for record in lab.records.values()} == {
        ("pause", "paused")
    }
    train.button(key="resume").click().run()
    next(n for n in train.number_input if str(n.key).startswith("new_rate")).set_value(0.5)
    train.button(key="use_rate").click().run()
    assert next(c for c in lab.commands if c[1] == "learning_rate")[2] == 0.5
    train.button(key="stop").click().run()
    assert {record.status for record in lab.records.values()} == {"stopped"}
    assert not train.exception


def test_resume_reaches_a_run_that_has_not_begun(train, lab):
    lab.speed = 1000.0
    train.number_input(key="epochs").set_value(1000)
    start(train)
    first, second = lab.records
    lab.began[first] -= 1.02
    lab.began[second] += 60  # its framework is still being loaded
    train.run()
    train.button(key="pause").click().run()
    train.button(key="resume").click().run()
    assert [run_id for run_id, command, _ in lab.commands if command == "resume"] == [first, second]


def test_the_rate_that_is_proposed_belongs_to_the_rate_that_holds(train, lab):
    lab.speed = 1000.0
    train.number_input(key="epochs").set_value(1000)
    start(train)
    for record in lab.records.values():
        lab.began[record.run_id] -= 1.02
    train.run()
    train.button(key="pause").click().run()
    next(n for n in train.number_input if str(n.key).startswith("new_rate")).set_value(0.5)
    train.run()
    for record in lab.records.values():
        record.learning_rate = 0.02
    train.run()
    assert next(n for n in train.number_input if str(n.key).startswith("new_rate")).value == 0.002


def test_numbers_are_shown_only_when_asked_for(train):
    start(train)
    assert not train.dataframe
    train.session_state["numbers_open"] = True
    train.run()
    assert not train.exception
    assert len(train.dataframe[0].value) == 10  # five epochs in each framework


def test_more_charts_can_be_asked_for(train):
    start(train)
    train.get_by_key("chart_more").set_value(["gradient-norm", "learning-rate"]).run()
    assert len(charts(train)) == 4


def test_choices_are_in_the_link(open_app, lab):
    app = open_app("train")
    app.query_params["epochs"] = "3"
    app.query_params["optimizer"] = "Adam"
    app.run()
    assert not app.exception
