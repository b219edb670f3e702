"""The Experiments and Runs pages in both languages, with a lab that trains nothing and a real store."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from clsf.errors import EngineError
from clsf.events import RunFailed
from clsf.experiments import together
from clsf.experiments.sets import KINDS
from clsf.model.presets import preset
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Augmentation, Plan, Schedule
from clsf.runs.history import Query
from clsf.runs.store import RunStore
from clsf.ui.runs import keys as history_keys
from clsf.ui.runs import listing
from clsf.ui.shared import identity
from clsf.words import say
from tests.app.conftest import installed
from tests.app.fake_lab import FakeLab
from tests.app.seen import html, texts, well

TITLES = {"en": ("Experiments", "Runs"), "ko": ("실험", "실행 기록")}
KEY = "a" * 22
ME = identity.owner_of(KEY)


class StoredLab(FakeLab):
    """A fake lab whose runs are in a real store."""

    def __init__(self, folder, **more) -> None:
        super().__init__(**more)
        self.store = self._store = RunStore.open(folder)

    def train(self, spec, plan, frameworks, owner="", race=False, start="", arm=None):
        ids = super().train(spec, plan, frameworks, owner, race, start, arm)
        for run_id in ids:
            self.store.create(self.records[run_id])
        return ids

    def record(self, run_id):
        if run_id not in self.records:
            return self.store.record(run_id)
        self.store.record(run_id)  # which refuses what was deleted
        found = super().record(run_id)
        self.store.set_status(run_id, found.status)
        return found

    def hand_over(self, old, new):
        self.store.hand_over(old, new)

    def recent(self, owner, limit=20):
        return self.store.runs(owner, limit)


@pytest.fixture
def lab(monkeypatch, tmp_path) -> StoredLab:
    fake = StoredLab(tmp_path)
    yield installed(monkeypatch, fake)
    fake.store.close()


@pytest.fixture
def open_mine(open_app, monkeypatch):
    """Open a page as the owner of KEY, whose browser has sent its cookie."""

    def opened(page, lang="en", key=KEY, **link):
        monkeypatch.setattr(identity, "cookie", lambda: key)
        return open_app(page, lang, **link)

    return opened


def trained(lab, owner=ME, **changes) -> list[str]:
    """Train tiny models to their end; return their ids."""
    ids = lab.train(preset("tiny"), Plan(**{"data": "digits", "epochs": 2, **changes}), ("tensorflow", "torch"), owner)
    for run_id in ids:
        lab.record(run_id)
    return ids


def choose(monkeypatch, lab, run_ids) -> None:
    """Choose rows of the table, which AppTest can't click."""
    monkeypatch.setattr(
        listing, "choose", lambda: [line for r in run_ids if (line := lab.history.line(r)) and line.deleted is None]
    )


# Experiments.


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_opens_in_both_languages_and_says_what_it_costs(open_app, kind, lang):
    app = well(open_app("experiments", lang, kind=kind))
    assert app.title[0].value == TITLES[lang][0]
    assert not app.button(key="start_experiment").disabled
    assert {"en": "runs, about", "ko": "약"}[lang] in texts(app)
    assert not app.error


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_all_optimizers_are_trained_and_compared(open_mine, lab, lang):
    app = open_mine("experiments", lang, exp_frameworks="PyTorch")
    app.button(key="start_experiment").click().run()
    well(app)
    assert len(lab.records) == len(OPTIMIZERS)
    assert {record.owner for record in lab.records.values()} == {ME}
    assert app.query_params["experiment"]
    shown = html(app)
    assert shown.count("<tr") == len(OPTIMIZERS) + 1  # a head and the runs
    assert "Adadelta" in shown
    assert {"en": "are equal with", "ko": "로 같습니다"}[lang] in texts(app)  # the fake lab trains nevertheless


def test_an_experiment_is_found_again_and_can_be_looked_at_by_anybody(open_mine, lab):
    app = open_mine("experiments")
    app.button(key="start_experiment").click().run()
    name = app.query_params["experiment"]
    name = name[0] if isinstance(name, list) else name
    again = well(open_mine("experiments", experiment=name))
    assert "Download CSV" in str([b.label for b in again.get("download_button")])
    assert any(button.key == f"open_{name}" for button in again.button)
    stranger = well(open_mine("experiments", key="b" * 22, experiment=name))
    assert html(stranger).count("<tr") == len(OPTIMIZERS) + 1
    assert not any(button.key in ("rename_experiment", "experiment_runs", "stop_experiment") for button in stranger.button)
    assert not any(button.key == f"open_{name}" for button in stranger.button)


