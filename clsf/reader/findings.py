"""The faults of a program: every kind's `in_code` is called; consequences of another fault are not reported."""

from __future__ import annotations

import logging

from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.finding import Finding
from clsf.reader.program import Program, read
from clsf.reader.text import Patience

_ORDER = {"certain": 0, "likely": 1, "smell": 2}

EXPLAINS = {
    "channel-order": {"shape", "architecture", "padding-same"},
    "softmax-one-unit": {"wrong-loss-for-output", "wrong-last-activation", "label-encoding"},
    "wrong-last-units": {"label-encoding", "wrong-loss-for-output"},
    "relu-before-softmax": {"wrong-last-activation"},
    "optimizer-default-lr": {"lr-too-low"},
    "sigmoid-with-categorical": {"wrong-last-activation"},
}
"""Kind -> kinds that are its consequence: with it found for certain or likely, they aren't reported."""

INSTEAD = {"wrong-from-logits": "softmax-then-logits-loss", "probabilities-into-nll": "missing-last-activation"}
"""Kind -> another kind whose fix removes both; applying both fixes would be a new fault."""

MAX_SECONDS = 0.7
"""Time limit for checking further kinds: only generated programs take as long."""

logger = logging.getLogger("clsf.reader")


def faults(program: Program) -> list[Finding]:
    """Return what is wrong with a program, most certain first, then by line. A check that fails says nothing."""
    findings: list[Finding] = []
    patience = Patience(MAX_SECONDS)
    for in_code in functions("in_code").values():
        if patience.over():
            break
        try:
            findings += list(in_code(program))
        except Exception:
            logger.warning("%s could not look at a program", in_code.__module__, exc_info=True)
    seen: set[tuple[str, int]] = set()
    kept = []
    hidden = {h for f in findings if f.certainty != "smell" for h in EXPLAINS.get(f.kind, ())}
    for finding in sorted(findings, key=lambda f: (_ORDER[f.certainty], f.line)):
        if (finding.kind, finding.line) in seen or finding.kind in hidden or finding.kind not in FAULTS:
            continue
        seen.add((finding.kind, finding.line))
        kept.append(finding)
    return kept


def mended(program: Program, findings: list[Finding] | None = None) -> str:
    """Return the source with the findings' changed lines (default: certain and likely ones). Each line changes at most once."""
    taken = [f for f in faults(program) if f.certainty != "smell"] if findings is None else findings
    kinds = {f.kind for f in taken}
    lines = list(program.source.lines)
    for line, text in program.source.left_out.items():  # unreadable lines are kept unchanged
        lines[line - 1] = text
    added: dict[int, list[str]] = {}
    changed: set[int] = set()
    for f in taken:
        if INSTEAD.get(f.kind) in kinds:
            continue
        if not 0 < f.line <= len(lines) or f.line in changed or (f.new is None and f.before is None and f.after is None):
            continue
        changed.add(f.line)
        if f.new is not None:
            lines[f.line - 1] = f.new
        if f.before is not None:
            added.setdefault(f.line - 1, []).append(f.before)
        if f.after is not None:
            added.setdefault(f.line, []).append(f.after)
    out: list[str] = []
    for number, line in enumerate(lines, 1):
        out += added.get(number - 1, []) if number == 1 else []
        out.append(line)
        out += added.get(number, [])
    return "\n".join(out)


def wholly_mended(program: Program, most: int = 4) -> Program:
    """Return the program after its fixes, and those of faults found then, until nothing more changes."""
    for _ in range(most):
        text = mended(program)
        if text == program.source.text and not program.source.broken:
            break
        program = read(text)
    return program
