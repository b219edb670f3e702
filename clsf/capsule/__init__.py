"""The capsule: one run as one zip of JSON and npz, to download and to open again here or on another machine.

    capsule.json   model, plan with its seed, framework, versions, machine, classes, hash of the weights, notes
    history.json   every event of the run, in order
    weights.npz    the final weights in the agreed layout, one .npy per weight; missing if the run kept none

No pickle is read or written, and nothing in a capsule is trusted: see `clsf.capsule.reading`.
"""

from __future__ import annotations

from clsf.capsule.contents import Capsule
from clsf.capsule.reading import MOST_BYTES, read
from clsf.capsule.taking import take_in
from clsf.capsule.writing import file_name, write

__all__ = ["MOST_BYTES", "Capsule", "file_name", "read", "take_in", "write"]
