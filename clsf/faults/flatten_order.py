"""Weights copied to another flatten order."""

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.model.layers import keras_name
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="flatten-order",
    title=say("Weights moved over with another flatten order"),
    what=say(
        "Keras flattens row, column, channel; PyTorch channel, row, column. Weights of the next dense layer belong "
        "to one order."
    ),
    symptom=say("Training looks normal in each framework. Weights taken from the other one give answers near chance."),
    mend=say("Reorder the rows of the dense kernel when weights are moved."),
    sources=(
        "gzuidhof/nn-transfer#16",
        "microsoft/MMdnn#595",
    ),
    level=4,
    differences=("flatten-order",),
)


_BOTH = (
    re.compile(r"(?m)^\s*(?:import|from) torch\b"),
    re.compile(r"(?m)^\s*(?:import|from) (?:tensorflow|keras|tf_keras)\b|\.h5\b|\.keras\b"),
)
_KERNEL = re.compile(r"get_weights\(\)|\.kernel\b|\bh5py\b|kernel:0")
_INTO = re.compile(
    r"\.weight\b(?:\.data)?(?:\.copy_\(|\s*=(?!=))|(?:state|sd|state_dict)\w*\[[^\]]*(?:weight)[^\]]*\]\s*=(?!=)"
)
_TURNED = re.compile(
    r"\.T\b|\.t\(\)|\.transpose\(\s*\(?\s*1\s*,\s*0\s*\)?\s*\)|\.transpose\(\)|np\.transpose\(\w+\)|\.permute\(\s*1\s*,\s*0\s*\)"
)
_REORDERED = re.compile(
    r"moveaxis|rollaxis|swapaxes|einsum|rearrange|\.permute\(\s*\(?\s*0\s*,\s*2\s*,\s*3\s*,\s*1|Permute\(|(?:transpose|permute)\(\s*\(?\s*2\s*,\s*0\s*,\s*1\s*(?:,\s*3\s*)?\)"
)


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: Keras' dense kernels go into PyTorch's after a flattened image, only transposed."""
    text = program.source.text
    if not all(pattern.search(text) for pattern in (*_BOTH, _KERNEL)) or _REORDERED.search(text) or not _flattens(program):
        return []
    for node in program.source.nodes:
        if isinstance(node, ast.Assign | ast.Expr):
            said = ast.unparse(node)
            if _INTO.search(said) and _TURNED.search(said):
                return [finding(FAULT, node.lineno, "likely")]
    return []


def _flattens(program: Program) -> bool:
    """Whether images with channels are flattened before a dense layer; after an average over each channel both are the same."""
    text = program.source.text
    return bool(
        re.search(r"Conv2[dD]\(", text) and re.search(rf"{keras_name('Flat')}\(|\.flatten\(|\.view\(|\.reshape\(", text)
    ) and not re.search(r"AdaptiveAvgPool2d\(\s*\(?\s*1\b|GlobalAveragePooling2D", text)
