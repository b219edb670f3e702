"""A report as one HTML page: style and figures are included, there are no scripts and no external files."""

from __future__ import annotations

import re
from html import escape

from clsf.charts.palette import RIGHT, WRONG
from clsf.report.blocks import Block, Bullets, Heading, Picture, Quote, Table, Text
from clsf.report.contents import Contents
from clsf.report.writing import Words, blocks

LONG = 14  # rows of a table, or points of a list, from which it is printed in two columns
MANY = 12  # from this many classes on, the numbers of a matrix are printed smaller: two matrices are side by side

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 "Source Sans 3", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; color: #11161c; background: #fff;
  max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 0 0 0.3rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 0.6rem; }
p.small { color: #55606b; font-size: 0.9rem; }
.wide { overflow-x: auto; margin: 0.8rem 0; } table { border-collapse: collapse; font-size: 0.88rem; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 0.2rem 0; } th, td { padding: 0.25rem 0.55rem; border-bottom: 1px solid #dfe2de; text-align: left; }
td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; } th { font-weight: 600; }
table.matrix { width: auto; } table.matrix td { text-align: center; min-width: 1.6rem; }
ul { padding-left: 1.1rem; } li { margin: 0.3rem 0; } blockquote { margin: 0; padding: 0.6rem 1rem; background: #f4f5f3; border-radius: 8px; white-space: pre-wrap; }
figure { margin: 1rem 0; } svg { width: 100%; height: auto; display: block; } :lang(ko) { word-break: keep-all; }
@page { size: A4; margin: 11mm 13mm; }
@media print {
  body { margin: 0; padding: 0; max-width: none; font-size: 10.5px; line-height: 1.35; } h1 { font-size: 17px; } h2 { font-size: 12.5px; margin: 9px 0 3px; break-after: avoid; }
  p, ul, .wide { margin: 3px 0; } p.small { font-size: 9.5px; } li { margin: 1px 0; break-inside: avoid; } ul.long { columns: 2; column-gap: 26px; font-size: 9.5px; } blockquote { padding: 4px 8px; }
  table { font-size: 9.5px; } th, td { padding: 1px 5px; } table.matrix { font-size: 8px; } table.matrix td { min-width: 0; padding: 1px 3px; }
  table.matrix thead th + th { writing-mode: vertical-rl; white-space: nowrap; padding: 3px 1px; font-weight: 400; } table.matrix.many { font-size: 6.8px; } table.matrix.many td { padding: 0 1px; }
  .wide.half { display: inline-block; width: 49%; vertical-align: top; }
  .wide { overflow: visible; } .wide.long { columns: 2; font-size: 8.5px; } .wide.long table { font-size: inherit; } tr, figure, blockquote { break-inside: avoid; }
  figure { display: inline-block; width: 49%; margin: 2px 0; vertical-align: top; }
}
"""


def html(contents: Contents, words: Words) -> str:
    """Return the page."""
    parts = blocks(contents, words)
    title = next(b.text for b in parts if isinstance(b, Heading))
    body = "\n".join(_block(b) for b in parts)
    return (
        f'<!doctype html>\n<html lang="{escape(contents.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Text():
            return f"<p{' class=small' if block.small else ''}>{escape(block.text)}</p>"
        case Quote():
            return f"<blockquote>{escape(block.text)}</blockquote>"
        case Bullets():
            return (
                f"<ul{' class=long' if len(block.items) > LONG else ''}>"
                + "".join(f"<li><b>{escape(mark)}.</b> {escape(text)}</li>" for mark, text in block.items)
                + "</ul>"
            )
        case Picture():
            return f"<figure>{re.sub(r'[^ -~]', lambda m: f'&#{ord(m[0])};', block.svg)}</figure>"
        case Table():
            return _table(block)
    raise TypeError(type(block).__name__)


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = []
    for number, row in enumerate(table.rows):
        shades = table.shade[number] if table.shade else [0.0] * (len(row) - 1)
        cells = "".join(f"<td{_shade(s)}>{escape(cell)}</td>" for cell, s in zip(row[1:], shades, strict=True))
        rows.append(f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>')
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    wide, kind = ("wide long" if len(table.rows) > LONG else "wide"), ""
    if table.shade:
        wide, kind = "wide half", ' class="matrix many"' if len(table.rows) > MANY else ' class="matrix"'
    return (
        f'<div class="{wide}"><table{kind}>{caption}<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _shade(value: float) -> str:
    if not value:
        return ""
    share = round(255 * (0.1 + 0.6 * abs(value) ** 0.5))
    return f' style="background:{RIGHT if value > 0 else WRONG}{share:02x}"'
