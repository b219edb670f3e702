"""The page Your code: any pasted text gets an answer or a sentence, and a fix changes the text."""

from __future__ import annotations

import pytest

from clsf import packing
from clsf.code.colours import coloured
from clsf.faults import catalogue as faults
from clsf.reader.pair import pair_of
from clsf.reader.pair_differences import differences, evened
from clsf.reader.program import read
from clsf.ui.your_code import keys
from clsf.ui.your_code.reading import EXAMPLE
from tests.app.seen import texts
from tests.unit.reader_programs import PROGRAMS, RIGHT


def pasted(open_app, source: str, lang: str = "en"):
    app = open_app("your_code", lang)
    app.get_by_key(keys.TEXT).set_value(source).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", ["keras-cnn", "torch-sequential", "keras-binary"])
def test_a_right_program_is_answered(open_app, name, lang):
    app = pasted(open_app, RIGHT[name], lang)
    assert len(app.success) == 1
    assert len(app.metric) == 4


def test_a_fix_changes_the_text_and_does_away_with_the_fault(open_app):
    source, ((kind, line),) = PROGRAMS["torch-cnn: softmax-then-logits-loss"]
    app = pasted(open_app, source)
    assert not app.success
    assert f"**Line {line} · " in texts(app)
    assert str(faults.fault(kind).symptom) in texts(app)
    app.get_by_key(f"{keys.TEXT}_0_take").click().run()
    assert not app.exception
    assert len(app.success) == 1
    assert app.get_by_key(keys.TEXT).value == RIGHT["torch-cnn"]


@pytest.mark.parametrize("source", ["const x = 1;\nlet y = 2;", "import jax", "print('hello')", "(" * 400])
def test_what_is_no_program_gets_a_sentence(open_app, source):
    app = pasted(open_app, source)
    assert len(app.error) == 1


def test_two_programs_are_laid_side_by_side(open_app):
    app = open_app("your_code")
    app.get_by_key(keys.TWO).set_value(True).run()
    app.get_by_key(keys.TEXT).set_value(RIGHT["keras-mlp"]).run()
    app.get_by_key(keys.TEXT_TWO).set_value(RIGHT["torch-mlp"]).run()
    assert not app.exception
    box = app.get_by_key("your_code_same_learning_rate")
    assert "0.01" in box.label
    assert "0.05" in box.label
    box.set_value(True).run()
    assert not app.exception


def test_the_differences_come_in_the_order_in_which_they_matter():
    two = read(PROGRAMS["torch-cnn: softmax-then-logits-loss"][0])
    assert [d.name for d in differences(read(RIGHT["torch-cnn"]), two)] == ["fault-softmax-then-logits-loss", "model"]
    assert differences(read(RIGHT["torch-cnn"]), read(RIGHT["torch-cnn"])) == []


def test_both_versions_are_trainings_of_their_own():
    pair = pair_of(read(PROGRAMS["torch-cnn: softmax-then-logits-loss"][0]), "digits", 2, 200)
    assert pair.why is None
    assert pair.faulty != pair.fixed
    assert pair.faulty[0].layers[-1].activation == "softmax"
    assert pair.fixed[0].layers[-1].activation == "linear"
    pair = pair_of(read(PROGRAMS["torch-cnn: missing-zero-grad"][0]), "digits", 2, 200)
    assert pair.faulty == pair.fixed
    assert pair.left_out == ("missing-zero-grad",)


def test_ticked_differences_are_gone():
    """A fault is fixed in the program that has it; everything else is copied from the first."""
    one, two = read(RIGHT["torch-cnn"]), read(PROGRAMS["torch-cnn: softmax-then-logits-loss"][0])
    first, second, spec, plan = evened(one, two, {"fault-softmax-then-logits-loss", "model"})
    assert differences(first, second) == []
    assert spec.layers == one.spec.layers
    slow = read(RIGHT["torch-mlp"].replace("lr=0.05", "lr=0.001"))
    first, second, spec, plan = evened(read(RIGHT["torch-mlp"]), slow, {"learning_rate"})
    assert plan.learning_rate == 0.05


def test_words_of_python_have_colours_and_nothing_is_lost():
    from html import unescape
    from re import sub

    source = 'import os  # a <b>\ndef f(x):\n    return f\'{x}\' + """two\nlines""" + \'a\' * 3\n'
    rows = coloured(source)
    assert [unescape(sub("<[^>]*>", "", row)) for row in rows] == source.split("\n")
    assert 'class="yc-k">import<' in rows[0]
    assert "&lt;b&gt;" in rows[0]
    assert "yc-s" in rows[3]
    assert len(coloured("def (:\n ''' unclosed")) == 2


def test_a_program_travels_in_the_link_and_a_damaged_one_is_said(open_app):
    app = open_app("your_code", **{keys.TEXT: packing.packed(EXAMPLE.encode())})
    assert not app.exception
    assert app.text_area(key=keys.TEXT).value == EXAMPLE
    assert "2 faults" in texts(app)
    code = packing.packed(b"\xff\xfe broken")
    for wrong in (code, code[:-3], "!", packing.packed(bytes(3_000_000))):
        app = open_app("your_code", **{keys.TEXT: wrong})
        assert not app.exception
        assert "The program in the link is damaged" in texts(app)
        assert app.text_area(key=keys.TEXT).value == ""


def test_a_program_too_long_for_a_link_is_left_out_and_said(open_app):
    app = open_app("your_code")
    app.text_area(key=keys.TEXT).set_value(EXAMPLE + "".join(f"# {n * 7919 % 1_000_003 * 31}\n" for n in range(800))).run()
    assert keys.TEXT not in app.query_params
    assert "Not in the link, which would have more than 2,000 characters: Your program." in texts(app)
