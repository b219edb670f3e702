"""Time within a step: operations are classified by their names, and the table adds up."""

import json
import subprocess
import sys

import pytest

from clsf.bench.loops import environment
from tests.bench.step import GROUPS, OTHER, group, table


@pytest.mark.parametrize(
    ("name", "around", "title"),
    [
        ("aten::mkldnn_convolution", (), "convolution, forward"),
        ("aten::convolution_backward", ("autograd::engine::evaluate_function",), "convolution, backward"),
        ("aten::mul_", ("Optimizer.step#RMSprop.step",), "optimizer"),
        ("aten::mul_", (), OTHER),
        ("aten::index", ("enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__",), "images"),
        ("while/body/_1/while/functional_1/layer_3_1/Relu:_MklNativeFusedConv2D", (), "convolution, forward"),
        ("gradient_tape/functional_1/layer_1_1/convolution/Conv2DBackpropFilter:_MklNative", (), "convolution, backward"),
        ("while/body/_1/while/rm_sprop/Mul_12:Mul", (), "optimizer"),
        ("while/body/_1/while/GatherV2:GatherV2", (), "images"),
        ("gradient_tape/functional_1/layer_1_1/ReluGrad:ReluGrad", (), "activation and bias"),
    ],
)
def test_an_operation_belongs_to_a_part_of_the_step(name, around, title):
    assert group(name, around) == title


def test_the_shares_of_a_column_are_of_its_own_operations():
    told = table({"one": {"step": 2.0, "pooling": 1.0, OTHER: 3.0}, "other": {"step": 1.0, "pooling": 0.5}})
    assert "| pooling | 1.00 (25 %) | 0.50 (100 %) |" in told
    assert "| **a step**, ms | **2.00** | **1.00** |" in told


@pytest.mark.slow
@pytest.mark.parametrize("side", ["ours", "textbook"])
@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_a_loop_is_taken_apart(framework, side):
    own = [sys.executable, "-m", "tests.bench.step", "--one", f"{framework}/{side}", "--model", "tiny", "--data", "digits"]
    done = subprocess.run(own, capture_output=True, text=True, check=True, env=environment(side))
    told = json.loads(done.stdout.splitlines()[-1])
    step = told.pop("step")
    assert step > 0
    cheap = {"optimizer"} if framework == "torch" else set()  # TensorFlow's profiler leaves out cheap operations
    assert {GROUPS[0][0], GROUPS[1][0]} | cheap <= told.keys(), told
    assert all(value >= 0 for value in told.values())
    assert sum(told.values()) > 0.2 * step, "at least a fifth of a step is told; cheap operations and Python are not"
