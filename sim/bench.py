"""The cocotb test that drives the compiled bench: starts it, awaits it, reads it back.

Runs inside the simulator. ``QUANTNN_BENCH`` names a JSON file with the fields of ``quantnn.sim.simulator.Run`` and the
number of layers of each device under test; the findings go to ``findings.json`` beside it.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.triggers import RisingEdge, Timer

CYCLE_NS = 10


def checker_findings(checker):
    """A checker's counters; the first difference as integers, or as text where it holds X."""

    def bits(handle):
        value = handle.value
        return value.to_unsigned() if value.is_resolvable else str(value)

    return {
        "beats": checker.beats.value.to_unsigned(),
        "mismatches": checker.mismatches.value.to_unsigned(),
        "first_beat": checker.first_beat.value.to_unsigned(),
        "got": bits(checker.first_got),
        "expected": bits(checker.first_expected),
        "surplus": bool(checker.first_surplus.value),
    }


@cocotb.test()
async def bench(dut):
    """Run every sample through every device and write down what the checkers counted."""
    path = Path(os.environ["QUANTNN_BENCH"])
    run = json.loads(path.read_text(encoding="utf-8"))
    dut.rst.value = int(run["reset"])
    dut.stall_in.value = int(run["stall_in"] * (1 << 16))
    dut.stall_out.value = int(run["stall_out"] * (1 << 16))
    dut.samples.value = run["samples"]
    dut.warm.value = run["warm"]
    dut.patience.value = run["patience"]
    await Timer(4 * CYCLE_NS, "ns")
    dut.rst.value = 0
    dut.run.value = 1
    for cycle in run["resets"]:
        dut.pause_at.value = cycle
        await RisingEdge(dut.paused)
        dut.rst.value = 1
        await Timer(CYCLE_NS, "ns")
        dut.rst.value = 0
    await RisingEdge(dut.finished)

    findings = []
    for number, layers in enumerate(run["layers"]):
        sink = getattr(dut, f"sink_{number}")
        findings.append(
            {
                "samples": sink.samples.value.to_unsigned(),
                "protocol_errors": sink.protocol_errors.value.to_unsigned(),
                "first_input": getattr(dut, f"first_input_{number}").value.to_unsigned(),
                "first_output": sink.first_cycle.value.to_unsigned(),
                "warm_output": sink.warm_cycle.value.to_unsigned(),
                "last_output": sink.last_cycle.value.to_unsigned(),
                "output": checker_findings(sink.data),
                "layers": [checker_findings(getattr(dut, f"tap_{number}_{layer}")) for layer in range(layers)],
            }
        )
    path.with_name("findings.json").write_text(
        json.dumps({"hung": bool(dut.hung.value), "cycles": dut.cycle.value.to_unsigned(), "duts": findings}),
        encoding="utf-8",
    )
