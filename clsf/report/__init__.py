"""Reports of one run or two, for a teacher: one self-contained HTML page, or Markdown with its figures in a zip."""

from __future__ import annotations

from clsf.report.contents import Contents, Measured
from clsf.report.html import html
from clsf.report.markdown import markdown_zip

__all__ = ["Contents", "Measured", "html", "markdown_zip"]
