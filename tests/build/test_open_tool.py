import pytest

from quantnn.build.open_tool import run_tool
from quantnn.errors import ToolError


def run(tmp_path, code, line=None):
    run_tool("the tool", ["-c", code], tmp_path, "tool.log", line)


def test_what_it_says_is_added_to_the_log(tmp_path):
    lines = []
    run(tmp_path, "print('one')", lines.append)
    run(tmp_path, "import sys; print('two', file=sys.stderr)")
    assert (tmp_path / "tool.log").read_text() == "one\ntwo\n" and lines == ["one"]


def test_it_works_in_the_folder(tmp_path):
    run(tmp_path, "from pathlib import Path; Path('here').touch()")
    assert (tmp_path / "here").exists()


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("'Info: no more'", ""),
        ("'ERROR: no such pin\\nERROR: Loading PCF failed.\\nInfo: 2 errors'", " (no such pin)"),
        ("'top.v:7: ERROR:Can not open file'", " (top.v:7: Can not open file)"),
        ("'top.v:3: ERROR: syntax error'", " (top.v:3: syntax error)"),
    ],
)
def test_a_failure_names_the_first_error(tmp_path, says, why):
    with pytest.raises(ToolError) as caught:
        run(tmp_path, f"import sys; print({says}); sys.exit(3)")
    assert str(caught.value) == f"the tool failed{why}: see tool.log"

def test_a_failure_of_a_program_in_python_names_what_it_raised(tmp_path):
    with pytest.raises(ToolError) as caught:
        run(tmp_path, "raise OSError(30, 'Read-only file system', '/home/cache')")
    raised = "OSError: [Errno 30] Read-only file system: '/home/cache'"
    assert str(caught.value) == f"the tool failed ({raised}): see tool.log"
