"""The code that the Data page shows: functions copied from a backend's pipeline.py, and the lines that call them.

Nothing is imported or run: the file is read. So the text is available before a framework is loaded.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

BACKENDS = Path(__file__).resolve().parents[1] / "backends"


def program(framework: str, functions: tuple[str, ...], call: str) -> str:
    """Return a program for copying: the imports it needs, the functions, and `call`, lines of Python."""
    source, tree = _pipeline(framework)
    wanted = [node for name in functions for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    used = {node.id for tree_ in (*wanted, ast.parse(call)) for node in ast.walk(tree_) if isinstance(node, ast.Name)}
    imports = [text for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and (text := _needed(node, used))]
    ours = [line for line in call.splitlines() if line.startswith("from clsf")]
    rest = "\n".join(line for line in call.splitlines() if line not in ours).strip()
    parts = ["\n".join([*imports, *ours])] if imports or ours else []
    return "\n\n\n".join([*parts, *(ast.get_source_segment(source, node) for node in wanted), rest])


def _needed(node: ast.Import | ast.ImportFrom, used: set[str]) -> str:
    """Return an import of only the names that are used; nothing if none are."""
    names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] in used]
    if not names:
        return ""
    kept = ast.ImportFrom(node.module, names, node.level) if isinstance(node, ast.ImportFrom) else ast.Import(names)
    return ast.unparse(kept)


@cache
def _pipeline(framework: str) -> tuple[str, ast.Module]:
    source = (BACKENDS / framework / "pipeline.py").read_text("utf-8")
    return source, ast.parse(source)
