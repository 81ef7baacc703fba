import json

import pytest

from quantnn.build.yosys import run_yosys
from quantnn.errors import ToolError


def test_commands_run_one_after_the_other_in_the_folder(tmp_path):
    (tmp_path / "top.v").write_text("module top(input a, output b); assign b = !a; endmodule\n")
    run_yosys(["read_verilog top.v", "techmap", "write_json top.json"], tmp_path, "log.txt")
    cells = json.loads((tmp_path / "top.json").read_text())["modules"]["top"]["cells"]
    assert [cell["type"] for cell in cells.values()] == ["$_NOT_"]
    assert "Executing JSON backend" in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize("command", ["read_verilog missing.v", "no_such_command"])
def test_a_command_that_fails(tmp_path, command):
    with pytest.raises(ToolError, match=r"^Yosys failed \(.*\): see log\.txt$"):
        run_yosys([command, "write_json top.json"], tmp_path, "log.txt")
    assert not (tmp_path / "top.json").exists()
