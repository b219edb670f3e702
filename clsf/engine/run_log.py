"""The server's log: one line per event of a run, as key=value pairs, on stderr; CLSF_LOG sets the level.

CLSF_LOG=warning   (default) what the administrator should know
CLSF_LOG=info      the story of each run: taken, begun, every epoch, ended or failed
CLSF_LOG=debug     every message of batches too
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable

from clsf.errors import EngineError
from clsf.events import BatchesEnded, Event, event_to_json

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LONG = ("losses", "accuracies", "gradient_norms", "learning_rates", "versions")
"""Fields with a number per step and the like; the store has them."""

logger = logging.getLogger("clsf.runs")


def configure(text: str | None = None) -> None:
    """Have this package log to stderr at the level of CLSF_LOG. Raises EngineError for a level that is none."""
    text = (os.environ.get("CLSF_LOG", "") if text is None else text).strip().lower() or "warning"
    if text not in LEVELS:
        raise EngineError("CLSF_LOG is '{value}', but must be one of {names}.", value=text[:60], names=", ".join(LEVELS))
    package = logging.getLogger("clsf")
    package.setLevel(LEVELS[text])
    if not any(isinstance(handler, _Stderr) for handler in package.handlers):
        handler = _Stderr()
        handler.setFormatter(logging.Formatter(FORMAT))
        package.addHandler(handler)
    package.propagate = False


class _Stderr(logging.StreamHandler):
    """Our own, so that it is there once."""


def tell(what: str, run_id: str, content: object) -> None:
    """Log an engine's messages about a run: started, events, weights, failed, ended_early."""
    if not logger.isEnabledFor(logging.INFO):
        return
    if what == "events":
        for event in content:
            logger.log(logging.DEBUG if isinstance(event, BatchesEnded) else logging.INFO, "%s", _line(run_id, event))
    elif what == "weights":
        logger.info("run=%s event=weights bytes=%d", run_id, len(content))
    else:
        logger.info("run=%s event=%s %s", run_id, what, pairs({"what": str(content)}))


def _line(run_id: str, event: Event) -> str:
    values = event_to_json(event)
    short = {name: value for name, value in values.items() if name not in LONG and not isinstance(value, dict | list)}
    return f"run={run_id} {pairs(short)}"


def pairs(values: dict[str, object] | Iterable[tuple[str, object]]) -> str:
    """Return name=value pairs; text that could forge a line is quoted as JSON."""
    return " ".join(f"{name}={_value(value)}" for name, value in dict(values).items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text if text and text.isascii() and text.isprintable() and not set(text) & set(' "=') else json.dumps(text)
