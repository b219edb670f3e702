"""The conversion lab without a framework: what is read and refused, how state_dicts are matched to models, which causes are named."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import h5py
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from clsf.convert import binding, causes, guessing, lab, norms, reading, zipped
from clsf.convert.comparing import compared
from clsf.convert.values import Loaded
from clsf.errors import ConvertError
from clsf.model.branches import Parallel
from clsf.model.layers import made
from clsf.model.spec import ModelSpec

RNG = np.random.default_rng(3)


def dense_config(**changes: object) -> dict:
    layers = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"name": "images", "batch_shape": [None, 2, 2, 1]},
            "registered_name": None,
        },
        {"module": "keras.layers", "class_name": "Flatten", "config": {"name": "flat"}, "registered_name": None},
        {
            "module": "keras.layers",
            "class_name": "Dense",
            "config": {"name": "scores", "units": 3, "activation": "linear"},
            "registered_name": None,
        }
        | changes,
    ]
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "net", "layers": layers}, "registered_name": None}


def h5(change=lambda file: None) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        opened["layers/dense/vars/0"] = np.arange(12, dtype=np.float32).reshape(4, 3)
        opened["layers/dense/vars/1"] = np.zeros(3, np.float32)
        change(opened)
    return file.getvalue()


def keras_file(config: dict | bytes | None = None, weights: bytes | None = None, extra: dict | None = None) -> bytes:
    file = io.BytesIO()
    config = dense_config() if config is None else config
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        archive.writestr("model.weights.h5", h5() if weights is None else weights)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_keras_file_is_read_without_keras():
    found = reading.read(keras_file(), "model.keras")
    assert found.shape == (2, 2, 1)
    assert [layer.role for layer in found.spec.layers] == ["Flat", "Linear"]
    assert found.names["2"] == "scores"
    assert np.array_equal(found.weights["2.kernel"], np.arange(12).reshape(4, 3))


def linked(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/hostname", "/")


def outside(file: h5py.File) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", (4, 3), np.float32, external=[("/etc/hostname", 0, 48)])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 cut short", "cut short"),
        (keras_file()[:-400], "cut short"),
        (keras_file(b"{"), "not JSON"),
        (keras_file(dense_config(class_name="Lambda")), "never run"),
        (keras_file(dense_config(class_name="MyDense", module="my.code", registered_name="my>MyDense")), "custom object"),
        (keras_file(dense_config(config={"name": "x", "units": 3, "activation": {"module": "os", "class_name": "function", "config": "system"}})), "custom object"),
        (keras_file(dense_config(class_name="LSTM")), "no layer here"),
        (keras_file(dense_config(config={"name": "x", "units": 10**9})), "can't be built|can't be read"),
        (keras_file(dense_config(config={"name": "x", "units": 4})), "config says"),
        (keras_file(weights=b"no hdf5"), "no HDF5"),
        (keras_file(weights=h5(linked)), "not followed"),
        (keras_file(weights=h5(outside)), "not followed"),
        (keras_file(extra={"../evil.py": "x"}), "outside of itself"),
        (keras_file(extra={"/etc/evil": "x"}), "outside of itself"),
        (keras_file({"class_name": "Functional", "config": {"layers": [{"class_name": "Add", "config": {}, "inbound_nodes": [1]}]}}), "not clear"),
    ],
)  # fmt: skip
def test_hostile_keras_files_are_refused_in_words(content, says):
    with pytest.raises(ConvertError, match=says):
        reading.read(content, "model.keras")


def test_a_zip_bomb_is_refused_by_its_table(monkeypatch):
    monkeypatch.setattr(zipped, "MOST_TOTAL", 1_000_000)
    with pytest.raises(ConvertError, match="MB unpacked"):
        reading.read(keras_file(extra={"bomb": b"0" * 2_000_000}), "model.keras")


def onnx_file(nodes: list | None = None, change=lambda model: None) -> bytes:
    nodes = nodes or [
        helper.make_node("Flatten", ["images"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "kernel", "bias"], ["scores"], "scores", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, 2, 2])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(np.arange(48, dtype=np.float32).reshape(4, 12), "kernel"), numpy_helper.from_array(np.ones(4, np.float32), "bias")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    change(model)
    return model.SerializeToString()


def test_an_onnx_file_is_read_with_the_order_of_its_flattening():
    found = reading.read(onnx_file(), "model.onnx")
    kernel = found.weights["2.kernel"]  # rows: row, column, channel; in the file: channel, row, column
    assert kernel.shape == (12, 4)
    assert list(kernel[:3, 0]) == [0, 4, 8]


def written_out(*steps: str) -> bytes:
    """Return a file that begins as `onnx_file` and ends in single operators, each as "Erf:given->result"; "0.5" is a constant."""
    nodes = [helper.make_node("Flatten", ["images"], ["x"])]
    numbers = set()
    for step in steps:
        kind, _, rest = step.partition(":")
        given, result = rest.split("->")
        inputs = given.split(",")
        numbers |= {name for name in inputs if name[0] in "-0123456789"}
        nodes.append(helper.make_node(kind, inputs, [result]))
    nodes.append(helper.make_node("Gemm", ["y", "kernel", "bias"], ["scores"], transB=1))

    def change(model: onnx.ModelProto) -> None:
        model.graph.initializer.extend(numpy_helper.from_array(np.float32(name), name) for name in sorted(numbers))

    return onnx_file(nodes, change)


HALF = "0.70710677"


@pytest.mark.parametrize(
    "steps",
    [
        ("Div:x,1.4142135->a", "Erf:a->b", "Add:b,1->c", "Mul:x,c->d", "Mul:d,0.5->y"),
        (f"Mul:{HALF},x->a", "Erf:a->b", "Add:1,b->c", "Mul:c,0.5->d", "Mul:d,x->y"),
        ("Mul:x,0.5->h", "Neg:x->n", f"Mul:n,{HALF}->a", "Erfc:a->b", "Mul:h,b->y"),
    ],
)
def test_gelu_that_was_written_out_in_single_operators_is_gelu(steps):
    layers = reading.read(written_out(*steps), "model.onnx").spec.layers
    assert [layer.role for layer in layers] == ["Flat", "Function", "Linear"]
    assert layers[1].name == "gelu"


def test_gelu_by_tanh_is_refused_by_its_name_and_other_functions_by_their_operator():
    by_tanh = ("Mul:x,x->a", "Mul:a,x->b", "Mul:b,0.044715->c", "Add:x,c->d", "Mul:d,0.7978846->e", "Tanh:e->f", "Add:f,1->g", "Mul:x,g->h", "Mul:h,0.5->y")  # fmt: skip
    with pytest.raises(ConvertError, match=r"approximated by tanh.*approximate=False"):
        reading.read(written_out(*by_tanh), "model.onnx")
    with pytest.raises(ConvertError, match="Erf"):
        reading.read(written_out("Div:x,2->a", "Erf:a->b", "Add:b,1->c", "Mul:x,c->y"), "model.onnx")
    assert reading.read(written_out("Tanh:x->y"), "model.onnx").spec.layers[1].name == "tanh"


def external(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    entry = model.graph.initializer[0].external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\xff not onnx", "no ONNX file"),
        (onnx_file()[:60], "no ONNX file|damaged|does not depend|no operators"),
        (onnx_file(change=external), "external data"),
        (onnx_file([helper.make_node("Gemm", ["images"], ["scores"], domain="com.microsoft")]), "custom operator"),
        (onnx_file([helper.make_node("GridSample", ["images"], ["scores"])]), "no layer here"),
        (onnx_file([helper.make_node("If", ["images"], ["scores"], then_branch=helper.make_graph([], "g", [], []))]), "graph of its own"),
        (onnx_file([helper.make_node("Gemm", ["images", "kernel"], ["scores"])]), "of an image"),
    ],
)  # fmt: skip
def test_hostile_onnx_files_are_refused_in_words(content, says):
    with pytest.raises(ConvertError, match=says):
        reading.read(content, "model.onnx")


def test_the_content_says_whose_worker_reads_a_file():
    """Not the file's name: PyTorch must not be loaded into TensorFlow's worker."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    assert reading.WORKERS[reading.kind_of(file.getvalue(), "model.bin")] == "torch"
    assert reading.WORKERS[reading.kind_of(keras_file(), "model.pt")] == "tensorflow"


