"""The disk space for the private images of one reader, and of all readers together, as pixels."""

from __future__ import annotations

from clsf.data import cache, private
from clsf.errors import DataError
from clsf.settings import Settings, read

MB = 1_000_000


def taken() -> dict[str, int]:
    """Return owner -> bytes of their sets on disk."""
    sizes_of: dict[str, int] = {}
    for name in filter(private.is_name, cache.names()):
        meta = cache.described(name)
        sizes = meta.get("files")
        size = sum(n for n in sizes.values() if isinstance(n, int)) if isinstance(sizes, dict) else 0
        owner = str(meta.get("owner", ""))
        sizes_of[owner] = sizes_of.get(owner, 0) + size
    return sizes_of


def require(owner: str, size: int, settings: Settings | None = None) -> None:
    """Raise DataError if another private set of the given size, in bytes, exceeds the limit of its owner or of the server."""
    settings = settings or read()
    if size > settings.set_mb * MB:
        raise DataError(
            "Unpacked, these images take {size} MB, but one data set may take {most} MB here. Choose a smaller image size, or use "
            "fewer images.",
            size=f"{size / MB:,.0f}", most=f"{settings.set_mb:,}",
        )  # fmt: skip
    sizes = taken()
    mine, all_of_them = sizes.get(owner, 0), sum(sizes.values())
    if mine + size > settings.sets_mb_per_session * MB:
        raise DataError(
            "Unpacked, these images take {size} MB, and your data sets take {mine} MB already, of {most} MB that you may keep here. "
            "Remove one of them first.",
            size=f"{size / MB:,.0f}", mine=f"{mine / MB:,.0f}", most=f"{settings.sets_mb_per_session:,}",
        )  # fmt: skip
    if all_of_them + size > settings.sets_mb * MB:
        raise DataError(
            "Unpacked, these images take {size} MB, but only {left} MB are left here for everybody's own images. Use fewer or smaller "
            "ones, or come back when others have removed theirs.",
            size=f"{size / MB:,.0f}", left=f"{max(settings.sets_mb - all_of_them / MB, 0):,.0f}",
        )  # fmt: skip
