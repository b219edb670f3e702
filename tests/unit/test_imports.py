"""Allowed imports: frameworks in their own backend only, Streamlit in the interface only, and nothing that executes text.

The files are read, not run, so pages and later files are covered as well; then the modules that must be light are imported in a
separate process.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
FRAMEWORKS = {"tensorflow": {"tensorflow", "keras"}, "torch": {"torch", "torchvision"}}
INTERFACE = ("clsf/ui/", "pages/", "app.py")
RUNS_TEXT = {"eval", "exec", "__import__"}
UNPICKLES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "torch"}
EXCEPTED = {
    ("clsf/backends/watched.py", "exec"),  # a program printed by clsf.code and changed by clsf.faults, in its own process
    ("clsf/engine/work.py", "pickle.loads"),  # arguments that the app itself pickled for its own worker
    (
        "clsf/engine/apart.py",
        "pickle.loads",
    ),  # the same, passed on by the worker to a process that it starts, and the answer
}


def sources() -> list[str]:
    files = [*(ROOT / "clsf").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), *ROOT.glob("app.py")]
    return sorted(file.relative_to(ROOT).as_posix() for file in files)


SOURCES = sources()


@cache
def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


@cache
def imported(path: str) -> tuple[tuple[str, int], ...]:
    """Return every module that is imported by name, anywhere in the file, and the line."""
    return tuple(_imported(path))


def _imported(path: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node).endswith("import_module"):
            yield from ((str(name.value), node.lineno) for name in node.args[:1] if isinstance(name, ast.Constant))


def called(node: ast.Call) -> str:
    """Return the called name as dotted text, "" if it is not a plain name."""
    parts, function = [], node.func
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    return ".".join(reversed([*parts, function.id])) if isinstance(function, ast.Name) else ""


def test_there_are_files_to_look_at():
    assert {"clsf/__init__.py", "clsf/training.py", "clsf/backends/torch/backend.py"} <= set(SOURCES)


def belongs_to(path: str, framework: str) -> bool:
    """Return whether a file lies in a package of this framework: named "torch" or "with_torch"."""
    return not {framework, f"with_{framework}"}.isdisjoint(Path(path).with_suffix("").parts)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_is_imported_in_its_own_packages_only(framework):
    wrong = [
        f"{path}:{line} imports {module}"
        for path in SOURCES
        if not belongs_to(path, framework)
        for module, line in imported(path)
        if module.split(".")[0] in FRAMEWORKS[framework] or module.startswith(f"clsf.backends.{framework}")
    ]
    assert not wrong


def test_streamlit_is_imported_in_the_interface_only():
    wrong = [
        f"{path}:{line} imports {module}"
        for path in SOURCES
        if not path.startswith(INTERFACE)
        for module, line in imported(path)
        if module.split(".")[0] == "streamlit" or module.startswith("clsf.ui")
    ]
    assert not wrong


def harmful(node: ast.Call) -> bool:
    """Return whether a call executes text or unpickles."""
    package, _, function = called(node).rpartition(".")
    given = {k.arg: k.value for k in node.keywords}
    allowed, only = given.get("allow_pickle"), given.get("weights_only")
    if called(node) == "torch.load" and isinstance(only, ast.Constant) and only.value is True:
        return False  # builds tensors and nothing else
    return (
        called(node) in RUNS_TEXT
        or (package in UNPICKLES and function in {"load", "loads", "open", "Unpickler"})
        or function == "read_pickle"
        or (isinstance(allowed, ast.Constant) and allowed.value is True)
    )


def test_nothing_runs_text_or_unpickles():
    wrong = [
        f"{path}:{node.lineno} calls {called(node)}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and harmful(node) and (path, called(node)) not in EXCEPTED
    ]
    assert not wrong


@pytest.mark.parametrize(
    "text", ["eval(x)", "pickle.loads(x)", "torch.load(x)", "pd.read_pickle(x)", "np.load(x, allow_pickle=True)", "exec(x)"]
)
def test_what_runs_text_or_unpickles_is_told(text):
    assert harmful(ast.parse(text, mode="eval").body)


# What really gets loaded.


def module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


LIGHT = [
    module(path)
    for path in SOURCES
    if path.startswith("clsf/") and not path.startswith("clsf/ui/") and not path.endswith("__main__.py")
    if not any(belongs_to(path, framework) for framework in FRAMEWORKS)
]
PURE = ["clsf", "clsf.words", "clsf.errors", "clsf.checks", "clsf.plan", "clsf.events", "clsf.control"]
PURE += [name for name in LIGHT if name.startswith("clsf.model")]


def loaded_by(modules: list[str]) -> set[str]:
    """Return the top-level names of all that is loaded once these modules are imported in a fresh process."""
    script = "import sys, importlib\nfor m in sys.argv[1:]: importlib.import_module(m)\nprint(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script, *modules], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_model_and_the_plan_load_neither_numpy_nor_anything_heavy():
    heavy = {"tensorflow", "keras", "torch", "torchvision", "streamlit", "numpy", "pandas", "plotly", "dask", "distributed"}
    assert not loaded_by(PURE) & heavy


def test_all_but_backends_and_interface_load_no_framework_and_no_streamlit():
    assert not loaded_by(LIGHT) & {"tensorflow", "keras", "torch", "torchvision", "streamlit"}


MIXINS = "clsf.reader."
"""One class in several files, which name each other late."""


def test_no_modules_import_each_other_in_a_circle():
    """Late imports and those for type checking count, too: each module can be read before those above it."""
    graph = grimp.build_graph("clsf", cache_dir=None, exclude_type_checking_imports=False)
    below = {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    below = {
        name: {one for one in found if not one.startswith(MIXINS)}
        for name, found in below.items()
        if not name.startswith(MIXINS)
    }
    while leaves := [name for name, found in below.items() if not found]:
        for name in leaves:
            del below[name]
        for found in below.values():
            found.difference_update(leaves)
    circles = {name: sorted(found) for name, found in below.items()}
    assert not circles, f"modules that are in a circle, or above one: {circles}"
