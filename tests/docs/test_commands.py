"""Links lead somewhere, and commands on the pages exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from pages import CLI, FENCE, LINK, PAGES, README, ROOT, command_lines, name_of

from quantnn.cli import app
from quantnn.cli.one_or_two import doubled

ROOT_COMMAND = typer.main.get_command(app)
COMMANDS = ROOT_COMMAND.commands


def anchors(page):
    """Anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", page.read_text())
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_and_their_anchors_exist(page):
    missing = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            missing.append(link)
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_stands_in_cli_md_with_an_example(name):
    sections = re.split(r"^## quantnn ([\w-]+)$", CLI.read_text(), flags=re.MULTILINE)
    section = dict(zip(sections[1::2], sections[2::2], strict=True))[name]
    assert f"$ quantnn {name}" in section
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert option == "--help" or f"`{option}`" in section
            default = parameter.default
            if isinstance(default, int | str | Path) and not isinstance(default, bool):
                assert re.search(rf"`{parameter.opts[-1]}`.*\| `?{re.escape(str(default))}`? \|", section)
        else:
            assert f"| `{parameter.name.upper()}` |" in section


def test_cli_md_has_no_command_or_option_that_does_not_exist():
    text = CLI.read_text()
    assert set(re.findall(r"^## quantnn ([\w-]+)$", text, re.MULTILINE)) == set(COMMANDS)
    parameters = [p for command in (ROOT_COMMAND, *COMMANDS.values()) for p in command.params]
    options = {option for p in parameters for option in (*p.opts, *p.secondary_opts)}
    assert set(re.findall(r"`(--?[a-z][a-z-]*)`", text)) <= {*options, "--help", "-h"}


def check_command_line(line):
    """Raises if the line calls what does not exist."""
    words = shlex.split(line)
    program, rest = Path(words[0]).name, words[1:]
    if program == "quantnn":
        if rest[0] in ("--help", "--version"):
            return
        command = COMMANDS[rest[0]]
        command.make_parser(command.context_class(command)).parse_args(doubled(rest[1:]))
    elif program == "make" and "-C" not in rest:
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(rest) <= set(targets), line
    elif program == "pytest":
        assert all((ROOT / word).exists() for word in rest if word.startswith("tests")), line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_console_commands_exist(page):
    for line in command_lines(page):
        check_command_line(line)


@pytest.mark.parametrize("line", ["quantnn exprot m.npz", "quantnn export m.npz --bords x", "make deom"])
def test_a_command_that_does_not_exist_is_caught(line):
    with pytest.raises(Exception, match=r"exprot|bords|deom"):
        check_command_line(line)


def test_the_readme_has_the_two_commands_and_the_packages():
    lines = command_lines(README)
    assert {"make demo", "make test"} <= set(lines)
    packages = next(line for line in lines if "apt-get install" in line)
    assert packages.split(" install ")[1] == "python3-venv libpython3.11 g++ make perl"
