import pytest
import typer
from typer.testing import CliRunner

from quantnn.cli.usage import PANELS, Commands, usage_message

app = typer.Typer(name="tool", cls=Commands, rich_markup_mode=None)


@app.command(rich_help_panel=PANELS[2])
def look(number: int = typer.Option(1, "--number", min=1)):
    """Look. And more of it."""


@app.command(rich_help_panel=PANELS[0])
def make(file: str, two: tuple[int, int] = typer.Option((1, 2), "--two")):
    """Make something of which there is so much to say that it does not go onto one line of a terminal."""


@app.command()
def other():
    """Belongs nowhere."""


def wrong(*words):
    with pytest.raises(typer.TyperException) as error:
        app(list(words), prog_name="tool", standalone_mode=False)
    assert error.value.exit_code == 2
    return usage_message(error.value)


@pytest.mark.parametrize(
    "line, message",
    [
        ("mkae", "No such command 'mkae'. Did you mean 'make'? See tool --help"),
        ("xyz", "No such command 'xyz'. See tool --help"),
        ("look --nubmer 3", "No such option: --nubmer. Did you mean --number? See tool look --help"),
        ("look --xyz", "No such option: --xyz. See tool look --help"),
        ("look -q", "No such option: -q. See tool look --help"),
        ("make", "Missing argument 'file'. See tool make --help"),
        ("make x y", "Got unexpected extra argument(s) (y). See tool make --help"),
        ("make x --two 3", "Option '--two' requires 2 arguments"),
    ],
)
def test_a_wrong_line_is_one_sentence_with_the_nearest_word(line, message):
    assert wrong(*line.split()) == message


@pytest.mark.parametrize("value", ["x", "0"])
def test_a_wrong_value_names_the_option(value):
    message = wrong("look", "--number", value)
    assert message.startswith("Invalid value for '--number': ")
    assert message.endswith(" See tool look --help") and "\n" not in message


def test_commands_stand_under_their_headings_and_their_sentences_are_not_cut():
    out = CliRunner().invoke(app, ["--help"], prog_name="tool").stdout
    places = [out.index(word) for word in (PANELS[0], "make", PANELS[2], "look", "Commands:", "other")]
    assert places == sorted(places)
    assert PANELS[1] not in out and "And more of it" not in out
    assert "go onto one line of a terminal." in " ".join(out.split())
