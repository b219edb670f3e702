"""The history in a capsule: events that came from outside, checked type by type and against each other."""

from __future__ import annotations

import math
import string
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Literal, Union, get_args, get_origin, get_type_hints

from clsf.capsule.contents import LEFT_OUT
from clsf.errors import CapsuleError
from clsf.events import BatchesEnded, EpochEnded, Event, RunEnded, RunFailed, RunStarted, event_from_json
from clsf.words import Sentence

Check = Callable[[object], bool]

MOST_EVENTS = 500_000
MOST_STEPS = 20_000_000
MOST_TEXT = 300  # characters


def checked(data: object, framework: str, shape: tuple[int, ...]) -> tuple[Event, ...]:
    """Return the events in parsed JSON, without LEFT_OUT ones. Raises CapsuleError for impossible events or a wrong order."""
    if not isinstance(data, list) or not 2 <= len(data) <= MOST_EVENTS:
        raise CapsuleError("Its history is no list of events.")
    events = []
    for number, item in enumerate(data, start=1):
        if isinstance(item, dict) and item.get("event") in LEFT_OUT:  # an older version packed them
            continue
        try:
            event = event_from_json(item)
            right = _fields_right(event)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            right = False
        if not right:
            raise CapsuleError("Event number {number} of its history is not one that a run says.", number=number)
        events.append(event)
    if not _in_order(events, framework, shape):
        raise CapsuleError("The events of its history do not follow each other as those of a run do.")
    return tuple(events)


def _in_order(events: list[Event], framework: str, shape: tuple[int, ...]) -> bool:
    """Return whether a run could have sent all of these events: see `clsf.events`."""
    started, step, epoch = False, 0, 0
    if not events:
        return False
    for event in events[:-1]:
        match event:
            case RunStarted():
                if started or event.framework != framework or event.input_shape != shape or event.batches_per_epoch < 1:
                    return False
                if event.scale is not None and not _is_scale(event.scale, shape[2]):
                    return False
                started = True
            case RunEnded() | RunFailed():
                return False
            case _ if not started:
                return False
            case BatchesEnded():
                count = len(event.losses)
                norms = event.gradient_norms
                if event.step != step + 1 or not count or len(event.accuracies) != count:
                    return False
                if norms is not None and len(norms) != count:
                    return False
                step += count
                if step > MOST_STEPS:
                    return False
            case EpochEnded():
                if event.epoch != epoch + 1:
                    return False
                epoch += 1
    end = events[-1]
    return started and (isinstance(end, RunFailed) or (isinstance(end, RunEnded) and end.framework == framework))


def _is_scale(scale: tuple[tuple[float, ...], tuple[float, ...]], channels: int) -> bool:
    """Whether these are a mean and a deviation per channel, by which pixels can be scaled."""
    if [len(part) for part in scale] != [channels, channels]:
        return False
    return all(math.isfinite(x) for part in scale for x in part) and all(x > 0 for x in scale[1])


def _fields_right(value: object) -> bool:
    return all(fits(getattr(value, name)) for name, fits in _checks(type(value)))


@cache
def _checks(kind: type) -> tuple[tuple[str, Check], ...]:
    """Return (field, whether a value can be it) of a class; made once, because a history has hundreds of thousands of events."""
    hints = get_type_hints(kind)
    return tuple((field.name, _check(hints[field.name])) for field in fields(kind))


def _check(hint: object) -> Check:
    """Return a function that checks whether a value has the type of an event's field."""
    kind = get_origin(hint)
    if kind in (Union, types.UnionType):
        others = [_check(other) for other in get_args(hint)]
        return lambda value: any(fits(value) for fits in others)
    if kind is Literal:
        return lambda value: isinstance(value, str) and value in get_args(hint)
    if kind in (tuple, list):
        inner = _check(get_args(hint)[0]) if get_args(hint) else _never
        return lambda value: isinstance(value, tuple | list) and len(value) <= MOST_STEPS and all(map(inner, value))
    if kind is dict:
        name, inner = map(_check, get_args(hint))
        return lambda value: (
            isinstance(value, dict) and len(value) <= 1000 and all(name(k) and inner(v) for k, v in value.items())
        )
    if is_dataclass(hint) and hint is not Sentence:
        return lambda value: isinstance(value, hint) and _fields_right(value)
    return _PLAIN.get(hint, _never)


def _never(value: object) -> bool:
    return False


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and (math.isnan(value) or abs(value) < 1e300)


_PLAIN: dict[object, Check] = {
    type(None): lambda value: value is None,
    bool: lambda value: isinstance(value, bool),
    int: _is_whole,
    float: _is_number,
    str: lambda value: isinstance(value, str) and len(value) <= MOST_TEXT and value.isprintable(),
    Sentence: lambda value: isinstance(value, Sentence) and _harmless(value),
}


def _harmless(said: Sentence, depth: int = 0) -> bool:
    """Return whether a sentence can be shown: plain fields that have values, and no attribute or index access on a value."""
    templates = [said.template] if said.singular is None else [said.template, said.singular]
    if depth > 5 or not isinstance(said.values, dict) or not all(isinstance(t, str) and len(t) <= 2000 for t in templates):
        return False
    if said.count is not None and not _is_whole(said.count):
        return False
    try:
        parts = [part for template in templates for part in string.Formatter().parse(template)]
    except ValueError:
        return False
    for _, name, layout, conversion in parts:
        if name is not None and (not name.isidentifier() or name not in said.values or layout or conversion):
            return False
    for value in said.values.values():
        if isinstance(value, Sentence):
            if not _harmless(value, depth + 1):
                return False
        elif not (value is None or isinstance(value, str | int | float)) or len(str(value)) > 2000:
            return False
    return True
