"""The same random numbers in each worker."""

from __future__ import annotations

import ast

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.reader.looks import Program, finding
from clsf.words import say

FAULT = Fault(
    kind="repeated-augmentation",
    title=say("The same random numbers in each worker"),
    what=say(
        "Every worker process begins with a copy of the same NumPy generator, so they draw the same augmentations, "
        "in each epoch again. PyTorch seeds np.random in each worker since version 1.9, but not your own generators."
    ),
    symptom=say("Augmentation helps less than it should; batches contain repeated transformations."),
    mend=say("Seed each worker by its own number (worker_init_fn)."),
    sources=("pytorch/pytorch#5059",),
    level=4,
    not_in={"tensorflow": say("tf.data works with threads and TensorFlow's own generators.")},
)

_GENERATORS = ("default_rng", "RandomState", "Random", "Generator")
_DRAWS = (
    "random", "normal", "uniform", "integers", "randint", "choice", "permutation", "shuffle", "standard_normal", "rand", "randn", "randrange",
    "gauss", "binomial", "beta", "sample",
)  # fmt: skip


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it: a generator made once, used in `__getitem__`, and a loader with unseeded workers."""
    if not program.torch or not any(_with_workers(program, node) for node in program.source.nodes):
        return []
    made = {
        name for node in program.source.nodes if isinstance(node, ast.Assign) and _makes(node.value) for name in _names(node)
    }
    for dataset in program.source.nodes:
        for method in dataset.body if isinstance(dataset, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef) and method.name == "__getitem__":
                own = {name for node in ast.walk(method) if isinstance(node, ast.Assign) for name in _names(node)}
                line = next((node.lineno for node in ast.walk(method) if _draws(node, made - own)), None)
                if line is not None:
                    return [finding(FAULT, line, "likely")]
    return []


def _with_workers(program: Program, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("DataLoader"):
        return False
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if "worker_init_fn" in given or None in given or "num_workers" not in given:
        return False
    workers = given["num_workers"]
    if isinstance(workers, ast.Name):
        workers = next(
            (n.value for n in program.source.nodes if isinstance(n, ast.Assign) and workers.id in _names(n)), workers
        )
    return not (isinstance(workers, ast.Constant) and not workers.value)


def _makes(value: ast.expr) -> bool:
    """Whether a value is a new generator."""
    return (
        isinstance(value, ast.Call)
        and ast.unparse(value.func).rpartition(".")[2] in _GENERATORS
        and "torch" not in ast.unparse(value.func)
    )


def _names(node: ast.Assign) -> list[str]:
    return [ast.unparse(target) for target in node.targets if isinstance(target, ast.Name | ast.Attribute)]


def _draws(node: ast.AST, made: set[str]) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DRAWS
        and ast.unparse(node.func.value) in made
    )  # fmt: skip
