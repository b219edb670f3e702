"""Scripts and models as text: formatted, without our package, and nothing typed by a student becomes code."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.code import STYLES, drawn_shapes, loop_code, model_code, script, why_not
from clsf.code.lines import WIDTH
from clsf.code.whole import VARIANTS
from clsf.data.shapes import OUTLINES, draw_shapes
from clsf.errors import DataError, PlanError, SpecError
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.presets import NAMES, preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests.code_plans import PLANS, planned
from tests.code_specs import drawn

HOSTILE = [
    '"); import os; os.system("echo broken") #',
    "a\nimport os\nraise SystemExit",
    "b\rraise SystemExit",
    "'''\"\"\"\\",
    "coding: utf-7",
    "-*- coding: rot13 -*-",
    "한글 모델 이름",
    "zero\u200bwidth \u202e turned",
    "\u2028raise SystemExit",
    "{x} {0} %s \\N{DIGIT ONE}",
    "class",
    "F",
    "print",
    "__import__",
    "None",
    "1st",
]


def ruff(arguments: list[str], folder) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "--line-length", str(WIDTH), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write every script and every preset's model as files."""
    folder = tmp_path_factory.mktemp("code")
    for number, name in enumerate(PLANS):
        for framework in FRAMEWORKS:
            (folder / f"script{number:02}_{framework}.py").write_text(script(*planned(name), framework), "utf-8")
    for name in NAMES:
        for style in STYLES:
            if why_not(preset(name), style) is None:
                for shape in ((28, 28, 1), (9, 10, 3)):
                    try:
                        text = model_code(preset(name), shape, 10, style).text
                    except SpecError:
                        continue  # LeNet-5 needs a larger image
                    (folder / f"model_{name}_{style}_{shape[0]}.py").write_text(text, "utf-8")
    return folder


def test_source_is_as_the_formatter_would_write_it(folder):
    assert ruff(["format", "--diff"], folder) == ""


def test_source_has_nothing_unused_undefined_or_too_wide(folder):
    assert (
        ruff(
            ["check", "--select", "E,F,I,B,UP,PIE,RET,C4", "--ignore", "RET504,B905,E741", "--output-format", "concise"], folder
        )
        == ""
    )


def test_source_of_random_models_is_narrow_enough():
    for spec, shape, classes in drawn(60):
        for style in STYLES:
            if why_not(spec, style) is None:
                for line in model_code(spec, shape, classes, style).lines:
                    assert len(line.text) <= WIDTH or line.text.startswith("# "), line.text


def test_scripts_know_nothing_of_this_package(folder):
    for path in folder.iterdir():
        modules = [
            a.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Import) for a in node.names
        ]
        assert "clsf" not in path.read_text("utf-8")
        assert not ("tensorflow" in modules and "torch" in modules)


# Models.


@pytest.mark.parametrize("style", STYLES)
def test_the_same_model_is_the_same_text(style):
    once, again = (model_code(preset("tiny"), (8, 8, 1), 10, style).text for _ in range(2))
    assert once == again


def test_lines_know_their_layers():
    """Every layer has lines in both frameworks, and every line belongs to a layer."""
    for name in NAMES:
        analysis = preset(name).analyse((28, 28, 1))
        paths = {facts.path for facts in analysis.layers}
        for style in STYLES:
            if why_not(preset(name), style) is None:
                code = model_code(preset(name), (28, 28, 1), 10, style)
                seen = {line.path for line in code.lines if line.path}
                assert seen <= paths
                missing = paths - seen
                # In a mixture, `forward` names a block that is the identity's sum; its layers are in __init__.
                assert not missing, (name, style, missing)


def test_lines_of_a_block_are_those_of_its_layers_too():
    code = model_code(preset("residual"), (28, 28, 1), 10, "torch-module")
    text = [code.lines[n].text.strip() for n in code.of("4")]
    assert any(line.startswith("self.block1_body_conv1 = nn.Conv2d(16, 16") for line in text)
    assert "x = body + x" in [line.split("  #")[0] for line in text]
    assert not any("block2" in line for line in text)


