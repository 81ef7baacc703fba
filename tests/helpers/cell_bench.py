"""Runs in the simulator: lets ecp5_cells_bench.v compare, first as it is, then with the inputs of one side spoilt."""

import json
import os
from pathlib import Path

import cocotb
from cocotb.triggers import Timer

CYCLES = 5000


@cocotb.test()
async def compare(dut):
    found = []
    dut.run.value = 1
    for spoilt in (0, 1):
        dut.spoil.value = spoilt
        await Timer(10 * CYCLES, "ns")
        names = ("cycles", "changes", "mismatches", "differ", "garbage", "strays")
        found.append({name: getattr(dut, name).value.to_unsigned() for name in names})
    Path(os.environ["QUANTNN_CELLS"]).write_text(json.dumps(found))
