"""Error messages for the user about failures in a worker."""

from __future__ import annotations

from clsf.errors import ClsfError
from clsf.words import Sentence, say

MESSAGE_LENGTH = 300  # characters of another library's error message that a page can show


def sentence_of(error: BaseException) -> Sentence:
    """Return the message for an error that a job raised: its own sentence, or its type and message, shortened."""
    if isinstance(error, ClsfError):
        return error.sentence
    if isinstance(error, MemoryError):
        return say("The memory was not enough. Make the model, the batch size or the images smaller.")
    return unexpected(type(error).__name__, str(error))


def unexpected(kind: str, message: str) -> Sentence:
    """Return the sentence for an unexpected error."""
    text = " ".join(message.split())
    text = text if len(text) <= MESSAGE_LENGTH else text[: MESSAGE_LENGTH - 1] + "…"
    return say("The job failed with {kind}: {message}. The log of the app holds the details.", kind=kind, message=text)


def worker_lost(framework: str) -> Sentence:
    """Return the sentence for a worker process that ended in the middle of a job, for an unknown reason."""
    return say(
        "The {framework} worker process ran out of memory or was killed; a new one takes its place. "
        "Try again; if it happens again, make the model, the batch size or the images smaller.",
        framework=framework,
    )


def memory_exceeded(framework: str, used: float, limit: float) -> Sentence:
    """Return the sentence for a worker that was ended because it used too much memory (bytes)."""
    return say(
        "The {framework} worker process used {used} GB of memory and may use {limit} GB, so it was ended; a new one takes "
        "its place. Make the model, the batch size or the images smaller, or give the workers more memory (CLSF_WORKER_MEMORY).",
        framework=framework, used=f"{used / 1e9:.2f}", limit=f"{limit / 1e9:.2f}",
    )  # fmt: skip