@pytest.mark.parametrize("name", ["model.h5", "model.exe", "model.zip"])
def test_other_files_are_refused(name):
    with pytest.raises(ConvertError):
        reading.read(b"\x89HDF\r\n\x1a\n" if name.endswith("h5") else b"MZ", name)


# State_dicts.

SPEC = ModelSpec(
    "net",
    (
        made("Convolution", 4, 3, padding="same", activation="relu"), made("Batchwise"), made("Flat"), made("Linear", 6, "relu"), made("Linear", 6, "tanh"),
        made("Linear", 2),
    ),
)  # fmt: skip
SHAPE = (4, 5, 3)


def numbers() -> dict[str, np.ndarray]:
    return {n: RNG.uniform(0.1, 1, w.shape).astype(np.float32) for n, w in SPEC.analyse(SHAPE).named_weights().items()}


def whole(weights: dict[str, np.ndarray], spec: ModelSpec = SPEC) -> Loaded:
    names = {f.path: f"layer{f.path}" for f in spec.analyse(SHAPE).layers}
    return Loaded("keras", "a.keras", "tensorflow", spec.to_json(), SHAPE, weights, names, {})


def state_of(weights: dict[str, np.ndarray], kind: str = "pt") -> Loaded:
    from clsf.backends.layout import WORDS, turned
    from clsf.plan import Plan
    from clsf.predict.exporting import plain_order

    arrays = plain_order(SPEC, SHAPE, Plan("any"), weights, "torch")
    names = {"1": "stem", "2": "bn", "4": "head.0", "5": "head.2", "6": "out"}
    state = {
        f"{names[n.split('.')[0]]}.{WORDS.get(n.split('.')[1], n.split('.')[1])}": turned(n.split(".")[1], a)
        for n, a in arrays.items()
    }
    return Loaded(kind, f"b.{kind}", "torch", None, None, {}, {}, {}, state=state)


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_a_state_dict_is_joined_with_a_model_and_its_order_of_flattening_undone(kind):
    weights = numbers()
    found = binding.bound(state_of(weights, kind), SPEC, SHAPE, whole(weights))
    assert not found.misfits
    assert all(np.array_equal(found.weights[n], weights[n]) for n in weights)
    assert found.names["4"] == "head.0"