def test_a_live_experiment_says_how_far_it_is_and_can_be_stopped(open_mine, lab):
    lab.speed = 1.0
    app = open_mine("experiments")
    app.button(key="start_experiment").click().run()
    well(app)
    app.button(key="stop_experiment").click().run()
    well(app)
    assert {record.status for record in lab.records.values()} == {"stopped"}


def test_an_unknown_experiment_is_a_sentence(open_app):
    app = well(open_app("experiments", experiment="nowhere"))
    assert "There is no experiment nowhere" in app.error[0].value
    app.button(key="close_experiment").click().run()
    assert "experiment" not in app.query_params


def test_a_refusal_is_said_and_nothing_is_lost(open_app, lab):
    lab.refusal = "Enough is queued."
    app = open_app("experiments", kind="seeds", exp_epochs="7")
    app.button(key="start_experiment").click().run()
    assert "Enough is queued." in well(app).error[0].value
    assert app.number_input(key="exp_epochs").value == 7


def test_a_grid_too_large_is_refused_before_it_starts(open_app):
    app = open_app("experiments", kind="own", grid_seed=", ".join(map(str, range(13))))
    assert "26 combinations" in well(app).error[0].value
    assert app.button(key="start_experiment").disabled


@pytest.mark.parametrize(("key", "typed"), [("exp_rates", "fast"), ("exp_rates", "-1, 2"), ("exp_rates", "nan, 1")])
def test_bad_values_are_said(open_app, key, typed):
    app = well(open_app("experiments", kind="learning-rate"))
    app.text_input(key=key).set_value(typed).run()
    assert well(app).error
    assert app.button(key="start_experiment").disabled


def test_failed_runs_say_why_once(open_mine, lab):
    app = open_mine("experiments", exp_frameworks="PyTorch")
    lab.speed = 0.001
    app.button(key="start_experiment").click().run()
    for record in lab.records.values():
        record.fold(RunFailed(say("The worker was lost.")))
    app.run()
    assert sum("The worker was lost." in element.value for element in well(app).error) == 1


# Runs.


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_nothing_trained_yet_leads_to_training(open_mine, lang):
    app = well(open_mine("runs", lang))
    assert app.title[0].value == TITLES[lang][1]
    app.button(key="to_train").click().run()
    assert well(app).title[0].value == {"en": "Train", "ko": "학습"}[lang]


def listed(app):
    """Return the rows of the list of runs, as the browser gets them."""
    told = [json.loads(found.proto.json)[0] for found in app.get("bidi_component") if '"rows"' in (found.proto.json or "")]
    return told[0]["rows"] if told else []


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_only_a_students_own_runs_are_listed(open_mine, lab, lang):
    mine, theirs = trained(lab, optimizer="adam"), trained(lab, owner=identity.owner_of("b" * 22))
    lab.history.describe(ME, mine[0], "the good one", "a note", ["best"])
    app = well(open_mine("runs", lang))
    rows = listed(app)
    assert len(rows) == 2
    [good] = [row for row in rows if row["name"] == "the good one"]
    assert "#best" in good["differs"]
    assert "a note" in good["differs"]
    assert not any("Adam" in row["differs"] for row in rows)  # the same in both, so shown once for all
    assert any("Adam" in caption.value for caption in app.caption)
    assert len(listed(well(open_mine("runs", lang, key="b" * 22)))) == len(theirs)
    assert not listed(well(open_mine("runs", lang, key="c" * 22)))


def test_runs_are_filtered_and_sorted_by_the_widgets(open_mine, lab):
    trained(lab, optimizer="adam", seed=1)
    trained(lab, optimizer="sgd")
    app = well(open_mine("runs"))
    assert sorted("seed 1" in row["differs"] for row in listed(app)) == [False, False, True, True]
    app.text_input(key=history_keys.TEXT).set_value("sgd").run()
    assert len(listed(well(app))) == 2
    assert "SGD" in texts(app)
    assert "2 runs" in texts(app)
    app.text_input(key=history_keys.TEXT).set_value("").run()
    app.selectbox(key=history_keys.FRAMEWORK).set_value("torch").run()
    assert {row["name"].split(" ")[0] for row in listed(well(app))} == {"PyTorch"}
    app.selectbox(key=history_keys.SORT).set_value("optimizer").run()
    assert [row["differs"].split(" ")[0] for row in listed(well(app))] == ["SGD", "Adam"]
    app.text_input(key=history_keys.TEXT).set_value("nothing like it").run()
    assert "No run is like that" in texts(well(app))


