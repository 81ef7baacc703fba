"""Runs in the simulator: how often the clocks of a bench rise in a time, once they are locked."""

import json
import os
from pathlib import Path

import cocotb
from cocotb.triggers import Timer

MICROSECONDS = 50


@cocotb.test()
async def count(dut):
    await Timer(1, "us")
    early = dut.locked.value.to_unsigned()
    await Timer(3, "us")
    names = json.loads(os.environ["QUANTNN_CLOCKS"])
    before = {name: getattr(dut, f"count_{name}").value.to_unsigned() for name in names}
    await Timer(MICROSECONDS, "us")
    risen = {name: getattr(dut, f"count_{name}").value.to_unsigned() - before[name] for name in names}
    found = {"early": early, "locked": dut.locked.value.to_unsigned(), "risen": risen}
    Path(os.environ["QUANTNN_FOUND"]).write_text(json.dumps(found))
