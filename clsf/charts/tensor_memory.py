"""A small image as pixels, as planes, and as the sequence of numbers in memory. HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import hypot

from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]

CHANNELS = ("R", "G", "B")


def brightness(height: int, width: int) -> list[int]:
    """Return the example image: a round sun over the sea, 0 to 255, in the order row, column, channel."""
    pixels = []
    for row in range(height):
        for column in range(width):
            y, x = (row + 0.5) / height, (column + 0.5) / width
            sun = hypot(x - 0.5, y - 0.42) < 0.33
            sea = y > 0.66
            pixels += (255, 196, 40) if sun and not sea else (24, 96, 190) if sea else (250, 130, 110 + int(90 * (1 - y)))
    return pixels


def pixels(order: Sequence[Sequence[Sequence[int]]], image: list[int], followed: int | None, said: Said = str) -> str:
    """Return the picture where `order[channel][row][column]` is the index of the image's number at that place."""
    red, green, blue = order
    height, width = len(red), len(red[0])
    cells = []
    for row in range(height):
        for column in range(width):
            here = (red[row][column], green[row][column], blue[row][column])
            colour = ",".join(str(image[k]) for k in here)
            kind = " px-on" if followed in here else ""
            cells.append(f'<i class="px{kind}" style="background:rgb({colour})" data-tip="({row}, {column}): {here}"></i>')
    label = said(
        say_n(
            "The image with {height} row and {width} columns.",
            "The image with {height} rows and {width} columns.",
            height,
            height=height,
            width=width,
        )
    )
    columns = f'style="grid-template-columns:repeat({width},1fr)"'
    return f'<div class="px-grid" {columns} role="img" aria-label="{escape(label)}">{"".join(cells)}</div>'


def line(memory: Sequence[int], followed: int | None, said: Said = str) -> str:
    """Return the numbers in memory order, coloured by the channel that each number came from."""
    cells = "".join(
        f'<i class="ml ml-{k % 3}{" ml-on" if k == followed else ""}" data-tip="{escape(_place(place, k, said))}">{k}<small>{CHANNELS[k % 3]}</small></i>'
        for place, k in enumerate(memory)
    )
    label = said(
        say_n("{count} number as it lies in memory.", "{count} numbers in the order in which they lie in memory.", len(memory))
    )
    return f'<div class="ml-all" role="img" aria-label="{escape(label)}">{cells}</div>'


def _place(place: int, k: int, said: Said) -> str:
    return said(say("place {place}: number {number}, channel {channel}", place=place, number=k, channel=CHANNELS[k % 3]))
