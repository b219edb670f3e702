"""Interactive jobs on dask workers: a question, an answer, a deadline. Each worker's second thread is for them; slow ones run in
a process of their own."""

from __future__ import annotations

import logging
import pickle
import secrets
import time
from collections.abc import Callable
from typing import Any

from clsf import FRAMEWORKS, checks
from clsf.engine import apart, work
from clsf.engine.error_messages import sentence_of, unexpected, worker_lost
from clsf.engine.worker_pool import WorkerPool
from clsf.errors import EngineError
from clsf.words import say

logger = logging.getLogger("clsf.engine")

SPARE_SECONDS = 5.0
ASK_SECONDS = 0.3  # between checks for a worker that is missing

PACKAGES = ("clsf.",)
"""Modules that interactive jobs may come from: a worker does not import just any module that a page names."""


class Calls:
    """Sends jobs to the workers of a pool. `taken` says whether a small host's one worker may not be replaced because it trains."""

    def __init__(self, pool: WorkerPool, taken: Callable[[], bool] = lambda: False) -> None:
        self._pool = pool
        self._taken = taken
        self._changed = pool.changed
        self._closed = False

    def close(self) -> None:
        """End all waiting."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def call(self, framework: str, function: str, args: tuple, timeout: float, slow: bool = False) -> object:
        """Return what the function returns; see `clsf.engine.base.Engine.call`, and `call_apart` for a `slow` function."""
        checks.known(EngineError, say("framework"), framework, FRAMEWORKS)
        if not function.startswith(PACKAGES):
            raise EngineError(
                "The job '{function}' is not one of this package; its name must start with clsf.", function=function
            )
        until = time.monotonic() + timeout
        outcome = None
        while outcome is None:
            self._wait_for_worker(framework, until)
            outcome = self._try(framework, function, args, timeout, until, slow)
        match outcome:
            case ("value", content):
                return _unpacked(content, function)
            case ("error", content):
                raise _unpacked(content, function)
            case (_, kind, message, details):
                logger.error("%s failed in the %s worker:\n%s", function, framework, details)
                raise EngineError(unexpected(kind, message))

    def _wait_for_worker(self, framework: str, until: float) -> None:
        with self._changed:
            while not self._closed and not self._pool.table.of(framework):
                if self._taken():
                    raise EngineError(
                        "This server has little memory and holds one framework at a time; the other one trains now. Try again when "
                        "that is done."
                    )
                self._pool.want(framework)
                left = until - time.monotonic()
                if left <= 0:
                    raise EngineError(
                        "There is no {framework} worker at the moment. Try again in a few seconds.", framework=framework
                    )
                self._changed.wait(min(left, ASK_SECONDS))
            if self._closed:
                raise EngineError("The engine is closed, so nothing can be computed; start the app again.")

    def _try(self, framework: str, function: str, args: tuple, timeout: float, until: float, slow: bool) -> tuple | None:
        """Return the result; None if the engine ended the worker for another reason, so that another worker should be tried."""
        token = secrets.token_hex(8)
        with self._changed:
            workers = self._pool.table.of(framework)
            for worker in workers:
                worker.calls.add(token)
        # A slow job takes none of the resource: the argument `workers` says where it may go, and the slot stays free.
        job, first, amount = (apart.apart_job, until - time.monotonic(), 0) if slow else (work.call_job, token, 1)
        future = self._pool.client.submit(
            job, first, framework, self._pool.warm or work.WARM, function, pickle.dumps(args),
            key=f"clsf-call-{token}", resources={f"{framework.upper()}_CALL": amount}, pure=False, retries=0, priority=10,
        )  # fmt: skip
        try:
            left = until - time.monotonic() + (SPARE_SECONDS if slow else 0)  # a slow job reports a timeout itself
            return future.result(timeout=max(left, 0.01))
        except TimeoutError:
            future.cancel()
            for worker in workers:
                self._pool.suspect(worker, token)
            raise EngineError(
                "The {framework} worker did not answer within {seconds} seconds. Try again, or ask for less at once.",
                framework=framework, seconds=f"{timeout:g}",
            ) from None  # fmt: skip
        except Exception as error:
            if type(error).__name__ != "KilledWorker":
                logger.exception("%s failed", function)
                raise EngineError(sentence_of(error)) from None
            if any(worker.ended_by_us for worker in workers):
                return None
            raise EngineError(worker_lost(framework)) from None
        finally:
            with self._changed:
                for worker in workers:
                    worker.calls.discard(token)
            future.release()


def _unpacked(content: bytes, function: str) -> Any:
    try:
        return work.unpacked(content)
    except Exception as error:
        raise EngineError(
            "The answer of {function} can't be read: {reason}. Jobs return plain values and NumPy arrays.",
            function=function, reason=str(error),
        ) from error  # fmt: skip
