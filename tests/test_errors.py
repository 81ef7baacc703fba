import pytest

from quantnn import errors
from quantnn.errors import QuantnnError

EXIT_CODES = {
    "InputError": 2, "DoesNotFitError": 2, "ToolError": 2, "LinkError": 2, "VerificationError": 1, "BuildError": 1,
}


def test_every_error_is_listed():
    assert {*EXIT_CODES, "QuantnnError"} == set(errors.__all__)


@pytest.mark.parametrize(("name", "code"), EXIT_CODES.items())
def test_what_the_command_line_exits_with(name, code):
    """1 for an answer that is no, 2 for a question that cannot be asked."""
    error = getattr(errors, name)("what is wrong: do this")
    assert isinstance(error, QuantnnError) and error.exit_code == code
    assert str(error) == "what is wrong: do this"
