"""Assignments as links, and checks of hand-ins: a changed, cut, newer or malicious one gets a sentence and no mark."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from clsf import FRAMEWORKS, capsule, examples
from clsf.backends.initial import weights_hash
from clsf.capsule.arrays import packed
from clsf.capsule.contents import ABOUT as CAPSULE
from clsf.capsule.contents import HISTORY, WEIGHTS
from clsf.errors import ClsfError, TeachingError
from clsf.teaching import answers, curves, grading, handin, rerun, seal, table
from clsf.teaching.assignment import Assignment, class_name, goal_text, read, unpacked
from tests.zips import contents_of, zipped

KEY = b"k" * seal.BYTES
GOAL = goal_text("digits", 0.95, 50_000)
TASK = Assignment("Digits", "Be quick.", ("neighbours",), "train", (("data", "digits"), ("epochs", "40")), ("epochs",), GOAL)


def packed_run(framework):
    """Return the capsule of a bundled run."""
    return examples.content(f"{examples.PREFIX}{examples.DIGITS}-{framework}")


class Workers:
    """A worker that knows the example runs' weights; for all others it answers as if the model guessed."""

    def __init__(self):
        self.known = {}
        for framework in FRAMEWORKS:
            run = capsule.read(packed_run(framework))
            self.known[weights_hash(run.weights)] = run.events[-1]

    def call(self, framework, function, *args, timeout=0.0):
        if function != rerun.JOB:
            raise ClsfError("There is no worker.")
        return [self._said(ask) for ask in args[0]]

    def _said(self, ask):
        end = self.known.get(weights_hash(ask.weights))
        return rerun.Said(end.validation_loss, end.validation_accuracy, 144) if end else rerun.Said(2.3, 0.1, 144)


def rows(lesson="neighbours", task=TASK):
    (found,), _ = task.lessons_in("en")
    return {
        f"{lesson}/{step.name}": {"right": True, "answer": answers.right_choice(step.block), "at": 1.0}
        for step in found.tasks
        if step.block.kind == "predict"
    }


def written(name="민지", number="", task=TASK, answered=None, runs=None, key=KEY, buglab=None, browser=""):
    found = [packed_run("torch")] if runs is None else runs
    return handin.write(task, name, number, rows() if answered is None else answered, buglab or {}, {}, found, key, browser)


def graded(*contents, key=KEY, task=TASK):
    files = {f"{number}.zip": (lambda content=content: content) for number, content in enumerate(contents)}
    return grading.grade(files, Workers(), key, task)


def resealed(files, key=KEY):
    """Return the file with a valid seal, as somebody who knows this program could make it."""
    files = {name: content for name, content in files.items() if name != handin.SEAL}
    return zipped(files | {handin.SEAL: json.dumps(seal.sealed(files, key)).encode()})


def changed_run(change=None, history=None, weights=None, framework="torch"):
    files = contents_of(packed_run(framework))
    about, events = json.loads(files[CAPSULE]), json.loads(files[HISTORY])
    if weights:
        arrays = {name: array.copy() for name, array in capsule.read(packed_run(framework)).weights.items()}
        weights(arrays)
        about["weights_hash"], files[WEIGHTS] = weights_hash(arrays), packed(arrays)
    if change:
        change(about)
    if history:
        history(events)
    return zipped(files | {CAPSULE: json.dumps(about).encode(), HISTORY: json.dumps(events).encode()})


# Assignments.


def test_an_assignment_goes_through_a_link():
    assert unpacked(TASK.packed()) == TASK
    assert read(json.dumps(TASK.to_json())) == TASK
    assert len(TASK.packed()) < 400
    assert TASK.key == unpacked(TASK.packed()).key
    gone = replace(TASK, lessons=("neighbours", "gone"))
    assert gone.lessons_in("ko")[1] == ("gone",)
    assert Assignment("Find it", case="T2-17").link.state == (("case", "T2-17"),)


@pytest.mark.parametrize("change", [
    {"title": ""}, {"title": "x" * 81}, {"lessons": ["../x"]}, {"lessons": "neighbours"}, {"page": "nowhere"}, {"state": {"a b": "c"}},
    {"locked": ["seed"]}, {"goal": "run nothing"}, {"goal": "import os"}, {"goal": "buglab solved>=1"}, {"case": "T9-1"}, {"version": 2},
    {"version": "1"}, {"format": "x"}, {"more": 1}, {"title": 3}, {"lessons": [], "page": "", "state": {}, "locked": [], "goal": ""},
    {"title": "\ud800"},
])  # fmt: skip
def test_what_is_no_assignment_says_so(change):
    with pytest.raises(TeachingError):
        read(json.dumps(TASK.to_json() | change))


@pytest.mark.parametrize("text", ["", "?", "x" * 9000, "eJwDAAAAAAE", "AAAA", TASK.packed()[:-9], TASK.packed()[9:]])
def test_a_damaged_link_says_so(text):
    with pytest.raises(TeachingError):
        unpacked(text)


