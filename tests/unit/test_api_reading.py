"""`clsf.api.read`: what it reads out of a program, as tables and as code."""

import pytest

from clsf.api import read
from clsf.errors import ClsfError
from clsf.model.layers import Dense, Flatten

PROGRAM = """
import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.Softmax(dim=1))
loss = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""


def test_a_program_is_read(tmp_path):
    file = tmp_path / "homework.py"
    file.write_text(PROGRAM, "utf-8")
    found = read(file)
    assert found.model.layers == (Flatten(), Dense(10, "softmax"))
    assert (found.plan.optimizer, found.plan.learning_rate) == ("sgd", 0.1)
    assert "nn.Linear(64, 10)" in found.code("torch")
    assert "layers.Dense(10" in found.code("keras")
    faults = found.faults()
    assert list(faults.columns) == ["line", "kind", "certainty", "sentence", "mend"]
    assert faults.loc[0, ["line", "kind", "certainty"]].tolist() == [5, "softmax-then-logits-loss", "certain"]


def test_what_is_no_program_is_said(tmp_path):
    (tmp_path / "empty.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(ClsfError):
        read(tmp_path / "empty.py")
    with pytest.raises(ClsfError, match="can't be read: No such file"):
        read(tmp_path / "missing.py")
