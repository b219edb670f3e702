"""The code that runs inside a worker process: it carries out runs, answers interactive jobs and takes commands.

A worker serves one framework. Two of its threads work: one trains, one answers interactive jobs; its event loop takes
commands meanwhile. Nothing here imports a framework or Streamlit; the framework is imported once, by `warm`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import logging
import os
import pickle
import secrets
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np

from clsf import __version__, backends, continuing
from clsf.control import Control
from clsf.engine import allocator, openmp
from clsf.engine.error_messages import sentence_of, unexpected
from clsf.engine.event_batcher import EventBatcher
from clsf.engine.machine import cores, machine_text
from clsf.errors import ClsfError, EngineError
from clsf.events import Event, RunEnded, RunFailed, event_to_text
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

TOPIC = "clsf"
"""The one topic for all messages: dask keeps a list per topic and never frees it."""

JOB = "clsf.training:run"
WARM = "clsf.engine.work:warm"

logger = logging.getLogger("clsf.engine")


# Runs.


def run_job(text: str) -> dict:
    """Carry out the run that `text` (JSON of `order`) describes. Its events go to TOPIC, the way it ended is returned."""
    from distributed import get_worker

    order, worker, attempt = json.loads(text), get_worker(), secrets.token_hex(4)

    def send(message: dict) -> None:
        worker.log_event(TOPIC, {"run_id": order["run_id"], "attempt": attempt, **message})

    send({"number": 0, "pid": os.getpid(), "machine": machine_text()})
    try:
        return carry_out(order, controls.of(order["run_id"]), send)
    finally:
        controls.over(order["run_id"])
        gc.collect()  # a model is part of reference cycles, and the next run needs the memory
        allocator.give_back()
        openmp.let_helpers_go()


def order(request: dict, job: str = JOB, warm: str = WARM, commands: list | None = None) -> dict:
    """Return the argument of `carry_out`: a RunRequest as a dict, the functions that train and warm up, early commands."""
    return {**request, "job": job, "warm": warm, "commands": commands or []}


def carry_out(order: dict, control: Control, send: Callable[[dict], None]) -> dict:
    """Train one run. `send` gets numbered messages of events, all but RunEnded.

    Returns {"messages": how many, "tally": of the events in them, "end": RunEnded or RunFailed as JSON text,
    "weights": .npz bytes or None}. The end travels with the weights, so that they are there as soon as the end is known.
    """
    for name, value in order["commands"]:
        obey(control, name, value)
    box, ended, kept, failed = EventBatcher(send), [], [], None

    def tell(event: Event) -> None:
        if isinstance(event, RunEnded):
            ended.append(event)
        else:
            box.tell(event)

    try:
        warmth.ensure(order["framework"], order["warm"])
        spec, plan = ModelSpec.from_json(order["model"]), Plan.from_json(order["plan"])
        begin = {"begin_with": continuing.unpacked(order["weights"])} if order.get("weights") else {}
        job = resolve(order["job"])
        job(order["framework"], spec, plan, control, tell, lambda weights: kept.append(packed(weights)), **begin)
        if not ended:
            failed = unexpected("RuntimeError", "the run ended without saying so")
    except Exception as error:
        if not isinstance(error, ClsfError):
            logger.exception("Run %s failed", order["run_id"])
        failed = sentence_of(error)
    finally:
        messages = box.close()
    end = RunFailed(failed) if failed else ended[-1]
    return {
        "messages": messages, "tally": str(box.tally), "end": event_to_text(end), "weights": kept[-1] if kept else None,
    }  # fmt: skip


def packed(weights: dict[str, np.ndarray]) -> bytes:
    """Return the weights as the bytes of an .npz file, bit for bit."""
    file = io.BytesIO()
    np.savez(file, **weights)
    return file.getvalue()


# Commands.


class Controls:
    """The Control of each run in this process. A command may come before its run does and is kept for it."""

    KEPT = 100  # runs that a command came for and that have not started; the oldest is forgotten

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._controls: OrderedDict[str, Control] = OrderedDict()
        self._over: OrderedDict[str, None] = OrderedDict()

    def of(self, run_id: str) -> Control:
        """Return the run's Control, made now if there was none."""
        with self._lock:
            control = self._controls.setdefault(run_id, Control())
            while len(self._controls) > self.KEPT:
                self._controls.popitem(last=False)
            return control

    def over(self, run_id: str) -> None:
        """Forget a run; commands that still come for it are ignored."""
        with self._lock:
            self._controls.pop(run_id, None)
            self._over[run_id] = None
            while len(self._over) > self.KEPT:
                self._over.popitem(last=False)

    def is_over(self, run_id: str) -> bool:
        with self._lock:
            return run_id in self._over


controls = Controls()


