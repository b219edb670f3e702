"""Probes: what a professional would try to distinguish faults. One file each; the bug lab and the run doctor use the same ones.

Call `PROBES[name].answer(seen)`. A probe with `run` needs a run of its own first, see `Probe`.
"""

from __future__ import annotations

from importlib import import_module

from clsf.faults.probes.probe import Answer, Bars, Lines, Probe, ProbeTable, Seen

NAMES = (
    "first-loss", "floor", "overfit-batch", "outputs", "labels", "pixels", "shapes", "batches", "gradients", "weights", "rates",
    "with-eval", "activations", "metric", "duplicates", "memory", "validation", "other-data", "lower-rate", "higher-rate",
    "other-batch", "more-epochs", "traceback",
)  # fmt: skip
"""The probes, in the order of menus. The file of a probe has its name, with underscores."""

PROBES: dict[str, Probe] = {name: import_module(f"clsf.faults.probes.{name.replace('-', '_')}").PROBE for name in NAMES}
"""Name -> probe; `Evidence.probe` names one."""

__all__ = ["NAMES", "PROBES", "Answer", "Bars", "Lines", "Probe", "ProbeTable", "Seen"]
