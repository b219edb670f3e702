"""Which files of a listing are images: by content, whatever their names."""

from __future__ import annotations

from clsf.data.listing import ListedFile, Listing
from clsf.errors import DataError
from clsf.words import Sentence, say

KINDS = "PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF, HEIC"

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif",
    ".ppm", ".pgm", ".pbm", ".pnm",
)  # fmt: skip
"""Endings of image files; if such a file is not an image, that is reported. The content of other files is checked."""

NEVER = (
    ".txt", ".csv", ".tsv", ".json", ".xml", ".md", ".html", ".htm", ".py", ".ipynb", ".yaml", ".yml", ".zip", ".gz", ".tar", ".7z",
    ".rar", ".pdf", ".mp4", ".mov", ".mp3", ".npy", ".npz", ".h5", ".pt", ".pth", ".pkl", ".mat", ".log", ".doc", ".docx", ".xls", ".xlsx",
)  # fmt: skip

_BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")


def image_files(listing: Listing) -> tuple[list[ListedFile], list[tuple[str, Sentence]]]:
    """Return the entries that are images by name or content, and the others with the reason."""
    images, others = [], []
    for entry in listing.entries:
        name = entry.name.lower()
        if name.endswith(SUFFIXES) or (not name.endswith((*NEVER, ".svg", ".svgz")) and _begins_like_one(entry)):
            images.append(entry)
        else:
            others.append((entry.name, _why(name)))
    return images, others


def _why(name: str) -> Sentence:
    if name.endswith((".svg", ".svgz")):
        return say("It is a drawing of lines (SVG), not of pixels. Export it as PNG.")
    if name.endswith((".mp4", ".mov", ".avi", ".mkv", ".webm")):
        return say("It is a film. Export single images from it.")
    if name.endswith((".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".psd", ".xcf")):
        return say("It is a camera's raw file or an editor's own. Export it as JPEG or PNG.")
    return say("It is not an image that is read here: {kinds}.", kinds=KINDS)


def _begins_like_one(entry: ListedFile) -> bool:
    try:
        data = entry.read()[:16]
    except DataError:
        return False
    return (
        data.startswith(_BEGINNINGS)
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and (data[8:12] in (b"avif", b"heic", b"heix", b"mif1", b"msf1")))
    )