def test_a_class_has_a_name_of_a_few_letters():
    assert class_name("  3 반  ") == "3 반"
    for wrong in ("", "x" * 41, None, "a\u202eb"):
        with pytest.raises(TeachingError):
            class_name(wrong)


# Grading.


def test_a_good_hand_in_gets_its_points():
    (found,) = graded(written())
    states = {item.key: item.state for item in found.items}
    assert states["goal"] == "right"
    assert states["neighbours/who"] == "right"
    assert found.mark() == pytest.approx(100 * found.points() / found.possible, abs=0.01)
    assert found.runs[0].accuracy > 0.96
    assert not found.unconfirmed


def test_a_wrong_answer_is_wrong_and_an_empty_one_open():
    answered = rows() | {"neighbours/who": {"right": False, "answer": 1}}
    del answered["neighbours/shift"]
    (found,) = graded(written(answered=answered))
    states = {item.key: item.state for item in found.items}
    assert (states["neighbours/who"], states["neighbours/shift"]) == ("wrong", "open")


def test_what_another_dashboard_sealed_is_reported_and_brings_points_only_if_accepted():
    task = Assignment("One", lessons=("build-one",))
    (found,) = graded(
        written(task=task, answered={"build-one/build": {"right": True}}, runs=[]), key=b"o" * seal.BYTES, task=task
    )
    assert "build-one/build: " in " ".join(map(str, found.unconfirmed))
    assert found.mark(accept=True) > found.mark()
    (found,) = graded(written(), key=b"o" * seal.BYTES)
    assert any("Another dashboard" in str(said) for said in found.unconfirmed)
    assert {item.key: item.state for item in found.items}["goal"] == "right"


def event(events, name, number=0):
    return [each for each in events if each["event"] == name][number]


CHANGED = {
    "answer": lambda: {"answered": rows() | {"neighbours/who": {"right": True, "answer": 1}}},
    "number": lambda: {"answered": rows() | {"neighbours/who": {"right": False, "answer": 0}}},
    "weight": lambda: {"runs": [changed_run(weights=lambda w: next(iter(w.values())).__imul__(np.float32(3)))]},
    "loss": lambda: {"runs": [changed_run(history=lambda e: event(e, "batches_ended", 3)["losses"].__setitem__(0, 0.5))]},
    "accuracy": lambda: {"runs": [changed_run(history=lambda e: event(e, "epoch_ended", 4).update(validation_accuracy=0.99))]},
    "end": lambda: {"runs": [changed_run(history=lambda e: e[-1].update(validation_accuracy=1.0))]},
    "last epoch and end": lambda: {"runs": [changed_run(history=lambda e: [
        each.update(validation_accuracy=1.0, validation_loss=0.01) for each in (event(e, "epoch_ended", -1), e[-1])])]},
    "seed": lambda: {"runs": [changed_run(lambda about: about["plan"].update(seed=7))]},
    "parameters": lambda: {"runs": [changed_run(history=lambda e: event(e, "run_started").update(parameters=9))]},
    "case": lambda: {"task": Assignment("c", case="T2-17"), "answered": {}, "runs": [],
                     "buglab": {"T2-17": {"points": 10, "kinds": ["shape"], "lines": [1]}}},
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED)
@pytest.mark.parametrize("key", [KEY, b"o" * seal.BYTES], ids=["same dashboard", "other dashboard"])
def test_a_change_is_found_even_under_a_new_seal(what, key):
    wanted = CHANGED[what]()
    (found,) = graded(written(**wanted), key=key, task=wanted.get("task", TASK))
    assert found.mark() is None, what
    assert "changed" in str(found.refused)


def test_any_changed_byte_breaks_the_seal():
    files = contents_of(written())
    about = json.loads(files[handin.ABOUT])
    about["name"] = "Somebody else"
    (found,) = graded(zipped(files | {handin.ABOUT: json.dumps(about).encode()}))
    assert "seal" in str(found.refused)


