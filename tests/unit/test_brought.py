"""Files, links and pasted text from users: each is read, or refused in a sentence."""

from pathlib import Path

import pytest

from clsf import checks
from clsf.capsule import history, read
from clsf.errors import CapsuleError, ClsfError, SpecError
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunStarted, event_to_json
from clsf.model import edit_link
from clsf.model.branches import Parallel, Residual
from clsf.model.edit import design_of
from clsf.model.layers import Activation, BatchNorm, Conv2D, Dense, GlobalAveragePool2D
from clsf.model.spec import ModelSpec
from clsf.runs import ids
from clsf.tensors import literals
from clsf.ui.incoming import usable
from clsf.ui.shared.components import key_of
from clsf.words import say

CASES = Path(__file__).parents[1] / "cases" / "other"
SHAPE = (32, 32, 3)


@pytest.mark.parametrize("name", ["bom.json", "utf16.json"])
def test_json_is_read_whatever_its_encoding(name):
    assert edit_link.from_text((CASES / name).read_bytes(), SHAPE).cards


def test_a_name_with_half_a_letter_is_refused_in_json_and_in_a_link():
    with pytest.raises(SpecError, match="half a letter") as refused:
        edit_link.from_text((CASES / "name_surrogate.json").read_bytes(), SHAPE)
    str(refused.value).encode()
    with pytest.raises(SpecError, match="half a letter"):
        edit_link.from_link("1.w6owpjTFwsBAIS-1BGtcYgl3bIEJAA", SHAPE)
    for name in ("\ud83d", "a\0b"):
        with pytest.raises(SpecError, match="half a letter") as refused:
            ModelSpec(name, (Dense(10),))
        str(refused.value).encode()


@pytest.mark.parametrize("name", ["model_name_half_emoji.clsf.zip", "group_half.clsf.zip"])
def test_a_capsule_with_half_a_letter_is_refused(name):
    with pytest.raises(CapsuleError, match="half a letter"):
        read((CASES / name).read_bytes())


def test_whole_emojis_are_text():
    assert checks.json_of(SpecError, '"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "a": 1,\n  b: 2\n}', "Line 3, character 3, is not as JSON has it: 'b: 2'"),
        (b'{"a": "\xff"}', "Line 1 is not text in UTF-8"),
        ("[" * 100_000, "nested too deep"),
        ("1" * 5_000, "thousands of digits"),
    ],
)
def test_json_errors_keep_their_line(text, said):
    with pytest.raises(SpecError, match=said):
        checks.json_of(SpecError, text)


@pytest.mark.parametrize("value", ["1e400", "inf", "-inf", "nan", "1e300", "9" * 400, "", "a\0", "\ud83d", "x" * 9_000, "1e16"])
def test_a_link_says_nothing_that_no_widget_can_hold(value):
    assert not usable(value)


@pytest.mark.parametrize("value", ["5", "0.001", "1e-3", "digits", "1.w6owpjTFws", "한국어", "2147483647"])
def test_a_link_may_say(value):
    assert usable(value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000.5", 1000.5),
        ("1,000", 1000),
        ("1,234,567.25", 1234567.25),
        ("[1,000, 2]", [1000, 2]),
        ("[1,100.5]", [1, 100.5]),
        ("1, 2", (1, 2)),
        ("tensor([[1., 2.]])", [[1.0, 2.0]]),
        ("tensor([[1., 2.],\n        [3., 4.]], dtype=torch.float64)", [[1.0, 2.0], [3.0, 4.0]]),
        ("tensor(3.5, requires_grad=True)", 3.5),
        ("torch.tensor([1, -2], device='cuda:0')", [1, -2]),
        ("np.array([1, 2], dtype=np.int8)", [1, 2]),
        ("array([[1.5],\n       [2. ]], dtype=float32)", [[1.5], [2.0]]),
        ("<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>", [1.0, 2.0]),
        ("<tf.Tensor: shape=(), dtype=int32, numpy=7>", 7),
        ("tf.Tensor([1. 2.], shape=(2,), dtype=float32)", [1.0, 2.0]),
        ("tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int32)", [[1, 2], [3, 4]]),
        ("[[1. 2.]\n [3. 4.]]", [[1.0, 2.0], [3.0, 4.0]]),
        ("[ 1e-3 -2.  ]", [0.001, -2.0]),
        ("\u22123", -3),
        ("[\u22121.5, 2]", [-1.5, 2]),
        ("\uff3b\uff11\uff0c \uff12\uff0e\uff15\uff3d", [1, 2.5]),
    ],
)
def test_numbers_as_people_paste_them(text, found):
    assert literals.values(text) == found


