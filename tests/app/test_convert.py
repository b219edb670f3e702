"""The section Convert shows where two files first differ, and offers downloads; a refusal is a sentence."""

from __future__ import annotations

from clsf.convert.comparing import compared
from clsf.convert.lab import ConversionResult
from clsf.ui.compare import keys
from clsf.ui.compare.convert import _Done
from clsf.words import say
from tests.app.seen import well
from tests.unit.test_convert import numbers, run, whole


def done(changed: bool) -> _Done:
    weights = numbers()
    other = whole(weights | ({"5.kernel": weights["5.kernel"].T} if changed else {}))
    first = whole(weights)
    return _Done(ConversionResult(first, other, compared(first, other, run, 3)), b"", True, "digits")


def test_the_layer_and_the_cause_are_told(open_app):
    app = well(open_app("compare", "ko", compare="convert"))
    app.session_state[keys.CONVERTED] = done(True)
    well(app.run())
    assert "층 layer5에서 갈라집니다" in app.error[0].value
    assert "≠" in list(app.dataframe[0].value[""])
    app.session_state[keys.CONVERTED] = done(False)
    well(app.run())
    assert not app.error
    assert app.success
    app.session_state[keys.CONVERTED] = say("No such {thing}.", thing="file")
    assert well(app.run()).error[0].value == "No such file."
