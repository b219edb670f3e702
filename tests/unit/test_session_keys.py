"""One session name holds one value: if two files used it for different things, each would show the other's content."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import clsf.ui

FOLDER = Path(clsf.ui.__file__).parent


def test_no_name_in_the_session_is_declared_twice():
    found = defaultdict(list)
    for file in (*FOLDER.rglob("keys.py"), FOLDER / "shared" / "state.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                for target in node.targets:
                    found[node.value.value].append(f"{file.parent.name}.{target.id}")
    assert len(found) > 50
    twice = {value: names for value, names in found.items() if len(names) > 1}
    assert twice == {
        "design": ["model.LINK", "shared.DESIGN"]
    }  # the first is a part of the link, the second the session's model