def test_one_run_is_named_noted_and_deleted_and_comes_back(open_mine, lab, monkeypatch):
    run_id = trained(lab)[1]
    choose(monkeypatch, lab, [run_id])
    app = well(open_mine("runs"))
    app.text_input(key=f"{history_keys.NAME}-{run_id}").set_value("mine")
    app.text_area(key=f"{history_keys.NOTE}-{run_id}").set_value("as expected")
    app.button(key="describe").click().run()
    assert (lab.history.line(run_id).name, lab.history.line(run_id).note) == ("mine", "as expected")
    assert "Kept." in texts(well(app))
    app.button(key="delete_one").click().run()
    assert lab.history.count(Query(ME, deleted=True)) == 1
    assert "Deleted: 1." in texts(well(app))
    app.button(key="undo_delete").click().run()
    assert lab.history.count(Query(ME, deleted=True)) == 0
    assert lab.history.line(run_id).name == "mine"
    well(app)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_several_runs_are_laid_over_each_other(open_mine, lab, monkeypatch, lang):
    ids = [*trained(lab, optimizer="adam"), *trained(lab, optimizer="sgd")]
    choose(monkeypatch, lab, ids)
    app = well(open_mine("runs", lang))
    shown = html(app)
    assert shown.count("<tr") == 5
    assert "Adam" in shown
    assert "digits" not in shown  # which all share
    app.button(key="delete_many").click().run()
    assert lab.history.count(Query(ME)) == 0
    well(app)


def test_two_chosen_runs_are_compared(open_mine, lab, monkeypatch):
    ids = trained(lab)
    choose(monkeypatch, lab, ids)
    app = well(open_mine("runs"))
    app.button(key="compare_chosen").click().run()
    assert well(app).title[0].value == "Compare"
    assert {app.session_state["run"], app.session_state["compare_with"]} == set(ids)


def test_runs_on_other_data_are_looked_at_but_not_compared(open_mine, lab, monkeypatch):
    choose(monkeypatch, lab, [trained(lab)[0], trained(lab, data="mnist")[0]])
    assert "not compared" in texts(well(open_mine("runs")))


def test_training_goes_on_from_a_run(open_mine, lab, monkeypatch):
    changes = {
        "schedule": Schedule("cosine", floor=0.1),
        "augmentation": Augmentation(flip=True),
        "loss": "categorical",
        "l2": 0.01,
    }
    run_id = trained(lab, optimizer="adam", learning_rate=0.002, seed=4, **changes)[1]
    choose(monkeypatch, lab, [run_id])
    app = well(open_mine("runs"))
    app.button(key="continue").click().run()
    assert well(app).title[0].value == "Train"
    new = lab.records[app.session_state["run"]]
    assert (new.plan.begin_from, new.framework, new.plan.learning_rate) == (run_id, "torch", 0.002)
    assert new.owner == ME
    assert app.session_state["data"] == new.plan.data  # and the form shows the run's settings
    form = app.session_state["plan"]
    assert form == new.plan.but(begin_from=None, epochs_before=0)
    assert app.session_state["frameworks"] == ["torch"]


def test_a_run_is_opened_on_the_train_page(open_mine, lab, monkeypatch):
    run_id = trained(lab)[0]
    choose(monkeypatch, lab, [run_id])
    app = well(open_mine("runs"))
    app.button(key="to_train").click().run()
    assert well(app).title[0].value == "Train"
    assert app.session_state["run"] == run_id


def test_a_shared_link_shows_one_run_to_anybody_and_lets_them_change_nothing(open_mine, lab):
    run_id = trained(lab)[0]
    lab.history.describe(ME, run_id, "look at this", "a private note", ["private-tag"])
    app = well(open_mine("runs", key="b" * 22, run=run_id))
    shown = texts(app)
    assert "look at this" in shown
    assert "a private note" not in shown + html(app)
    assert "private-tag" not in shown + html(app)
    assert "Somebody shared this run with you" in shown
    assert not {"delete_one", "describe", "continue"} & {button.key for button in app.button}
    chosen = well(open_mine("runs", key="b" * 22, chosen=run_id))  # the link of the owner's list, where it was chosen
    assert "Somebody shared this run with you" in texts(chosen)
    for own in (well(open_mine("runs", run=run_id)), well(open_mine("runs", chosen=run_id))):
        assert {"delete_one", "describe"} <= {button.key for button in own.button}


def test_a_shared_link_of_a_deleted_run_shows_nothing(open_mine, lab):
    run_id = trained(lab)[0]
    lab.history.delete(ME, [run_id])
    app = well(open_mine("runs", key="b" * 22, run=run_id))
    assert "There is no run" in app.error[0].value


