"""Korean particles are chosen by the last sound of the value in the template; none is left in both forms."""

from __future__ import annotations

import re

import pytest

from clsf.ui.shared.particles import settled
from clsf.ui.shared.text import catalogue

ENDS = {
    "은": "3 6 10 100 1,000 10,000 0 0.10 L M Adam BatchNorm Dropout step block `fit` **8** <b>6</b> 'cosine' 말 이름 (1,·3) 모델(tiny)",
    "는": "4 2 5 9 0.5 1e-5 12% 50·% 3%p PyTorch TensorFlow Keras SGD AdamW ReLU MNIST Dense 사과 (128,·64) “배” 크기(32) x\\_y 5·MB",
}
"""Form of the topic particle -> words that take it; a dot stands for a space."""


@pytest.mark.parametrize(("form", "word"), [(form, word) for form, words in ENDS.items() for word in words.split()])
def test_the_particle_follows_the_last_sound(form, word):
    word = word.replace("·", " ")
    assert settled(f"{word}은(는)") == word + form


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("7(으)로 3(으)로 8(으)로 4(으)로 모델(으)로 값(으)로", "7로 3으로 8로 4로 모델로 값으로"),
        ("값을(를) 배를(를), 4이(가), 3이(가)", "값을 배를(를), 4가, 3이"),
        ("하나와(과) 둘과(와), 값와(과)", "하나와 둘과, 값과"),
        ("'배'(이)라는 '값'(이)라는", "'배'라는 '값'이라는"),
        ("{name}은(는)", "{name}은(는)"),  # not filled in yet
        ("f(x) of (a)", "f(x) of (a)"),
    ],
)
def test_every_particle_has_both_forms(said, seen):
    assert settled(said) == seen


def test_a_translation_never_chooses_a_particle_for_a_field():
    """The catalogue does not know a field's value, so it has both forms."""
    alone = re.compile(r"\}['’”`*)\]]*(?:은|는|을|를|이|가|과|와|으로|로)(?![가-힣(])")
    texts = [text for text in catalogue("ko")._catalog.values() if isinstance(text, str)]
    assert not [text for text in texts if alone.search(text)]
