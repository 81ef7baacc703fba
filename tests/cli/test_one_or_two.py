from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from quantnn.cli.one_or_two import OneOrTwo, doubled

app = typer.Typer()


@app.command(cls=OneOrTwo)
def command(
    first: Path,
    test: Annotated[tuple[Path, Path] | None, typer.Option()] = None,
    validation: Annotated[tuple[Path, Path] | None, typer.Option()] = None,
    flag: Annotated[bool, typer.Option("--flag")] = False,
    other: Annotated[str, typer.Option()] = "",
) -> None:
    pairs = ("+".join(map(str, pair)) for pair in (test, validation) if pair)
    print(first, " ".join(pairs) or None, flag, other)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("m", "m None False "),
        ("m --test x y", "m x+y False "),
        ("m --test x", "m x+x False "),
        ("--test x y m", "m x+y False "),
        ("--test x m", "m x+x False "),
        ("--test x --flag m", "m x+x True "),
        ("m --test x --other y", "m x+x False y"),
        ("m --test=x y", "m x+y False "),
        ("m --test=x", "m x+x False "),
        ("--test=x m", "m x+x False "),
        ("--other --test=x m", "m None False --test=x"),
        ("--test x -- m", "m x+x False "),
        ("m --validation x --test y", "m y+y x+x False "),
        ("--test x y --validation z m", "m x+y z+z False "),
        ("--validation x y --test z m", "m z+z x+y False "),
        ("m --validation=x y", "m x+y False "),
    ],
)
def test_one_or_two_values(line, told):
    result = CliRunner().invoke(app, line.split())
    assert (result.exit_code, result.output.strip()) == (0, told.strip())


@pytest.mark.parametrize(
    ("line", "words"),
    [("m --test", "--test"), ("m --test x y z", "(z)"), ("--test x", "first"), ("m --test x --flog", "--flog")],
)
def test_wrong_usage_is_told_as_it_was_typed(line, words):
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2 and words in result.output


def test_words_behind_two_hyphens_are_arguments():
    assert doubled(["--", "--test", "x"]) == ["--", "--test", "x"]
