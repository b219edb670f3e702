"""The purpose of the folders at the top of a tree of images: training, validation, test, or each a class. Read from their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clsf.words import Sentence, say

PARTS = ("train", "val", "test")
"""Parts of a data set, as written in `Picture.path`."""

ROLES = (*PARTS, "class", "out")
"""Roles of a folder: a part with a folder per class in it, a class of training images, ignored."""

_WORDS = {
    "train": "train", "training": "train", "trn": "train", "val": "val", "valid": "val", "validation": "val", "validate": "val",
    "dev": "val", "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
    "훈련": "train", "학습": "train", "검증": "val", "테스트": "test", "시험": "test",
}  # fmt: skip
_FILLERS = {
    "set",
    "data",
    "dataset",
    "image",
    "images",
    "img",
    "imgs",
    "seg",
    "split",
    "folder",
    "pictures",
    "photos",
    "용",
    "데이터",
}

QUESTION_PARTS = "There are folders for {parts}, but none for training. Say what each folder is for."
QUESTION_CLASS = "The folder '{name}' can hold the training images, or be a class like {others}. Say what each folder is for."

Tree = Mapping[str, Sequence[Sequence[str]]]
"""Folder at the top -> the paths of the images in it, split at "/", without that folder."""


def role_of(name: str) -> str | None:
    """Return the part that a folder is named after; None for any other name."""
    return _split(name)[1]


def _split(name: str) -> tuple[str, str | None]:
    """Return a name without the word for a part, and that part."""
    words = [word for word in re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) if word]
    words = [part for word in words for part in _apart(word)]
    parts = [_WORDS[word] for word in words if word in _WORDS]
    rest = [word for word in words if word not in _WORDS and word not in _FILLERS]
    if len(parts) != 1 or rest:
        return " ".join(rest), None
    return "", parts[0]


def _apart(word: str) -> list[str]:
    """Return "trainset" as "train", "set"."""
    for start in _WORDS:
        if word.startswith(start) and word[len(start) :] in _FILLERS:
            return [start, word[len(start) :]]
    return [word]


def named(names: Sequence[str]) -> dict[str, str | None]:
    """Return the part that each folder is named after, also if all share another word: fruits_train, fruits_test."""
    roles = {name: role_of(name) for name in names}
    if len(names) > 1 and not any(roles.values()):
        cut = {name: [word for word in re.split(r"[\W_]+", name.lower()) if word] for name in names}
        parts = {name: [_WORDS[word] for word in words if word in _WORDS] for name, words in cut.items()}
        rests = {tuple(word for word in words if word not in _WORDS and word not in _FILLERS) for words in cut.values()}
        if len(rests) == 1 and all(len(one) == 1 for one in parts.values()):
            return {name: one[0] for name, one in parts.items()}
    return roles


def guessed(tree: Tree) -> tuple[dict[str, str], Sentence | None]:
    """Return the role of each folder at the top, and the question to ask the user if there are two possible readings."""
    roles = named(list(tree))
    parts = {name: role for name, role in roles.items() if role}
    others = [name for name in tree if name not in parts]
    classes, split = dict.fromkeys(tree, "class"), {name: roles[name] or "out" for name in tree}
    nested = {name: any(len(path) > 1 for path in paths) for name, paths in tree.items()}
    if not parts:
        return classes, None
    if "train" not in parts.values():
        if not others:
            return split, say(
                "There are folders for {parts}, but none for training. Say what each folder is for.",
                parts=", ".join(f"'{name}'" for name in sorted(parts)),
            )  # fmt: skip
        inside = {path[0] for name in parts for path in tree[name] if len(path) > 1}
        if inside and inside <= set(others):  # cat/, dog/, and val/cat/, val/dog/
            return {name: roles[name] or "class" for name in tree}, None
        return classes, None
    if not others:
        return split, None
    if not any(nested[name] for name in parts):
        return classes, None  # bus/, car/, train/: all with images in them
    if len(set(parts.values())) > 1:
        return split, None
    if len(others) > 1 and all(nested[name] for name in others):
        return classes, None
    if len(others) == 1 and not nested[others[0]]:
        return split, None
    return split, say(
        "The folder '{name}' can hold the training images, or be a class like {others}. Say what each folder is for.",
        name=next(iter(parts)), others=", ".join(f"'{name}'" for name in sorted(others)[:5]),
    )  # fmt: skip