def test_a_run_that_can_not_be_read_can_still_be_deleted(open_mine, lab, monkeypatch):
    run_id = trained(lab)[0]
    choose(monkeypatch, lab, [run_id])
    monkeypatch.setattr(lab, "record", lambda run_id: (_ for _ in ()).throw(EngineError("broken")))
    app = well(open_mine("runs"))
    app.button(key="delete_one").click().run()
    assert lab.history.count(Query(ME)) == 1  # the other framework's


def test_the_runs_of_an_experiment_are_listed_alone(open_mine, lab):
    app = open_mine("experiments")
    app.button(key="start_experiment").click().run()
    trained(lab)
    app.button(key="experiment_runs").click().run()
    assert well(app).title[0].value == "Runs"
    assert len(listed(app)) == len(OPTIMIZERS)
    app.switch_page("pages/runs.py").run()
    assert len(listed(app)) == len(OPTIMIZERS)
    app.button(key="all_runs").click().run()
    assert len(listed(well(app))) == len(OPTIMIZERS) + 2


# Who the reader is.


def test_a_key_from_elsewhere_finds_its_runs(open_mine, lab):
    trained(lab)
    app = well(open_mine("runs", key=""))
    assert not listed(app)
    app.text_input(key=history_keys.KEY).set_value("d" * 22)
    app.button(key="use_key").click().run()
    assert "No runs belong to this key" in well(app).error[0].value
    app.text_input(key=history_keys.KEY).set_value(KEY)
    app.button(key="use_key").click().run()
    assert len(listed(well(app))) == 2
    assert app.session_state[identity.KEY] == KEY
    app.button(key="forget_me").click().run()
    assert not listed(well(app))
    assert app.session_state[identity.KEY] != KEY


@pytest.mark.parametrize("cookie", ["", "short", "x" * 23, "é" * 22, "' OR 1=1 -- padding...", None, 7])
def test_a_cookie_that_is_no_key_is_not_taken(open_mine, cookie):
    app = well(open_mine("runs", key=cookie))
    found = app.session_state[identity.KEY]
    assert found != cookie
    assert len(found) == 22


def test_an_owner_does_not_give_the_key_away():
    assert identity.owner_of(KEY) != identity.owner_of("b" * 22)
    assert KEY not in identity.owner_of(KEY)
    assert len(ME) == 24


def test_another_tabs_key_is_taken_over_with_what_was_just_trained(monkeypatch, lab):
    (run_id, _) = trained(lab, owner=identity.owner_of("f" * 22))
    state = {identity.KEY: "f" * 22, identity.FRESH_UNTIL: float("inf"), "identity": {"known": KEY}}
    monkeypatch.setattr(identity, "st", SimpleNamespace(session_state=state))
    identity._take_over()
    assert state[identity.KEY] == KEY
    assert lab.history.line(run_id).run.owner == ME


def test_who_was_forgotten_in_another_tab_keeps_the_runs(monkeypatch, lab):
    (run_id, _) = trained(lab)
    state = {identity.KEY: KEY, "identity": {"known": "g" * 22}}  # its key came from the cookie earlier
    monkeypatch.setattr(identity, "st", SimpleNamespace(session_state=state))
    identity._take_over()
    assert state[identity.KEY] == "g" * 22
    assert lab.history.line(run_id).run.owner == ME


@pytest.mark.parametrize(("lang", "said"), [("en", "At a time 2 of them train"), ("ko", "한 번에 2개가 훈련됩니다")])
def test_small_runs_share_the_cores_unless_one_is_to_train_after_the_other(open_app, lab, monkeypatch, lang, said):
    monkeypatch.setattr(together, "cores", lambda: 2)
    app = open_app("experiments", lang=lang, kind="seeds", exp_model="tiny", exp_epochs="1")
    assert not app.exception
    assert any(said in caption.value for caption in app.caption)
    app.button(key="start_experiment").click().run()
    assert {record.race for record in lab.records.values()} == {True}
    before = set(lab.records)

    app.toggle(key="exp_in_turn").set_value(True).run()
    assert not any(said in caption.value for caption in app.caption)
    app.button(key="start_experiment").click().run()
    assert not app.exception
    later = [record for run_id, record in lab.records.items() if run_id not in before]
    assert later
    assert {record.race for record in later} == {False}


def test_where_times_are_compared_it_is_said_that_one_trains_after_the_other(open_app, monkeypatch):
    monkeypatch.setattr(together, "cores", lambda: 2)
    app = open_app("experiments", kind="batch-size", exp_model="tiny", exp_epochs="1")
    assert any("so that their times can be compared" in caption.value for caption in app.caption)