def test_a_state_dict_of_another_model_is_refused_with_what_is_missing():
    other = ModelSpec("other", (made("Flat"), made("Linear", 77)))
    with pytest.raises(ConvertError, match="no tensors for layer 2"):
        binding.bound(state_of(numbers()), other, SHAPE)


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_an_architecture_is_guessed_and_says_so(kind):
    state = state_of(numbers(), kind)
    state.state["head.0.weight"] = np.zeros((6, 64), np.float32)  # of a square image
    spec, _, said = guessing.guessed(state)
    assert [layer.role for layer in spec.layers if layer.role in ("Convolution", "Linear", "Batchwise")] == [
        "Convolution",
        "Batchwise",
        *["Linear"] * 3,
    ]
    assert "guess" in str(said)


# Causes, with a NumPy network instead of both frameworks.


def run(framework: str, spec: ModelSpec, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    x = np.random.default_rng(5).uniform(0, 1, (3, *SHAPE))
    found = {}
    for facts in spec.analyse(SHAPE).layers:
        w = {n.rpartition(".")[2]: np.asarray(a, np.float64) for n, a in weights.items() if n.rpartition(".")[0] == facts.path}
        layer = facts.layer
        match layer.role:
            case "Convolution":
                left, right, top, bottom = layer.pads(facts.in_shape)
                windows = np.lib.stride_tricks.sliding_window_view(
                    np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0))), layer.sides, (1, 2)
                )
                x = np.einsum("nhwcij,ijco->nhwo", windows, w["kernel"]) + w.get("bias", 0)
            case "Batchwise":
                factor, summand = causes.effective(w, layer.epsilon)
                x = x * factor + summand
            case "Flat":
                x = x.reshape(len(x), -1)
            case "Linear":
                x = x @ w["kernel"] + w.get("bias", 0)
            case "Function":
                x = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh}[layer.name](x)
        found[facts.path] = x
    return found


