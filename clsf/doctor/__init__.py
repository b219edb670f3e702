"""Input of the run doctor: runs of the store, and logs of other programs, as histories for `clsf.faults.doctor`."""

from clsf.doctor.files import read_log
from clsf.doctor.records import facts_of, history_of, measures_of, seen_of

__all__ = ["facts_of", "history_of", "measures_of", "read_log", "seen_of"]