@pytest.mark.parametrize("style", ["keras-add", "keras-list", "torch-sequential"])
@pytest.mark.parametrize("kind", [Residual((Dense(4),)), Parallel(((), ()))], ids=["Residual", "Parallel"])
def test_a_row_of_layers_cannot_branch_and_says_so(style, kind):
    spec = ModelSpec("branched", (Conv2D(4), kind, Flatten(), Dense(2)))
    sentence = why_not(spec, style)
    assert f"layer 2 is {type(kind).__name__}" in str(sentence)
    framework = STYLES[style].framework
    assert all((other in str(sentence)) == (STYLES[other].framework == framework) for other in STYLES if STYLES[other].branches)
    with pytest.raises(SpecError, match="cannot hold a branch"):
        model_code(spec, (8, 8, 1), 2, style)


@pytest.mark.parametrize(
    ("spec", "style", "line", "note"),
    [
        pytest.param("lecture-cnn", "torch-sequential", "nn.Flatten()", "another order", id="flatten order"),
        pytest.param("residual", "torch-module", "F.pad(x, (0, 1, 0, 1))", "0 left, 1 right, 0 above, 1 below", id="uneven padding"),
        pytest.param("lenet-5", "torch-module", "nn.Conv2d(1, 6", "incoming channels, 1", id="in_channels"),
        pytest.param("lenet-5", "torch-module", "nn.Linear(400, 120)", "5×5×16 = 400", id="in_features"),
        pytest.param("lenet-5", "torch-module", "nn.Linear(84, 10)", "applies softmax itself", id="logits in torch"),
        pytest.param("lenet-5", "keras-add", "layers.Dense(10)", "applies softmax itself", id="logits in Keras"),
        pytest.param("residual", "torch-mixed", "nn.BatchNorm2d(16, eps=0.001, momentum=0.01)", "other way round", id="batch norm"),
        pytest.param("lenet-5", "keras-list", "keras.activations.tanh", "as a function", id="activation object"),
        pytest.param("lecture-cnn", "torch-module", "F.dropout(x, 0.2, training=self.training)", "always", id="dropout"),
        pytest.param("lenet-5", "keras-add", "keras.Input", "28×28×1, channels last", id="input shape"),
        pytest.param("lenet-5", "keras-subclass", "model(keras.Input", "0 parameters", id="subclass without a shape"),
    ],
)  # fmt: skip
def test_lines_that_differ_for_a_reason_say_it(spec, style, line, note):
    code = model_code(preset(spec), (28, 28, 1), 10, style)
    found = [str(x.note) for x in code.lines if line in x.text and x.note]
    assert found
    assert note in found[0]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("style", STYLES)
def test_a_hostile_name_stays_a_comment_and_a_plain_name(name, style):
    """The statements equal those of a harmlessly named model, and the name is in no line that Python reads an encoding from."""
    spec, harmless = (ModelSpec(n, preset("tiny").layers) for n in (name, "model"))
    text, wanted = (model_code(s, (8, 8, 1), 10, style).text for s in (spec, harmless))
    assert shape_of(text) == shape_of(wanted)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(text.encode()).readline)
    assert encoding == "utf-8"


