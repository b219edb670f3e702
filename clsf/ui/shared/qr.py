"""A link as a QR code."""

from __future__ import annotations

import io

import segno

MOST = 1_800  # characters; a code of more is too fine for a camera across a room
BORDER = 2  # modules; scanners need four, and the white of the picture provides the rest


def picture(link: str) -> str | None:
    """Return a link as a QR code in SVG, black on white; None if it is too long to be scanned."""
    if not link or len(link) > MOST:
        return None
    file = io.BytesIO()
    segno.make(link, error="l", micro=False).save(
        file, kind="svg", border=BORDER, light="#fff", omitsize=True, xmldecl=False, svgns=True
    )
    return file.getvalue().decode("utf-8")
