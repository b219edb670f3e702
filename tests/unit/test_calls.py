"""Calls as values: printed as source, bound to a signature, and made only from allowed names."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from clsf.calls import REQUIRED, Call, Name, Signature, made
from clsf.errors import SpecError
from clsf.words import say


class Box:
    def __init__(self, *args, **kwargs):
        self.given = args, kwargs


ROOTS = {"boxes": SimpleNamespace(Box=Box, open=open, _Box=Box)}


def test_a_call_is_printed_as_it_is_typed():
    inner = Call("keras.regularizers.L2", (0.01,))
    call = Call(
        "layers.Conv2D",
        (32, (3, 5), (1,), [2, None]),
        {"padding": 'a"b\n', "value": float("-inf"), "activation": Name("keras.activations.relu"), "regularizer": inner},
    )
    assert str(call) == (
        'layers.Conv2D(32, (3, 5), (1,), [2, None], padding=\'a"b\\n\', value=float("-inf"), '
        "activation=keras.activations.relu, regularizer=keras.regularizers.L2(0.01))"
    )
    assert str(Call("layers.Flatten")) == "layers.Flatten()"


def test_equal_calls_hash_alike_and_a_note_does_not_count():
    one = Call("nn.Conv2d", (3, 8), {"kernel_size": 3, "stride": 2}, say("why"))
    other = Call("nn.Conv2d", (3, 8), {"stride": 2, "kernel_size": 3})
    assert one == other
    assert hash(one) == hash(other)
    assert one != other.but(args=(3, 9))


@pytest.mark.parametrize("name", ["", "a b", "a.", "import os; os", "a()", "_a", "a._b"])
def test_what_is_no_name_makes_no_call(name):
    with pytest.raises(ValueError, match="no dotted name"):
        Call(name)
    with pytest.raises(ValueError, match="no dotted name"):
        Name(name)


def test_a_call_is_made_with_calls_inside_and_with_what_its_maker_adds():
    box = made(Call("boxes.Box", (1, Call("boxes.Box", ("x",))), {"size": (2, 3)}), ROOTS, Box, dtype="float64")
    (first, inner), named = box.given
    assert first == 1
    assert inner.given == (("x",), {})
    assert named == {"size": (2, 3), "dtype": "float64"}


@pytest.mark.parametrize(
    "call",
    [
        Call("boxes.open", ("/etc/passwd",)),
        Call("boxes.Box.__init__".replace("__", "x")),
        Call("os.system", ("true",)),
        Call("boxes"),
        Call("boxes.Box", (Call("os.system", ("true",)),)),
        Call("boxes.Box", (Name("boxes.open"),)),
    ],
)
def test_what_is_not_allowed_is_never_called(call):
    with pytest.raises((ValueError, AttributeError)):
        made(call, ROOTS, Box)


def test_what_is_no_argument_is_neither_printed_nor_made():
    call = Call("boxes.Box", (Fraction(1, 2),))
    with pytest.raises(TypeError, match="Fraction"):
        str(call)
    with pytest.raises(TypeError, match="Fraction"):
        made(call, ROOTS, Box)


SIGNATURE = Signature("nn.Conv2d", {"in_channels": REQUIRED, "out_channels": REQUIRED, "stride": 1, "padding": 0})


def test_arguments_are_bound_whichever_way_they_are_given():
    wanted = {"in_channels": 3, "out_channels": 8, "stride": 2, "padding": 0}
    assert SIGNATURE.bound(Call("nn.Conv2d", (3, 8, 2))) == wanted
    assert SIGNATURE.bound(Call("nn.Conv2d", (3,), {"stride": 2, "out_channels": 8})) == wanted


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (Call("nn.Conv2d", (3,)), "needs the argument out_channels"),
        (Call("nn.Conv2d", (3, 8), {"filters": 3}), "no argument filters; it takes in_channels"),
        (Call("nn.Conv2d", (3, 8), {"in_channels": 3}), "in_channels twice"),
        (Call("nn.Conv2d", (1, 2, 3, 4, 5)), "with 5 arguments, but takes at most 4"),
    ],
)
def test_arguments_that_do_not_fit_are_told_in_words(call, said):
    with pytest.raises(SpecError, match=said):
        SIGNATURE.bound(call)
