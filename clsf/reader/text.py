"""From what was pasted or uploaded to Python source: files, notebooks, fenced blocks, prompts. Lines keep their numbers."""

from __future__ import annotations

import ast
import json
import re
import textwrap
import time
import warnings
from dataclasses import dataclass, field
from functools import cached_property

from clsf.errors import ClsfError
from clsf.words import Sentence, say

MAX_BYTES = 200_000
MAX_LINE = 20_000  # characters
MAX_DEPTH = 60  # brackets inside brackets


class ReadError(ClsfError):
    """Something that can't be read as a program; the sentence says why. `line` is where, if that is known."""

    def __init__(self, template: str | Sentence, /, line: int = 0, **values: object) -> None:
        super().__init__(template, **({"line": line} if line else {}), **values)
        self.line = line

    def __reduce__(self):
        return _again, (self.sentence, self.line)


def _again(sentence: Sentence, line: int) -> ReadError:
    error = ReadError(sentence)
    error.line = line
    return error


class Patience:
    """Working time for one question about a program, in seconds; only generated programs exceed it.

    Counts the processor time of this thread: an answer must not depend on what else the machine does. A pause of Python itself
    between two looks (its garbage collection takes half a second in a large process) counts as `PAUSE` at most.
    """

    PAUSE = 0.05

    def __init__(self, seconds: float = 0.2) -> None:
        self.left = seconds
        self.seen = time.thread_time()

    def over(self) -> bool:
        now = time.thread_time()
        self.left -= min(now - self.seen, self.PAUSE)
        self.seen = now
        return self.left < 0

    def go_on(self) -> Patience:
        """Return it, without what other work took since the last look."""
        self.seen = time.thread_time()
        return self


@dataclass
class Source:
    """Python source, and what was done to get it."""

    text: str
    tree: ast.Module
    notes: list[tuple[int, Sentence]] = field(default_factory=list)  # (line, what was left out or fixed)
    broken: list[tuple[int, Sentence]] = field(default_factory=list)  # (line, syntax error)
    repaired: dict[int, str] = field(default_factory=dict)  # line -> how it has to be, as it stands in `text`
    left_out: dict[int, str] = field(default_factory=dict)  # line -> what the program has there, `pass` in `text`

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree, once: many questions are asked of all of them."""
        return list(ast.walk(self.tree))

    @cached_property
    def defaults(self) -> dict[str, float]:
        """The numbers that arguments of functions have by default, by name; the first of a name counts."""
        numbers: dict[str, float] = {}
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef):
                names = [a.arg for a in node.args.args]
                for name, default in zip(names[len(names) - len(node.args.defaults) :], node.args.defaults, strict=True):
                    value = getattr(default, "value", None)
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        numbers.setdefault(name, value)
        return numbers


def load(content: bytes | str, name: str = "") -> Source:
    """Return the source in a file's content or a pasted text. Raises ReadError in a sentence for what is no Python."""
    text = _decoded(content)
    notes: list[tuple[int, Sentence]] = []
    if name.lower().endswith(".ipynb") or (text.lstrip()[:1] == "{" and '"cells"' in text):
        text = _notebook(text, notes)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\u00a0", " ").replace("\ufeff", "")
    if max(map(len, text.split("\n")), default=0) > MAX_LINE:
        raise ReadError(
            "A line of it has more than {most} characters; this is no program that somebody wrote.", most=f"{MAX_LINE:,}"
        )
    if not text.strip():
        raise ReadError("There is nothing in it. Paste the program's source.")
    text = _fenced(text, notes)
    text = _prompts(text, notes)
    text = _magics(text, notes)
    _depth(text)
    return _parsed(text, notes)


