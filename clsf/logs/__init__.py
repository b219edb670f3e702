"""Logs of a run for other programs to read: CSV tables, and event files for TensorBoard. Made from its record alone."""

from __future__ import annotations

from clsf.logs.table import epochs_csv, steps_csv
from clsf.logs.tensorboard import tensorboard_zip

__all__ = ["epochs_csv", "steps_csv", "tensorboard_zip"]
