import copy
import pickle

import pytest

from quantnn import errors
from quantnn.errors import InputError, QuantnnError, ToolError, naming_parameters

EXIT_CODES = {
    "InputError": 2, "DoesNotFitError": 2, "ToolError": 2, "LinkError": 2, "VerificationError": 1, "BuildError": 1,
}


def test_every_error_is_listed():
    assert {*EXIT_CODES, "QuantnnError", "naming_parameters"} == set(errors.__all__)


@pytest.mark.parametrize(("name", "code"), EXIT_CODES.items())
def test_what_the_command_line_exits_with(name, code):
    """1 for an answer that is no, 2 for a question that cannot be asked."""
    error = getattr(errors, name)("what is wrong: do this")
    assert isinstance(error, QuantnnError) and error.exit_code == code
    assert str(error) == "what is wrong: do this"


def in_python(kind, text):
    with pytest.raises(kind) as caught, naming_parameters():
        raise kind(text)
    return caught.value


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("leave --activations out", "leave activations out"),
        ("use --weight-bits 6, or --target-ii: it fits", "use weight_bits 6, or target_ii: it fits"),
        ("divide (--input-scale, or input_mean)", "divide (input_scale, or input_mean)"),
        ("choose another folder with -o", "choose another folder with output"),
        ("--netlist must be ecp5", "family must be ecp5"),
        ("my--file.npz and a/--x/b -out --no.npz are files - and stay", None),
    ],
)
def test_parameters_of_python_for_flags(written, spoken):
    error = in_python(InputError, written)
    assert str(error) == (spoken or written) and error.as_written == written
    assert str(InputError(written)) == written
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(other), other.as_written) == (str(error), written)


def test_the_words_of_a_tool_stay():
    assert str(in_python(ToolError, "nextpnr: unknown option --seed")) == "nextpnr: unknown option --seed"