def command(run_id: str, name: str, value: float | None = None) -> None:
    """Take a command for a run. Called on the worker's event loop, so it is heard while both threads work."""
    if not controls.is_over(run_id):
        obey(controls.of(run_id), name, value)


def obey(control: Control, name: str, value: float | None = None) -> None:
    """Hand one of `clsf.engine.base.COMMANDS` to a Control."""
    if name == "learning_rate":
        control.learning_rate(float(value))
    elif name == "watch":
        control.watch(int(value))
    else:
        getattr(control, name)()


# Interactive jobs.

_calling: set[str] = set()  # tokens of the interactive jobs in progress


def call_job(token: str, framework: str, warm: str, function: str, content: bytes) -> tuple:
    """Call `function` with the pickled arguments in `content`.

    Returns ("value", what it returned) or ("error", the ClsfError it raised), both pickled, or ("unexpected", type,
    message, traceback).
    """
    _calling.add(token)
    try:
        warmth.ensure(framework, warm)
        return "value", pickle.dumps(resolve(function)(*pickle.loads(content)))  # noqa: S301  arguments of our own app
    except ClsfError as error:
        return "error", pickle.dumps(error)
    except Exception as error:
        return "unexpected", type(error).__name__, str(error), traceback.format_exc()
    finally:
        _calling.discard(token)
        openmp.let_helpers_go()


class _Plain(pickle.Unpickler):
    """Refuses anything that would import a framework, which the app's process must never do."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] in ("torch", "torchvision", "tensorflow", "keras"):
            raise pickle.UnpicklingError(f"{module}.{name} belongs to a framework")
        return super().find_class(module, name)


def unpacked(content: bytes) -> Any:
    """Return the result that a call sent back. Raises UnpicklingError if it is no plain value or NumPy array."""
    return _Plain(io.BytesIO(content)).load()


def is_calling(token: str) -> bool:
    """Return whether this process is busy with that interactive job."""
    return token in _calling


def resolve(function: str) -> Callable:
    """Return the function named "module:name". Raises EngineError if there is none."""
    module, _, name = function.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise EngineError("The job '{function}' can't be found: {reason}.", function=function, reason=str(error)) from error


# Waking up.


def warm(framework: str) -> str:
    """Import a framework and make it compute something small. Returns its device: "cpu", or the GPU's name."""
    return backends.load(framework).warm_up()


class Warmth:
    """Whether this process has imported its framework: done once, by the first thread that needs it; the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.device: str | None = None

    def ensure(self, framework: str, warm: str) -> str:
        """Return the device. Raises what the import raised, and tries again the next time."""
        with self._lock:
            if self.device is None:
                with _quiet():
                    self.device = resolve(warm)(framework)
            return self.device


warmth = Warmth()
_begun = threading.Event()


def begin(framework: str, warm: str | None, dask_worker: Any) -> dict:
    """Start to import the framework in the background (`warm` None: don't) and describe this process.

    Runs on the event loop of a worker, for every app that connects. The message that it is warm goes to TOPIC.
    """
    if warm and not _begun.is_set():
        _begun.set()
        _be_a_good_child()
        threading.Thread(target=_warm_up, args=(framework, warm, dask_worker), name="clsf-warm", daemon=True).start()
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "threads": int(os.environ.get("CLSF_THREADS") or cores()),
        "device": warmth.device,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions that have to be equal in the app and its workers for one to understand the other."""
    import distributed

    return {
        "clsf": __version__,
        "Python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        "distributed": distributed.__version__,
    }


def ping() -> int:
    """Return the process id: the smallest interactive job."""
    return os.getpid()


def loaded_modules() -> list[str]:
    """Return the top-level modules imported in this process, to test what a worker must not load."""
    return sorted({name.partition(".")[0] for name in list(sys.modules)})


def _warm_up(framework: str, warm: str, worker: Any) -> None:
    try:
        news: dict = {"warm": warmth.ensure(framework, warm)}
    except Exception as error:
        logger.warning("%s could not be made ready", framework, exc_info=True)
        news = {"cold": sentence_of(error).to_json()}
    worker.log_event(TOPIC, {"pid": os.getpid(), "address": worker.address, **news})


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Suppress what C code writes to stderr unless something goes wrong: TensorFlow prints ten lines about CUDA that
    TF_CPP_MIN_LOG_LEVEL does not stop. CLSF_VERBOSE=1 shows them."""
    if os.environ.get("CLSF_VERBOSE"):
        yield
        return
    with tempfile.TemporaryFile() as said:
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield
        except BaseException:
            said.seek(0)
            os.write(stderr, said.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _be_a_good_child() -> None:
    with contextlib.suppress(ValueError):  # not the main thread: someone else's worker, leave it alone
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal reaches us too; the app decides
    allocator.keep_between_steps()