def test_a_pasted_shape_is_read():
    assert literals.shape("\uff12, 3") == (2, 3)


@pytest.mark.parametrize("text", ["__import__('os')", "tensor(__import__('os'))", "[1 2 x]", "tensor(", "array([1, 2"])
def test_what_is_no_number_is_still_refused(text):
    with pytest.raises(literals.TensorError):
        literals.values(text)


def resnet_56() -> ModelSpec:
    def block(width, strides):
        def conv(step):
            return Conv2D(width, 3, strides=step, padding="same", use_bias=False)

        shortcut = (Conv2D(width, 1, strides=2, padding="same", use_bias=False), BatchNorm()) if strides == 2 else ()
        inner = (conv(strides), BatchNorm(), Activation("relu"), conv(1), BatchNorm())
        return Residual(inner, shortcut), Activation("relu")

    layers = [Conv2D(16, 3, padding="same", use_bias=False), BatchNorm(), Activation("relu")]
    for stage, width in enumerate((16, 32, 64)):
        for n in range(9):
            layers += block(width, 2 if stage and not n else 1)
    return ModelSpec("ResNet-56", (*layers, GlobalAveragePool2D(), Dense(10)))


def densenet_121() -> ModelSpec:
    from clsf.model.layers import AveragePool2D

    def dense_layer():
        return Parallel(
            (
                (),
                (
                    BatchNorm(), Activation("relu"), Conv2D(128, 1, use_bias=False),
                    BatchNorm(), Activation("relu"), Conv2D(32, 3, padding="same", use_bias=False),
                ),
            )
        )  # fmt: skip

    width, layers = 64, [Conv2D(64, 3, padding="same", use_bias=False), BatchNorm(), Activation("relu")]
    for stage, count in enumerate((6, 12, 24, 16)):
        layers += [dense_layer() for _ in range(count)]
        width += 32 * count
        if stage < 3:
            width //= 2
            layers += [BatchNorm(), Activation("relu"), Conv2D(width, 1, use_bias=False), AveragePool2D(2)]
    return ModelSpec("DenseNet-121", (*layers, BatchNorm(), Activation("relu"), GlobalAveragePool2D(), Dense(10)))


@pytest.mark.parametrize(("make", "parameters"), [(resnet_56, 855_770), (densenet_121, 7_040_074)])
def test_deep_networks_are_designed_packed_and_read(make, parameters):
    spec = make()
    design = design_of(spec)
    assert edit_link.from_text(edit_link.to_text(design), SHAPE) == design
    link = edit_link.to_link(design)
    assert link is not None
    assert edit_link.from_link(link, SHAPE) == design
    assert abs(spec.analyse(SHAPE).parameters - parameters) / parameters < 0.01  # of the papers, except shortcut projections


def test_no_id_holds_two_underscores(monkeypatch):
    drawn = iter(["a__b", "__", "a_b"])
    monkeypatch.setattr(ids.secrets, "token_urlsafe", lambda size: next(drawn))
    assert ids.new_id() == "a_b"


def test_keys_of_old_ids_hold_no_two_underscores_and_stay_apart():
    names = ["a__b", "a_.b", "a___b", "__", "_-_", "run-x__y", "a_b"]
    keys = [key_of(name) for name in names]
    assert not [key for key in keys if "__" in key]
    assert len(set(keys)) >= len(names) - 1
    assert key_of("a_b") == "a_b"


def test_a_long_history_is_checked_without_asking_for_types_again(monkeypatch):
    asked = []
    original = history.get_type_hints
    monkeypatch.setattr(history, "get_type_hints", lambda kind: asked.append(kind) or original(kind))
    history._checks.cache_clear()
    started = RunStarted("torch", "loop", "cpu", 2, {"torch": "2"}, 2, 3, 9, 3, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5)
    steps = [BatchesEnded(1, n, (2.5,), (0.1,), (1.0,), 0.01, 50.0, n * 0.1) for n in range(1, 3_000)]
    events = [started, *steps, EpochEnded(1, 2.0, 0.3, 1.9, 0.35, 0.6, 0.2, 50.0), RunEnded("torch", "finished", 1, 0.8, 50.0)]
    found = history.checked([event_to_json(event) for event in events], "torch", (8, 8, 1))
    assert len(found) == len(events)
    assert len(asked) == 4  # one per class, not per event


def test_sentences_can_be_printed_whatever_is_in_them():
    str(say("{what} is it.", what="\ud83d한")).encode()
    with pytest.raises(ClsfError, match="half a letter"):
        checks.text(ClsfError, say("name"), "\udc80")