def swap(weights: dict, one: str, two: str) -> dict:
    return weights | {one: weights[two], two: weights[one]}


PERM = np.arange(80).reshape(4, 5, 4).transpose(2, 0, 1).ravel()


@pytest.mark.parametrize(
    ("change", "layer", "cause"),
    [
        (lambda w: w, None, None),
        (lambda w: w | {"1.kernel": w["1.kernel"].transpose(1, 0, 2, 3)}, "layer1", "transposed-kernel"),
        (lambda w: w | {"1.kernel": w["1.kernel"][::-1, ::-1]}, "layer1", "flipped-kernel"),
        (lambda w: w | {"1.kernel": w["1.kernel"][:, :, ::-1]}, "layer1", "channel-order"),
        (lambda w: w | {"1.bias": w["1.bias"] * 0}, "layer1", "missing-bias"),
        (lambda w: swap(w, "2.gamma", "2.beta"), "layer2", "bn-scale"),
        (lambda w: swap(w, "2.moving_mean", "2.moving_variance"), "layer2", "bn-statistics"),
        (lambda w: w | {"4.kernel": w["4.kernel"][PERM]}, "layer4", "flatten-order"),
        (lambda w: w | {"5.kernel": w["5.kernel"].T}, "layer5", "transposed-kernel"),
        (lambda w: w | {"5.kernel": w["5.kernel"].astype(np.float16)}, "layer5", "rounded-weights"),
        (lambda w: w | {"6.kernel": w["6.kernel"] + 1}, "layer6", "other-weights"),
    ],
)  # fmt: skip
def test_causes_in_weights(change, layer, cause):
    weights = numbers()
    found = compared(whole(weights), whole(change(dict(weights))), run, 3)
    assert [(f.layer, f.cause.name) for f in found.findings] == ([] if cause is None else [(layer, cause)])


@pytest.mark.parametrize(
    ("place", "new", "layer", "cause"),
    [
        (0, made("Convolution", 4, 3, padding="same"), "layer1", "missing-activation"),
        (1, made("Batchwise", 0.9, 1e-5), "layer2", "bn-epsilon"),
        (4, made("Linear", 6, "relu"), "layer5", "other-activation"),
        (5, made("Linear", 2, "relu"), "layer6", "extra-activation"),
    ],
)
def test_causes_in_settings(place, new, layer, cause):
    weights = numbers()
    weights["6.bias"] -= 20  # so that scores are below 0, and an extra relu is noticed
    weights["1.bias"] -= 3
    other = ModelSpec("other", (*SPEC.layers[:place], new, *SPEC.layers[place + 1 :]))
    found = compared(whole(weights), whole(weights, other), run, 3)
    assert (found.findings[0].layer, found.findings[0].cause.name) == (layer, cause)


