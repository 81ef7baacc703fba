import pytest
from told import Told

from quantnn.api.told import told
from quantnn.system.progress import SILENT


def test_silent_unless_asked(capsys):
    with told(False) as telling:
        assert telling is SILENT
        telling("working", 3)
    assert capsys.readouterr() == ("", "")


def test_shown_on_standard_error(capsys):
    with told(True) as telling:
        telling("working", 3)
    assert capsys.readouterr() == ("", "… working\n")


def test_anybody_may_be_told():
    listener = Told()
    with told(listener) as telling:
        telling("working")
    assert listener.steps == ["working"]


def test_what_breaks_off_is_no_more_told(capsys):
    with pytest.raises(ValueError, match="broken"), told(True) as telling:
        telling("working")
        raise ValueError("broken")
    assert "✓" not in capsys.readouterr().err