def test_hostile_files_get_a_sentence_and_no_mark():
    good = written()
    files = contents_of(good)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(handin.ABOUT, b" " * 80_000_000)
        archive.writestr(handin.SEAL, b"{}")
    newer = json.loads(files[handin.ABOUT]) | {"version": 99}
    pickled = b"\x80\x04cos\nsystem\n(S'true'\ntR."
    bad = [
        b"", b"PK", good[:-200], good[: len(good) // 2], pickled, bomb.getvalue(), zipped({"evil.py": b"import os"}),
        zipped(files | {"../../x": b""}), zipped(files | {"more.py": b""}), resealed(files | {handin.ABOUT: json.dumps(newer).encode()}),
        resealed(files | {handin.ABOUT: b"[" * 100_000}), resealed(files | {handin.ABOUT: b"{}"}), resealed(files | {"run-1.clsf.zip": b"no"}),
        resealed(files | {"run-1.clsf.zip": pickled}), zipped({name: c for name, c in files.items() if name != handin.SEAL}),
        resealed(files | {handin.ABOUT: json.dumps(json.loads(files[handin.ABOUT]) | {"answers": {"neighbours/who": {"right": "x" * 99}}}).encode()}),
    ]  # fmt: skip
    found = graded(*bad, good)
    assert [each.mark() for each in found[:-1]] == [None] * len(bad)
    assert all(each.refused and len(str(each.refused)) > 20 for each in found[:-1])
    assert found[-1].mark() is not None


def test_another_assignment_a_broken_lock_an_older_file_and_a_shared_run_are_said():
    easy = replace(TASK, goal=goal_text("digits", 0.1, None))
    (found,) = graded(written(task=easy))
    assert "another assignment" in str(found.refused)
    locked = replace(TASK, state=(("data", "digits"), ("epochs", "3")))
    (found,) = graded(written(task=locked), task=locked)
    assert {item.key: item.state for item in found.items}["goal"] == "wrong"
    first, second, third = graded(written("Ada", browser="a"), written("Ada", browser="a"), written("Ada", "7"))
    assert "newer" in str(first.refused)
    assert any("same run" in str(said) for said in second.unconfirmed)
    assert third.mark() is not None


def test_the_table_is_what_canvas_and_moodle_take():
    found = graded(written('=HYPERLINK("http://evil.example")', "s-1"), written("Ada", "ada@example.org"), b"no")
    lines = list(csv.reader(io.StringIO(table.marks(found, "Digits"))))
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Digits"]
    assert len(lines) == 3
    assert lines[1][0].startswith("'=")
    assert lines[2][1:4] == ["", "ada@example.org", "ada@example.org"]  # Canvas' own id is not known
    assert float(lines[2][5]) > 60
    assert table.marks(found, "Digits", points_row=True).splitlines()[1] == "    Points Possible,,,,,100"


def test_no_name_and_no_title_is_taken_for_more_by_a_learning_platform():
    """Canvas reacts to words in names and titles, spreadsheets to signs, and quoted line breaks split lines."""
    found = graded(written("Points Possible", "=1+1"), written('Kim, "Min"\nji', ""))
    lines = list(csv.reader(io.StringIO(table.marks(found, "My Final Score (3)"))))
    assert [len(line) for line in lines] == [6, 6, 6]
    assert lines[0][5] == "My Final-Score (3)"
    assert lines[1][0] == "Points-Possible"
    assert lines[1][2:4] == ["'=1+1", "'=1+1"]
    assert lines[2][0] == 'Kim, "Min" ji'
    assert table.without_number(found) == 1


def test_example_runs_agree_with_themselves():
    for framework in FRAMEWORKS:
        assert curves.checked(capsule.read(packed_run(framework))).unconfirmed == ()


def test_the_secret_is_kept_in_its_folder(tmp_path):
    seal.secret.cache_clear()
    first = seal.secret(tmp_path)
    seal.secret.cache_clear()
    assert seal.secret(tmp_path) == first
    assert (tmp_path / seal.FILE).stat().st_mode & 0o077 == 0


def test_the_command_grades_a_folder(tmp_path, capsys, monkeypatch):
    from clsf.cli import grade
    from clsf.cli.main import main

    class OnThisMachine(Workers):
        def close(self):
            """Do nothing: nothing was started."""

    monkeypatch.setenv("CLSF_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(grade, "_Workers", OnThisMachine)
    seal.secret.cache_clear()
    folder, marks, task = tmp_path / "handins", tmp_path / "marks.csv", tmp_path / "task.json"
    folder.mkdir()
    task.write_text(json.dumps(TASK.to_json()))
    (folder / "ada.zip").write_bytes(written("Ada", key=seal.secret(tmp_path / "home")))
    (folder / "sub").mkdir()
    (folder / "sub" / "evil.py").write_text("raise SystemExit")
    (folder / "link.zip").symlink_to(folder / "ada.zip")
    for which in (f"http://host/assignment?task={TASK.packed()}&class=3B", str(task)):
        assert main(["grade", str(folder), "--json", "--csv", str(marks), "--task", which]) == 1
    found = {line["file"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["ada.zip"]["mark"] > 50
    assert {name for name, line in found.items() if line["refused"]} == {"sub/evil.py", "link.zip"}
    assert marks.read_bytes().startswith("\ufeffStudent,".encode())  # so that a spreadsheet shows every script
    assert "Ada" in marks.read_text()
    assert main(["grade", str(folder)]) == 1
    assert "Ada" in capsys.readouterr().out
    for wrong in (
        [str(tmp_path / "none")],
        [str(folder), "--task", "http://host/?task=AAAA"],
        [str(folder), "--task", "no.json"],
    ):
        assert main(["grade", *wrong]) == 2