def test_batch_normalisation_that_an_exporter_put_into_the_layer_is_seen_through():
    spec = ModelSpec("net", (made("Convolution", 4, 3, padding="same"), made("Batchwise"), made("Flat"), made("Linear", 2)))
    weights = {n: RNG.uniform(0.1, 1, w.shape) for n, w in spec.analyse(SHAPE).named_weights().items()}
    inside = ModelSpec("net", (spec.layers[0], *spec.layers[2:]))
    for epsilon, wanted in ((1e-3, []), (1e-5, [("layer2", "bn-epsilon")])):
        factor, summand = causes.effective(
            {n: weights[f"2.{n}"] for n in ("gamma", "beta", "moving_mean", "moving_variance")}, epsilon
        )
        other = {
            "1.kernel": weights["1.kernel"] * factor,
            "1.bias": weights["1.bias"] * factor + summand,
            "3.kernel": weights["4.kernel"],
            "3.bias": weights["4.bias"],
        }
        found = compared(whole(weights, spec), whole(other, inside), run, 3)
        assert [(f.layer, f.cause.name) for f in found.findings] == wanted


def test_a_missing_activation_inside_a_branch_is_found_where_the_branches_meet():
    def net(*row) -> ModelSpec:
        return ModelSpec(
            "net",
            (
                Parallel(((made("Convolution", 4, 1), *row), (made("Convolution", 4, 3, padding="same"),))),
                made("GlobalAverage"),
                made("Linear", 2),
            ),
        )

    weights = {n: RNG.normal(size=w.shape) for n, w in net().analyse(SHAPE).named_weights().items()}
    outputs = branching(weights)
    found = compared(whole(weights, net(made("Function", "relu"))), whole(weights, net()), outputs, 3)
    assert (found.findings[0].layer, found.findings[0].cause.name) == ("layer1.branch1.2", "missing-activation")


def branching(weights: dict) -> object:
    def outputs(framework: str, spec: ModelSpec, given: dict) -> dict[str, np.ndarray]:
        found, split = {}, spec.layers[0]
        for name, row in split.rows():
            inner = ModelSpec("row", row)
            prefix = f"1.{name}."
            found |= {
                prefix + path: x
                for path, x in run(
                    framework, inner, {n.removeprefix(prefix): a for n, a in given.items() if n.startswith(prefix)}
                ).items()
            }
        ends = [found[f"1.{name}.{len(row)}"] for name, row in split.rows()]
        found["1"] = np.concatenate(ends, 3)
        found["2"] = found["1"].mean((1, 2))
        found["3"] = found["2"] @ given["3.kernel"] + given["3.bias"]
        return found

    return outputs


def test_batch_normalisation_inside_the_other_files_layers_is_shown_for_a_state_dict():
    state = state_of(weights := numbers())
    factor, summand = causes.effective(
        {n: weights[f"2.{n}"] for n in ("gamma", "beta", "moving_mean", "moving_variance")}, 1e-3
    )
    inside = ModelSpec("net", (SPEC.layers[0], *SPEC.layers[2:]))  # as exporters write it where no function is between them
    folded = {"1.kernel": weights["1.kernel"] * factor, "1.bias": weights["1.bias"] * factor + summand}
    folded |= {f"{int(n[0]) - 1}{n[1:]}": w for n, w in weights.items() if n[0] in "456"}
    found = norms.shown(state, whole(folded, inside))
    assert found.layers[1] == made("Batchwise", 0.9, 1e-3)
    assert [layer.role for layer in found.layers] == ["Convolution", "Batchwise", "Function", "Flat", *["Linear"] * 3]


def test_what_is_mended_are_the_weights_that_differ():
    weights = numbers()
    found = compared(whole(weights), whole(weights | {"5.kernel": weights["5.kernel"].T}), run, 3)
    assert set(found.mends) == {"5.kernel", "5.bias"}
    assert np.array_equal(found.mends["5.kernel"], weights["5.kernel"])


def test_grey_images_are_coloured_so_that_the_order_of_channels_is_seen():
    spec = ModelSpec("net", (made("Flat"), made("Linear", 2)))
    colour, grey = (replace(whole({}, spec), shape=(8, 8, channels)) for channels in (3, 1))
    found = lab.images("digits", colour)
    assert found.shape[1:] == (8, 8, 3)
    assert not np.array_equal(found, found[..., ::-1])
    assert np.array_equal(lab.images("digits", grey)[..., 0], found[..., 0])