def shape_of(text: str) -> list[str]:
    """Return the types of all nodes of the parsed source: equal for two sources that do the same."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text.encode()))]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_hostile_name_in_a_script(name, framework):
    spec, plan = planned("as it comes")
    wanted = shape_of(script(ModelSpec("model", spec.layers), plan, framework))
    assert shape_of(script(ModelSpec(name, spec.layers), plan, framework)) == wanted


def test_every_plan_field_that_trains_is_in_the_scripts():
    """A change of any field changes a script, or the field only exists in our own runs."""
    ours = {"look_inside", "begin_from", "epochs_before", "rules", "split"}
    refused = {"weights": "imagenet", "train_layers": "head", "backbone_rate": 0.1, "freeze_norms": True}
    base = Plan("digits")
    from clsf.plan import Augmentation, Clipping, Plateau, Preparation, Schedule, Stopping

    changes = {
        "data": "shapes", "preparation": Preparation(scale="standardise"), "validation_share": 0.3, "train_limit": 7, "epochs": 3,
        "batch_size": 5, "optimizer": "adam", "learning_rate": 0.5, "hyper": {"rho": 0.8}, "start": "kaiming", "dtype": "float64", "seed": 3,
        "variants": {"tensorflow": "fit", "torch": "dataloader"}, "device": "cpu", "loss": "categorical", "probabilities": True,
        "label_smoothing": 0.1, "l1": 0.1, "l2": 0.1, "weight_decay": 0.1, "schedule": Schedule("cosine"), "plateau": Plateau(),
        "stopping": Stopping(patience=3), "clipping": Clipping(), "accumulate": 2, "average": 0.9, "balanced": True, "mixed": True, "augmentation": Augmentation(flip=True), "differences": ("softmax-before-loss",),
    }  # fmt: skip
    assert set(changes) | ours | set(refused) == set(Plan.__dataclass_fields__)
    for name, value in refused.items():
        with pytest.raises(PlanError, match="No script is written"):
            script(preset("tiny"), base.but(**{name: value}), "torch")
    for name, value in changes.items():
        other = base.but(loss="categorical") if name == "label_smoothing" else base
        texts = [[script(preset("tiny"), p, f) for f in FRAMEWORKS] for p in (other, other.but(**{name: value}))]
        assert texts[0] != texts[1], name


# Bad input.


def test_a_script_is_refused_where_a_run_would_be():
    with pytest.raises(SpecError, match="10 classes"):
        script(ModelSpec("no end", (Conv2D(4),)), Plan("digits"), "torch")
    with pytest.raises(DataError, match="Unknown data set"):
        script(preset("tiny"), Plan('digits"; import os'), "torch")
    with pytest.raises(PlanError, match="two classes"):
        script(preset("tiny"), Plan("digits", loss="binary"), "tensorflow")
    with pytest.raises(PlanError, match="Unknown framework 'jax'"):
        script(preset("tiny"), Plan("digits"), "jax")
    with pytest.raises(PlanError, match="Unknown variant 'loop'"):
        loop_code("tensorflow", "loop", Plan("digits"))
    with pytest.raises(SpecError, match="Did you mean 'keras-add'"):
        model_code(preset("tiny"), (8, 8, 1), 10, "keras-ad")


# Loops.


@pytest.mark.parametrize(("framework", "variant"), [(f, v) for f in FRAMEWORKS for v in VARIANTS[f]])
def test_the_loop_is_the_one_in_the_script(framework, variant):
    plan = Plan("digits").but(variants={framework: variant})
    assert loop_code(framework, variant, plan) in script(preset("tiny"), plan, framework)


def test_each_variant_is_written_as_it_runs():
    plan = Plan("digits")
    graph, eager, fit = (loop_code("tensorflow", v, plan) for v in VARIANTS["tensorflow"])
    assert "@tf.function" in graph
    assert "@tf.function" not in eager
    assert "GradientTape" in eager
    assert "model.fit(" in fit
    assert "GradientTape" not in fit
    loop, loader = (loop_code("torch", v, plan) for v in VARIANTS["torch"])
    assert "DataLoader" in loader
    assert "DataLoader" not in loop


# The data set that is drawn.


def test_shapes_in_a_script_are_pixel_for_pixel_ours():
    for seed in (0, 1):
        ours, (pixels, labels) = draw_shapes(700, seed), drawn_shapes.draw_shapes(700, seed)
        np.testing.assert_array_equal(pixels, ours.pixels)
        np.testing.assert_array_equal(labels, ours.labels)
    assert list(drawn_shapes.OUTLINES) == list(OUTLINES)
