"""Sentences keep template and values apart until somebody reads them."""

import json
import pickle

import pytest

from clsf import checks
from clsf.errors import ClsfError, DataError, EngineError, PlanError, SpecError, StoreError
from clsf.model.layers import Conv2D
from clsf.model.walk import analyse
from clsf.words import Sentence, say

KOREAN = {
    "Layer {path}, {kind}: {problem}": "{path}번 층 {kind}: {problem}",
    "{what} is {value}, but must be a number.": "{what}은(는) {value}이지만 숫자여야 합니다.",
}


def korean(template: str) -> str:
    return KOREAN.get(template, template)


NESTED = say(
    "Layer {path}, {kind}: {problem}",
    path=5,
    kind="Conv2D",
    problem=say("{what} is {value}, but must be a number.", what=checks.field("filters"), value="'x'"),
)


def test_a_sentence_says_its_english():
    assert str(NESTED) == "Layer 5, Conv2D: filters is 'x', but must be a number."


def test_a_sentence_is_translated_with_the_sentences_inside_it():
    assert NESTED.said(korean) == "5번 층 Conv2D: filters은(는) 'x'이지만 숫자여야 합니다."


def test_a_sentence_that_is_in_no_catalogue_stays_english():
    assert say("Nothing to do for {name}.", name="me").said(korean) == "Nothing to do for me."


def test_braces_in_a_value_stay_braces():
    assert str(say("Got {value}.", value="{0.__class__} {}")) == "Got {0.__class__} {}."


def test_a_sentence_survives_json():
    again = Sentence.from_json(json.loads(json.dumps(NESTED.to_json())))
    assert again == NESTED
    assert again.said(korean) == NESTED.said(korean)


@pytest.mark.parametrize("kind", [SpecError, PlanError, DataError, EngineError, StoreError])
def test_an_error_crosses_processes_with_its_sentence(kind):
    error = kind("It is {value}.", value=say("a {thing}", thing="sentence"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # its own bytes
    assert type(again) is kind
    assert str(again) == str(error) == "It is a sentence."
    assert again.sentence == error.sentence
    assert isinstance(again, ClsfError)


def test_context_is_added_without_losing_the_possibility_to_translate():
    with pytest.raises(SpecError) as raised:
        analyse((Conv2D(8, 5),), (4, 4, 1))
    assert raised.value.sentence.said(korean).startswith("1번 층 Conv2D: a 5×5 kernel does not fit")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (False, "false"), (0, "0"), (1, "1"), ("", "''"), ("a", "'a'"), (1.5, "1.5"), ([], "[]"),
        ("x" * 58, f"'{'x' * 58}'"), ("x" * 59, f"'{'x' * 56}…"), ([0] * 100, f"[{'0, ' * 18}0,…"),
    ],
)  # fmt: skip
def test_any_value_is_shown_short_and_in_json_words(value, text):
    assert checks.shown(value) == text
    assert len(checks.shown(value)) <= 60
