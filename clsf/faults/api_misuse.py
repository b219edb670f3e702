"""A call that the library doesn't take."""

from __future__ import annotations

import ast
import re

from clsf.faults.fault import Fault
from clsf.faults.finding import Finding
from clsf.faults.history import Evidence, History, RunFacts
from clsf.faults.scene import Scene
from clsf.reader.looks import Program, events, finding, misnamed_step, swap
from clsf.words import say

FAULT = Fault(
    kind="api-misuse",
    title=say("A call that the library doesn't take"),
    what=say("Wrong names, arguments of another version, or methods of the other framework."),
    symptom=say("An AttributeError or TypeError that names the call."),
    mend=say("Look the call up for the version you have."),
    sources=("Islam et al. 2019, arXiv:1906.01388",),
    level=1,
)


OWN = re.compile(r"'(Tensor|History|EagerTensor|float|int|ndarray|str|tuple)' object")


def in_run(history: History, facts: RunFacts) -> Evidence | None:
    if re.search(
        r"^(AttributeError|TypeError|ValueError): .*(has no attribute|unexpected keyword|Unrecognized keyword|positional argument|not recognized|Invalid keyword|got an unexpected)",
        history.error,
        re.DOTALL,
    ):
        return Evidence(
            0.9 if not OWN.search(history.error) else 0.6,
            say("The library doesn't take this call: {error}", error=history.error[:160]),
            "traceback",
        )
    return None


def plant(scene: Scene) -> Scene | None:
    if scene.keras:
        return scene.with_pattern(r"kernel_size=", "kernel=", 1) or scene.edited(("optimizer=optimizer,", "optim=optimizer,"))
    return scene.edited(("optimizer.step()", "optimizer.update()"))


def in_code(program: Program) -> list[Finding]:
    """Return where a program has it."""
    return [*_torch_misuse(program), *_keras_misuse(program), *_keywords(program)][:3]


def _torch_misuse(program: Program) -> list[Finding]:
    results = []
    if not program.torch:
        return results
    steps, back = list(events(program, "optimizer-step")), list(events(program, "backward"))
    if (call := misnamed_step(program)) is not None:
        wrong = ast.unparse(call.func)
        mend = swap(program, call.lineno, rf"\b{re.escape(wrong)}\(", f"{wrong.partition('.')[0]}.step(")
        results.append(finding(FAULT, call.lineno, "certain", mend))
    losses = [e for e in events(program, "loss") if not e.no_grad and e.loops]
    if steps and losses and not back and any(s.loop_ids == e.loop_ids for s in steps for e in losses):
        results.append(finding(FAULT, losses[0].line, "certain"))
    for e in events(program, "loss-swapped"):
        results.append(finding(FAULT, e.line, "certain"))
        break
    if steps and back:
        first = {e.loops[-1][0]: e for e in reversed(back) if e.loops}
        for s in steps:
            mate = first.get(s.loops[-1][0]) if s.loops else None
            if (
                mate is not None
                and s.line < mate.line
                and s.function == mate.function
                and s.loop_ids == mate.loop_ids
                and not any(e.kind == "backward" and e.line < s.line and e.loop_ids == s.loop_ids for e in program.events)
            ):
                results.append(finding(FAULT, s.line, "likely"))
                break
    for cls in program.machine.classes:
        if cls.made and program.net is not None and program.net.instance is not None and cls is program.net.instance.cls:
            init = next((n for n in cls.node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
            if (
                init is not None
                and "super(" not in ast.unparse(init)
                and ".__init__(self" not in ast.unparse(init)
                and "torch.nn.Module" in cls.ancestors()
            ):
                results.append(finding(FAULT, init.lineno, "certain"))
    return results


def _keras_misuse(program: Program) -> list[Finding]:
    results = []
    if not program.keras:
        return results
    if (
        program.fit_event is not None
        and program.compile is None
        and program.net is not None
        and program.net.kind != "instance"
        and not _compiles(program)
    ):
        results.append(finding(FAULT, program.fit.line, "certain"))
    for op in program.ops:
        if (
            op.made is not None
            and op.kind == "Convolution"
            and len(op.made.args) >= 3
            and all(isinstance(a, int) for a in op.made.args[:3])
            and not op.made.extra.get("old")
            and op.made.args[2] > 1
        ):
            results.append(finding(FAULT, op.line, "smell"))
            break
    return results


def _compiles(program: Program) -> bool:
    return "compile(" in program.source.text


_WORDS = {
    "keras": {
        "kernel": "kernel_size", "filter": "filters", "stride": "strides", "pad": "padding", "unit": "units", "activations": "activation", "act": "activation",
        "pool": "pool_size", "out_channels": "filters", "out_features": "units",
    },
    "torch": {
        "kernel": "kernel_size", "filters": "out_channels", "strides": "stride", "units": "out_features", "rate": "p", "use_bias": "bias",
        "pool_size": "kernel_size", "channels": "out_channels",
    },
}  # fmt: skip
"""Framework -> argument names that none of its layers takes, mostly the other framework's -> the name that it takes."""


def _keywords(program: Program) -> list[Finding]:
    """Return a layer with an argument name that its framework doesn't know."""
    for op in program.ops:
        made = op.made
        if (
            made is None
            or not made.path.startswith(("keras.layers.", "torch.nn."))
            or not made.name[:1].isupper()
            or made.extra.get("old")
        ):
            continue
        for word, right in _WORDS[program.framework].items():
            if word in made.kwargs and right not in made.kwargs:
                line = made.lines.get(word, made.line)
                line = line if made.line <= line <= max(made.end, made.line) else made.line
                return [finding(
                    FAULT, line, "certain", swap(program, line, rf"\b{word}(\s*=)", rf"{right}\1"),
                    sentence=say("{layer} takes no argument '{word}'; it is called '{right}' there.", layer=made.name, word=word, right=right),
                )]  # fmt: skip
    return []