def _decoded(content: bytes | str) -> str:
    if len(content) > MAX_BYTES:
        raise ReadError(
            "It has {size} bytes; at most {most} are read. Leave out outputs and data.",
            size=f"{len(content):,}", most=f"{MAX_BYTES:,}",
        )  # fmt: skip
    if isinstance(content, str):
        return content
    if content[:5] == b"%PDF-":
        raise ReadError("This is a PDF, not a program. Copy the source out of it and paste that.")
    if content[:4] in (b"PK\x03\x04", b"\x89PNG") or content[:3] == b"\xff\xd8\xff" or content[:2] == b"\x1f\x8b":
        raise ReadError("This is a binary file, not a program. Upload a .py or .ipynb file.")
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(c < " " and c not in "\n\r\t\f" for c in text[:2000]) > 20:
            break
        return text
    raise ReadError("This is no text. Upload a .py or .ipynb file, or paste the source.")


def _notebook(text: str, notes: list) -> str:
    """Return the code cells, one after the other."""
    try:
        data = json.loads(text)
        cells = data["cells"] if "cells" in data else data["worksheets"][0]["cells"]
        parts = []
        for cell in cells:
            if cell.get("cell_type") == "code":
                source = cell.get("source", cell.get("input", ""))
                parts.append("".join(source) if isinstance(source, list) else str(source))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise ReadError(
            "The notebook can't be read: it is not the JSON of a Jupyter notebook. Save it again, or paste its cells."
        ) from None
    if not any(part.strip() for part in parts):
        raise ReadError("The notebook has no code cells.")
    parts = [re.sub(r"\A%%(?:time|timeit|capture|prun)\b.*", "", p) for p in parts]
    parts = [re.sub(r"(?m)^", "# ", p) if re.match(r"%%(?!time|capture)\w+", p) else p for p in parts]
    notes.append((0, say("The code cells of the notebook are read one after the other.")))
    return "\n".join(parts)


_FENCE = re.compile(r"^[ \t]*(```|~~~)[ \t]*([\w+.-]*)[^\n]*$", re.M)


def _fenced(text: str, notes: list) -> str:
    """Return only what stands in fenced blocks of Python, if there are any; other lines become empty."""
    marks = list(_FENCE.finditer(text))
    if not marks or _try(_magics(text, []))[0] is not None:  # a fence inside of a docstring
        return text
    lines = text.split("\n")
    kept = [""] * len(lines)
    blocks, open_at, language = [], None, ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and open_at is None:
            open_at, language = number, mark[2].lower()
        elif mark:
            blocks.append((open_at + 1, number, language))
            open_at = None
    if open_at is not None:
        blocks.append((open_at + 1, len(lines), language))
    python = [b for b in blocks if b[2] in ("python", "py", "python3", "ipython")] or [b for b in blocks if b[2] == ""]
    if not python:
        raise ReadError(
            "Its fenced blocks hold no Python, but {languages}.", languages=", ".join(sorted({b[2] for b in blocks}))
        )
    for first, last, _ in python:
        block = textwrap.dedent("\n".join(lines[first:last])).split("\n")
        kept[first:last] = block
    notes.append((python[0][0] + 1, say("Only the fenced block is read, not the text around it.")))
    return "\n".join(kept)


def _prompts(text: str, notes: list) -> str:
    lines = text.split("\n")
    if not any(re.match(r"\s*>>> ?", line) for line in lines) or _try(_magics(text, []))[0] is not None:
        return text  # prompts inside of a docstring are text of the program
    first = next(n for n, line in enumerate(lines, 1) if re.match(r"\s*>>> ?", line))
    notes.append((first, say("The prompts >>> are left out, and the lines without one, which are output.")))
    return "\n".join(m[1] if (m := re.match(r"\s*(?:>>>|\.\.\.) ?(.*)", line)) else "" for line in lines)


_MAGIC = re.compile(r"^(\s*)(%%?\w|!\w|!\{|\?\w|\w+\?\??\s*$|pip3? install |conda install |!\./)")


def _magics(text: str, notes: list) -> str:
    """Return the text with a notebook's magics and shell lines as `pass`."""
    out, inside = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        match = _MAGIC.match(line) if inside <= 0 else None
        if match:
            notes.append((number, say("Left out: {text}", text=line.strip()[:60])))
            line = match[1] + "pass"
        else:
            bare = re.sub(r"#.*|'[^'\n]*'|\"[^\"\n]*\"", "", line)
            inside += sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}")
            if inside < 0 or re.match(r"(def|class|import|from|for|if|with) ", line):
                inside = max(0, sum(bare.count(c) for c in "([{") - sum(bare.count(c) for c in ")]}"))
        out.append(line)
    return "\n".join(out)


def _depth(text: str) -> None:
    depth = 0
    for c in text:
        if c in "([{":
            depth += 1
            if depth > MAX_DEPTH * 3:
                raise ReadError("Its brackets lie more than {most} deep; this can't be read.", most=MAX_DEPTH * 3)
        elif c in ")]}":
            depth = max(0, depth - 1)
        elif c == "\n" and depth > MAX_DEPTH:
            depth = MAX_DEPTH


def _parsed(text: str, notes: list) -> Source:
    tree, error = _try(text)
    if tree is not None:
        return Source(text, tree, notes)
    dedented = textwrap.dedent(text)
    tree, _ = _try(dedented)
    if tree is not None:
        return Source(dedented, tree, notes)
    if re.search(r"^\s*print\s+[^(=\s]|^\s*print\s*$|^\s*except\s+[\w.]+\s*,\s*\w+\s*:|^\s*print\s*>>", text, re.M):
        old = _python_2(text)
        tree, error_2 = _try(old)
        if tree is not None:
            notes.append((0, say("It is written for Python 2; print statements are read as calls.")))
            return Source(old, tree, notes)
        text, error = old, error_2 or error
    return _around_errors(text, error, notes)


def _around_errors(text: str, error: SyntaxError, notes: list) -> Source:
    """Return the program after repairing or removing a few wrong lines; raise ReadError if nothing sensible is left."""
    first = error
    broken, lines = [], text.split("\n")
    repaired: dict[int, str] = {}
    left_out: dict[int, str] = {}
    if _foreign(text):
        raise _foreign(text)
    for _ in range(8):
        line = min(max(error.lineno or 1, 1), len(lines))
        broken.append((line, why(error, lines)))
        better = _repair(error, lines)
        if better is not None:
            line, lines[line - 1], error = better[0], better[1], better[2]
            broken[-1] = (line, broken[-1][1])
            repaired[line] = lines[line - 1]
            if error is None:
                return Source("\n".join(lines), ast.parse("\n".join(lines)), notes, broken, repaired, left_out)
            continue
        if not lines[line - 1].strip():  # the error is told after what causes it
            line = next((n for n in range(line, 0, -1) if lines[n - 1].strip()), line)
        left_out.setdefault(line, lines[line - 1])
        indent = re.match(r"\s*", lines[line - 1])[0]
        lines[line - 1] = f"{indent}pass" if "indent" not in str(error.msg) or not indent else lines[line - 1].lstrip()
        tree, error = _try("\n".join(lines))
        if tree is not None:
            return Source("\n".join(lines), tree, notes, broken, repaired, left_out)
    raise ReadError(
        say("Line {line} is no Python: {reason}", line=first.lineno or 1, reason=why(first, text.split("\n"))),
        line=first.lineno or 1,
    )


_MARKS = (
    (":", "expected ':'"),
    (",", "forgot a comma"),
    (")", r"'\(' was never closed"),
    ("]", r"'\[' was never closed"),
    ("}", r"'{' was never closed"),
)
"""What is put in at the end of a line -> the error for which that may be the cure."""


def _repair(error: SyntaxError, lines: list[str]) -> tuple[int, str, SyntaxError | None] | None:
    """Return a line, how it has to be, and the next error; None if no single mark lets Python read on past that line."""
    mark = next((mark for mark, said in _MARKS if re.search(said, str(error.msg))), None)
    line = error.lineno or 0
    if mark is None or not 0 < line <= len(lines):
        return None
    last = min(max(error.end_lineno or line, line), line + 3, len(lines))
    for number in range(line, last + 1):
        code, comment = re.match(r"(.*?)(\s*(?:#[^'\"]*)?)$", lines[number - 1]).groups()
        new = f"{code}{mark}{comment}"
        _, other = _try("\n".join([*lines[: number - 1], new, *lines[number:]]))
        if other is None or (other.lineno or 0) > last:
            return number, new, other
    return None


def _try(text: str) -> tuple[ast.Module | None, SyntaxError | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text), None
    except SyntaxError as error:
        return None, error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return None, SyntaxError(str(error)[:80] or type(error).__name__)


def _python_2(text: str) -> str:
    text = re.sub(r"(?m)^(\s*)print\s*>>\s*[\w.]+\s*,\s*(.*)$", r"\1print(\2)", text)
    text = re.sub(r"(?m)^(\s*(?:.*:\s+)?)print[ \t]+(?!\()([^\n]*?)[ \t]*,?[ \t]*(#[^\n]*)?$", r"\1print(\2) \3", text)
    text = re.sub(r"(?m)^(\s*)print[ \t]+(\(.*\)[ \t]*%[^\n]*|\([^\n]*\)[ \t]*,[^\n]*)$", r"\1print(\2)", text)
    text = re.sub(r"(?m)^(\s*)print[ \t]*$", r"\1print()", text)
    text = re.sub(r"(?m)^(\s*except\s+[\w.]+)\s*,\s*(\w+)\s*:", r"\1 as \2:", text)
    text = re.sub(r"(?m)\b(0[0-7]+)L?\b(?=\s*[,)\]])", r"0", text)
    return re.sub(r"\b(\d+)L\b", r"\1", text)


def why(error: SyntaxError, lines: list[str]) -> Sentence:
    """Return the error in the line and its fix, for frequent causes."""
    said = str(error.msg or "")
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    if "was never closed" in said or "unexpected EOF" in said:
        return say("A bracket that opens here is never closed. Add the closing one.")
    if "unmatched" in said or "does not match" in said:
        return say("A closing bracket has no opening one that fits. Count the brackets of this line and the one before.")
    if "expected ':'" in said or re.match(r"\s*(def|class|for|while|if|elif|else|with|try)\b[^:]*$", line):
        return say("A colon is missing at the end of the line.")
    if "forgot a comma" in said:
        return say("A comma is missing between two values, or a bracket in the line before is not closed.")
    if "inconsistent use of tabs" in said:
        return say("Tabs and spaces are mixed in the indentation. Use four spaces throughout.")
    if "indent" in said:
        return say("The indentation does not fit the lines around it. Use four spaces for each level.")
    if "string literal" in said or "EOL while" in said:
        return say("A text in quotes is not closed. Add the closing quote.")
    if "invalid character" in said or "invalid non-printable" in said:
        return say("It has a character that Python does not know, such as a curly quote. Type it again with the keyboard.")
    if "cannot assign" in said or "invalid syntax. Maybe you meant '=='" in said:
        return say("What is left of “=” can't get a value, or “==” is meant.")
    return say("Python says: {said}.", said=said[:80])


def _foreign(text: str) -> ReadError | None:
    """Return the sentence for what is plainly another language."""
    if re.search(r"^\s*(const|let|var)\s+\w+\s*=|=>\s*\{|\bfunction\s*\w*\s*\(|^\s*import .* from ['\"]", text, re.M):
        return ReadError("This is JavaScript, not Python. Programs in Python are read here.")
    if re.search(r"^\s*#include\s*[<\"]|^\s*(public|private)\s+(static\s+)?(class|void)\b", text, re.M):
        return ReadError("This is C++ or Java, not Python. Programs in Python are read here.")
    if re.search(r"^\s*library\(\w+\)|<-\s*(keras|function|torch)", text, re.M):
        return ReadError("This is R, not Python. Programs in Python are read here.")
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.I):
        return ReadError("This is a web page, not a program. Copy only the source.")
    return None
