import sys

import pytest

from quantnn import machine, tools
from quantnn.errors import ToolError


def python(*words):
    return [sys.executable, "-c", *words]


def test_output_and_errors_go_to_the_log_behind_what_stands_there(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    tools.run(python("import sys; print('out', flush=True); print('err', file=sys.stderr)"), cwd=tmp_path, log=log)
    assert log.read_text() == "before\nout\nerr\n"


def test_folder_and_environment(tmp_path):
    (tmp_path / "inside").mkdir()
    script = "import os, pathlib; pathlib.Path('found').write_text(os.environ['WORD'])"
    tools.run(python(script), cwd=tmp_path / "inside", env={"WORD": "hello"}, log=tmp_path / "log")
    assert (tmp_path / "inside" / "found").read_text() == "hello"


def test_a_failure_names_the_program_the_code_and_the_log(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(ToolError) as caught:
        tools.run(python("raise SystemExit(7)"), cwd=tmp_path, log=log)
    name = sys.executable.rsplit("/", 1)[1]
    assert str(caught.value) == f"{name} failed with exit code 7; its output is in {log}"


def test_a_program_that_is_not_there(tmp_path):
    with pytest.raises(ToolError, match=r"^no_such_program could not be started: "):
        tools.run(["no_such_program"], cwd=tmp_path, log=tmp_path / "log")


def test_a_machine_that_lacks_something(monkeypatch):
    monkeypatch.setattr(tools, "missing_packages", lambda: ["g++", "make"])
    with pytest.raises(ToolError) as caught:
        tools.check_machine()
    assert str(caught.value) == machine.remedy(["g++", "make"])


def test_a_machine_that_lacks_nothing(monkeypatch):
    monkeypatch.setattr(tools, "missing_packages", list)
    tools.check_machine()
