"""A network of da4ml as Verilog, for unrolled.py: runs in an interpreter that has numpy and da4ml, no quantnn.

    PYTHON benchmarks/unrolled_peers.py CASE.npz LATENCY_CUTOFF FOLDER

CASE is as unrolled.py says. FOLDER takes the Verilog, `src/`, and `peer.json`: adders, register banks, and the seconds
of the processor from the matrices to the Verilog. Outputs of hidden layers saturate, as the networks' do; da4ml's
default, to wrap, is cheaper and gives other answers.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from da4ml.codegen import RTLModel
from da4ml.trace import FixedVariableArray, HWConfig, comb_trace
from da4ml.trace.ops import quantize, relu


def traced(case):
    count = int(case["dims"][0])
    ones, sevens, zeros = (np.full(count, value) for value in (1, 7, 0))
    inputs = FixedVariableArray.from_kif(ones, sevens, zeros, HWConfig(1, -1, -1), 0.0, {"hard_dc": 2})
    values = inputs
    for layer in range(len(case["dims"]) - 1):
        values = values @ case[f"W{layer}"].astype(np.float64) + case[f"b{layer}"].astype(np.float64)
        if layer < len(case["shifts"]) and f"W{layer + 1}" in case:
            values = quantize(relu(values) * 2.0 ** -int(case["shifts"][layer]), 0, 8, 0, "SAT", "TRN")
    return comb_trace(inputs, values)


def main(path, cutoff, folder):
    with np.load(path) as case:
        start = time.process_time()
        logic = traced(case)
        model = RTLModel(logic, "model", str(folder), flavor="verilog", latency_cutoff=cutoff)
        model.write()
        seconds = time.process_time() - start
        if not np.array_equal(logic.predict(case["x"].astype(np.float64)).astype(np.int64), case["y"]):
            raise SystemExit("da4ml's network must give the case's answers")
    adders = sum(op.opcode in (0, 1) for op in logic.ops)
    made = {"adders": adders, "banks": len(model._pipe[0]) + 1, "seconds": seconds}
    (folder / "peer.json").write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
