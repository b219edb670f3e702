"""Threads, GPU and precision of TensorFlow, set once per process before its first use."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


def threads() -> int:
    """Return how many threads an operation may use: CLSF_THREADS, else every core. Set explicitly, because a dask nanny sets 1."""
    return int(os.environ.get("CLSF_THREADS") or os.cpu_count() or 1)


UNUSED = ("pandas", "sklearn")
"""Keras (3.15) imports these if it finds them and works without them. Importing them with it takes a second and 130 MB of a worker
(measured); code that needs them later imports them then."""


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Make modules that are not imported yet appear to be missing (a None in `sys.modules`, see Python's reference on imports)."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def setup() -> str:
    """Set threads, memory growth and precision; return the name of the device that "auto" means here."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its start-up messages are not for students
    with _hidden(UNUSED):
        import tensorflow as tf

    from clsf.backends.tensorflow import graphs

    graphs.let_go()
    tf.config.threading.set_intra_op_parallelism_threads(threads())
    tf.config.threading.set_inter_op_parallelism_threads(max(2, threads()))
    # float32 means float32: without this, a recent GPU multiplies with 10 bits of mantissa and parity is gone.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:  # before first use, or TensorFlow takes all of the GPU's memory at once
        tf.config.experimental.set_memory_growth(gpu, True)
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU") if gpus else "cpu"


def chosen(wish: str) -> tuple[AbstractContextManager, str]:
    """Return the device scope for a plan's wish ("auto" or "cpu") and the device's name."""
    import tensorflow as tf

    gpus = tf.config.list_logical_devices("GPU") if wish == "auto" else []
    if not gpus:
        return tf.device("/CPU:0"), "cpu"
    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return tf.device("/GPU:0"), details.get("device_name", "GPU")
