"""Two pieces of source, aligned layer by layer: the lines of one layer are side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from clsf.code.lines import Code, Line


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Lines shown side by side; `path` names the layer if both sides belong to one layer."""

    path: str | None
    left: tuple[Line, ...]
    right: tuple[Line, ...]


def side_by_side(left: Code, right: Code) -> list[LineBlock]:
    """Return both sources in blocks from top to bottom, with as many layers as possible matched to the same layer in the other."""
    a, b = _segments(left.lines), _segments(right.lines)
    blocks: list[LineBlock] = []
    i = j = 0
    for at, there in [*_common([path for path, _ in a], [path for path, _ in b]), (len(a), len(b))]:
        rest = LineBlock(None, _lines(a[i:at]), _lines(b[j:there]))
        if rest.left or rest.right:
            blocks.append(rest)
        if at < len(a):
            blocks.append(LineBlock(a[at][0], a[at][1], b[there][1]))
        i, j = at + 1, there + 1
    return blocks


def _segments(lines: Sequence[Line]) -> list[tuple[str | None, tuple[Line, ...]]]:
    """Return runs of lines that belong to one layer."""
    return [(path, tuple(run)) for path, run in groupby(lines, key=lambda line: line.path)]


def _lines(segments: Sequence[tuple[str | None, tuple[Line, ...]]]) -> tuple[Line, ...]:
    return tuple(line for _, lines in segments for line in lines)


def _common(a: Sequence[str | None], b: Sequence[str | None]) -> list[tuple[int, int]]:
    """Return the places of a longest common subsequence of layers, by dynamic programming."""
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(len(b) - 1, -1, -1):
            if a[i] is not None and a[i] == b[j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = max(below[j], row[j + 1])
    pairs, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        # Of equally many, the latest in the second source: there a layer is used, not only made.
        if best[i][j + 1] == best[i][j]:
            j += 1
        elif best[i + 1][j] == best[i][j]:
            i += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs
