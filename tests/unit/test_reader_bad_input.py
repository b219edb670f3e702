"""Any pasted text quickly gets an answer or a sentence; no part of it is run."""

from __future__ import annotations

import contextlib
import json
import random
import time

import pytest

from clsf.cli.main import main
from clsf.reader.answer import to_json
from clsf.reader.explain import no_model
from clsf.reader.findings import faults
from clsf.reader.plan import plan_of
from clsf.reader.program import ReadError, read
from tests.unit.reader_programs import PROGRAMS, RIGHT

HEAD = "from keras.models import Sequential\nfrom keras.layers import Dense\n"
TAIL = "\nmodel = Sequential([Dense(n if isinstance(n, int) else 3, input_dim=4)])\n"

REFUSED = {
    "ten megabytes": (b"x = 1\n" * 1_700_000, "bytes"),
    "a megabyte on one line": ("x = [" + "1," * 70_000 + "]", "characters"),
    "brackets": ("x = " + "(" * 5000 + ")" * 5000, "brackets"),
    "a PDF": (b"%PDF-1.7 \xff\xfe", "PDF"),
    "a picture": (b"\x89PNG\r\n", "binary"),
    "JavaScript": ("const model = tf.sequential();\nmodel.add(tf.layers.dense({units: 10}));\n", "JavaScript"),
    "nothing": ("   \n", "nothing"),
    "C++": ("#include <torch/torch.h>\nint main() { return 0; }", "C++"),
    "a bash block": ("Run this:\n```bash\npip install torch\n```\n", "no Python"),
    "a broken notebook": ('{"cells": [{"cell_type": "code", "source": 3}', "notebook"),
}

WITHOUT_MODEL = {
    "prose": ("Dear all,\nplease find the code of my model below, thank you (in advance!\n", "Line"),
    "TensorFlow 1": ("import tensorflow as tf\nx = tf.placeholder(tf.float32)\nwith tf.Session() as s:\n    s.run(x)\n", "TensorFlow 1"),
    "JAX": ("import jax\nimport jax.numpy as jnp\nf = jax.jit(lambda x: x)\n", "JAX"),
    "scikit-learn": ("from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(X, y)\n", "scikit-learn"),
    "no model": ("import torch\nprint(torch.ones(3))\n", "No model"),
    "plain Python": ("print('hello')\n", "no Keras or PyTorch model"),
}  # fmt: skip

HEAVY = {
    "a tower of powers": "n = 10**10**10",
    "a doubling text": "a = 'aaaaaaaaaa'\n" + "\n".join("a = f'{a}{a}{a}{a}'" for _ in range(60)) + "\nn = len(a)",
    "a doubling list": "a = [1, 2]\n" + "\n".join("a = a + a" for _ in range(80)) + "\nn = len(a)",
    "recursion": "def f(x):\n    return f(x + 1) + f(x + 2)\nn = f(0)",
    "mutual recursion": "def f(x):\n    return g(x)\ndef g(x):\n    return f(x), f(x)\nn = f(0)",
    "endless": "n = 0\nwhile True:\n    n += 1",
    "deep loops": "n = 0\n" + "".join(f"{'    ' * i}for i{i} in range(100):\n" for i in range(15)) + "    " * 15 + "n += 1",
    "shifts": "n = 1 << 10**9",
    "comprehensions": "n = [a for a in range(1000) for b in range(1000) for c in range(1000)]",
    "a long format": "n = '%99999999d' % 3",
    "a wide format": "n = f'{3:>99999999}'",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_program_gets_a_sentence(name):
    content, words = REFUSED[name]
    began = time.process_time()
    with pytest.raises(ReadError) as error:
        read(content, "notebook.ipynb" if "notebook" in name else "")
    assert words.lower() in str(error.value).lower()
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", WITHOUT_MODEL)
def test_what_holds_no_model_says_what_it_is(name):
    source, words = WITHOUT_MODEL[name]
    program = read(source)
    assert program.spec is None
    assert words in str(no_model(program))


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_constants_cost_no_time_and_the_rest_is_read(name):
    began = time.process_time()
    program = read(HEAD + HEAVY[name] + TAIL)
    assert time.process_time() - began < 2
    assert program.spec is not None or program.machine.full


def test_nothing_is_run(tmp_path):
    trap = tmp_path / "trap"
    lines = [
        f"open({str(trap)!r}, 'w').write('x')", f"__import__('os').system('touch {trap}')", f"exec(\"open({str(trap)!r}, 'w')\")",
        f"eval(\"open({str(trap)!r}, 'w')\")", f"from pathlib import Path\nPath({str(trap)!r}).touch()",
    ]  # fmt: skip
    read("\n".join(lines) + "\n" + RIGHT["keras-cnn"])
    assert not trap.exists()


def test_an_answer_with_prose_around_a_block_is_read_from_the_block():
    text = "Sure! Here is your model:\n\n```python\n" + RIGHT["keras-cnn"] + "```\nIt's a CNN (hope it helps.\n"
    program = read(text)
    assert program.spec is not None
    assert any("fenced" in str(what) for _, what in program.not_understood)
    assert program.compile.line == 24  # line numbers are those of the pasted text


def test_prompts_magics_and_notebooks():
    prompts = "\n".join(f">>> {line}" if not line.startswith(" ") else f"... {line}" for line in RIGHT["keras-mlp"].split("\n"))
    assert read(prompts).spec == read(RIGHT["keras-mlp"]).spec
    magics = "%matplotlib inline\n!pip install keras\n" + RIGHT["keras-cnn"]
    program = read(magics)
    assert program.spec is not None
    assert [line for line, _ in program.not_understood] == [1, 2]
    cells = [
        {"cell_type": "code", "source": RIGHT["torch-mlp"].splitlines(keepends=True)},
        {"cell_type": "markdown", "source": ["# x"]},
    ]
    assert read(json.dumps({"cells": cells}).encode(), "a.ipynb").spec == read(RIGHT["torch-mlp"]).spec


def test_other_encodings_and_python_2():
    assert read("# caf\u00e9\n".encode("latin-1") + RIGHT["keras-cnn"].encode()).spec is not None
    assert read(RIGHT["keras-mlp"] + "print 'Test score:', score[0]\nprint 'x'\n").spec is not None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("model = keras.Sequential()", "model = keras.Sequential(", "bracket"),
        ('metrics=["accuracy"])', 'metrics=["accuracy"]', "bracket"),
        ("EPOCHS = 10", "EPOCHS = = 10", "Python says"),
        ("BATCH = 64", "if True\n    BATCH = 64", "colon"),
        ("EPOCHS = 10", "EPOCHS = “10”", "character"),
        ("L.Dropout(0.4)", "L.Dropout(0.4 rate)", "comma"),
    ],
)
def test_a_syntax_error_is_told_with_its_line_and_what_to_do(old, new, words):
    from clsf.reader.findings import faults

    source = RIGHT["keras-cnn"].replace(old, new, 1)
    line = RIGHT["keras-cnn"][: RIGHT["keras-cnn"].index(old)].count("\n") + 1
    try:
        told = [(f.line, str(f.sentence)) for f in faults(read(source)) if f.kind == "syntax"]
    except ReadError as error:
        told = [(error.line, str(error))]
    assert told
    assert abs(told[0][0] - line) <= 1
    assert words in told[0][1]


def test_the_command_says_one_sentence_and_2(tmp_path, capsys):
    path = tmp_path / "a.py"
    path.write_text(WITHOUT_MODEL["JAX"][0])
    assert main(["read", str(path), "--json"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["read", str(tmp_path / "none.py")]) == 2
    path.write_text(RIGHT["keras-cnn"])
    assert main(["read", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    assert main(["read", str(path), "--to", "torch"]) == 0
    assert "class" in capsys.readouterr().out


def _spoilt(rng: random.Random, source: str) -> str:
    lines = source.split("\n")
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(lines))
        what = rng.randrange(6)
        if what == 0:
            del lines[at]
            lines = lines or [""]
        elif what == 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        elif what == 2:
            cut = rng.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + rng.choice("()[]{}:,.=*'\"\\ \t0x9\u00e9") + lines[at][cut:]
        elif what == 3:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        elif what == 4:
            words = lines[at].split(" ")
            rng.shuffle(words)
            lines[at] = " ".join(words)
        else:
            lines[at] = lines[at].replace(
                str(rng.randrange(10)), rng.choice(["None", "-1", "10**9", "0", "'a'", "()", "x", "[]", "1.5"])
            )
    return "\n".join(lines)


def _fuzz(seed: int, count: int) -> None:
    rng = random.Random(seed)
    sources = [source for source, _ in PROGRAMS.values()]
    for _ in range(count):
        source = _spoilt(rng, rng.choice(sources))
        began = time.process_time()
        with contextlib.suppress(ReadError):
            json.dumps(to_json(read(source)))
        assert time.process_time() - began < 2, source


def test_spoilt_programs_never_break_it():
    _fuzz(1, 60)


@pytest.mark.slow
def test_many_spoilt_programs_never_break_it():
    _fuzz(2, 3000)


def test_examples_in_a_docstring_are_not_taken_for_prompts_or_blocks():
    text = '"""Train.\n\n>>> main()\n\n```\npython train.py\n```\n"""\nimport torch.nn as nn\nnet = nn.Sequential(nn.Linear(4, 2))\n'
    program = read(text)
    assert program.spec is not None
    assert program.source.notes == []


LATER = {
    "a rate that takes for ever": ("def share(step):\n    while True:\n        step = step + 1\n    return step", "g['lr'] = 0.1 * share(epoch)"),
    "a rate that calls itself": ("def share(step):\n    return share(step) + share(step)", "g['lr'] = 0.1 * share(epoch)"),
    "sums of sums": ("def share(step):\n    s = 0\n    for i in range(99999):\n        for j in range(99999):\n            s += i * j\n    return s", "g['lr'] = 0.1 * share(epoch)"),
    "a huge rate": ("def share(step):\n    return 10 ** 10 ** step", "g['lr'] = 0.1 * share(epoch)"),
    "many comparisons": ("\n".join(f"if a{i} < b{i}:\n    b{i} = a{i}" for i in range(1500)), "pass"),
    "many penalties": ("\n".join(f"z{i} = 1e-4 * sum(p.pow(2).sum() for p in net.parameters())" for i in range(800)), "pass"),
}  # fmt: skip


@pytest.mark.parametrize("name", LATER)
def test_the_plan_of_a_strange_program_is_there_in_time(name):
    before, inside = LATER[name]
    text = (
        f"import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n{before}\n"
        f"g = torch.optim.SGD(net.parameters(), lr=0.1)\nfor epoch in range(400):\n    {inside}\n"
        "    loss = nn.CrossEntropyLoss()(net(x), y)\n    loss.backward()\n    g.step()\n"
    )
    began = time.process_time()
    program = read(text)
    faults(program)
    plan_of(program)
    assert time.process_time() - began < 4  # seconds; half of that on an idle machine
