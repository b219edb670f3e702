"""Groups of images, from their file names: one patient, one scene, one film, one person."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

GENERAL = {
    "img", "image", "images", "dsc", "dscn", "pxl", "photo", "picture", "pic", "screenshot", "scan", "file", "frame", "sample", "whatsapp",
    "untitled", "download", "train", "test", "val", "valid", "validation", "aug", "copy", "kakaotalk", "snapchat", "mvimg", "vid",
}  # fmt: skip
"""Words that cameras and programs put first; they say nothing about the image."""

FEWEST = 3  # groups of a class, on average: fewer are more likely a camera's name
TOGETHER = 0.6  # share of the images that must be in a group of two or more of one part


def groups(paths: Sequence[str]) -> list[str] | None:
    """Return the group of each image, or None if the names contain none.

    `paths`: "part/class/name" with folders below the class, if there are any. The text before the number of an image is its
    group: a folder below the class, or the beginning of the name, "p07" of "p07_slice3.png". Numbers alone, camera names, and
    names of classes are not groups.
    """
    cut = [path.split("/") for path in paths]
    if any(len(parts) < 3 for parts in cut):
        return None
    below = ["/".join(parts[2:-1]).lower() for parts in cut]
    if all(below) and _tell(below, cut):
        return below
    words = [_words(parts[-1]) for parts in cut]
    for length in (1, 2):
        keys = [
            "/".join([folder, *one[:length]]) if len(one) > length else "" for folder, one in zip(below, words, strict=True)
        ]
        keys = [key.strip("/") for key in keys]
        if _tell(keys, cut):
            return keys
    return None


def _words(name: str) -> list[str]:
    """Split a file's name into words, without meaningless ones: "P07-slice3.png" is p07, slice3; "s01e02" is s01, e02."""
    stem = name.rpartition(".")[0] or name
    words = [word for word in re.split(r"[\W_]+", stem.lower()) if word]
    if len(words) == 1:
        inner = re.findall(r"[^\W\d_]+\d+", words[0])
        words = inner if len(inner) > 1 and "".join(inner) == words[0] else words
    while words and words[0] in GENERAL:
        words = words[1:]
    return words


def _tell(keys: list[str], cut: list[list[str]]) -> bool:
    """Return whether the keys are groups: several per class, with two or more images within one part, and no class's name."""
    if sum(map(bool, keys)) < 0.9 * len(keys):
        return False
    classes = {parts[1].lower() for parts in cut}
    if sum(key in classes for key in keys) > 0.5 * len(keys):
        return False
    of_class: dict[str, set[str]] = defaultdict(set)
    for key, parts in zip(keys, cut, strict=True):
        of_class[parts[1]].add(key)
    if sum(map(len, of_class.values())) < FEWEST * len(of_class):
        return False
    sizes = Counter((key, *parts[:2]) for key, parts in zip(keys, cut, strict=True))
    together = sum(count for (key, *_), count in sizes.items() if count > 1 and key)
    return together >= TOGETHER * len(keys) and len(set(keys)) < 0.6 * len(keys)
