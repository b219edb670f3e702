"""The frameworks, each in a package of its own; nothing here imports one before `load` is called."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from clsf import FRAMEWORKS, checks
from clsf.errors import EngineError
from clsf.words import say


def load(framework: str) -> ModuleType:
    """Import and return the package of one framework. It offers `build(spec, plan, prepared, weights) -> Backend`.

    Raises EngineError if the framework is unknown or not installed. TensorFlow and PyTorch must not be loaded in one
    process: the process would be killed (LLVM is linked into both).
    """
    checks.known(EngineError, say("framework"), framework, FRAMEWORKS)
    try:
        return import_module(f"clsf.backends.{framework}")
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "clsf":
            raise
        raise EngineError(
            "{framework} can't be used here because the package {package} is not installed; run: pip install -r requirements.txt",
            framework=framework, package=str(error.name),
        ) from error  # fmt: skip
