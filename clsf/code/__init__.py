"""Models and plans as source that runs without this package: Keras and PyTorch, scripts and a notebook. Text only."""

from clsf.code.lines import Code, Line
from clsf.code.notebook import notebook
from clsf.code.render import STYLES, CodeStyle, model_code, why_not
from clsf.code.whole import VARIANTS, loop_code, script

__all__ = ["STYLES", "VARIANTS", "Code", "CodeStyle", "Line", "loop_code", "model_code", "notebook", "script", "why_not"]
