"""A network of da4ml or alkaid as Verilog, for unrolled.py: runs where these and numpy are, without quantnn.

    PYTHON benchmarks/unrolled_peers.py da4ml|alkaid CASE.npz LATENCY_CUTOFF FOLDER [STAGES]

CASE is as unrolled.py says. FOLDER takes the Verilog, `src/`, and `peer.json`: adders, register banks, and the seconds
of the processor from the matrices to the Verilog. Outputs of hidden layers saturate, as the networks' do; da4ml's
default, to wrap, is cheaper and gives other answers. Both get hard_dc=2, with which they make the smallest graphs at
this depth. alkaid is asked for STAGES of registers, and for no ternary adders, which take more of these LUTs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np


def layers(values, case, quantize, relu):
    for layer in range(len(case["dims"]) - 1):
        values = values @ case[f"W{layer}"].astype(np.float64) + case[f"b{layer}"].astype(np.float64)
        if layer < len(case["shifts"]) and f"W{layer + 1}" in case:
            values = quantize(relu(values) * 2.0 ** -int(case["shifts"][layer]), 0, 8, 0, "SAT", "TRN")
    return values


def inputs(array, config, count):
    ones, sevens, zeros = (np.full(count, value) for value in (1, 7, 0))
    return array.from_kif(ones, sevens, zeros, config(1, -1, -1), 0.0, {"hard_dc": 2})


def of_da4ml(case, cutoff, stages, folder):
    from da4ml.codegen import RTLModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace
    from da4ml.trace.ops import quantize, relu

    values = inputs(FixedVariableArray, HWConfig, int(case["dims"][0]))
    logic = comb_trace(values, layers(values, case, quantize, relu))
    model = RTLModel(logic, "model", str(folder), flavor="verilog", latency_cutoff=cutoff)
    model.write()
    return logic, len(model._pipe[0]) + 1


def of_alkaid(case, cutoff, stages, folder):
    from alkaid.codegen import RTLModel
    from alkaid.trace import FVArray, HWConfig, trace
    from alkaid.trace.ops import quantize, relu

    values = inputs(FVArray, HWConfig, int(case["dims"][0]))
    logic = trace(values, layers(values, case, quantize, relu))
    cut = {"n_stages": stages} if stages else {"latency_cutoff": cutoff}
    model = RTLModel(logic, str(folder), "model", flavor="verilog", ternary_fuse=False, **cut)
    model.write()
    return logic, len(model.fsm.logic) + 1


def main(tool, path, cutoff, folder, stages=0):
    with np.load(path) as case:
        start = time.process_time()
        logic, banks = {"da4ml": of_da4ml, "alkaid": of_alkaid}[tool](case, cutoff, stages, folder)
        seconds = time.process_time() - start
        if not np.array_equal(logic.predict(case["x"].astype(np.float64)).astype(np.int64), case["y"]):
            raise SystemExit(f"the network of {tool} must give the case's answers")
    adders = sum(op.opcode in (0, 1) for op in logic.ops)
    made = {"adders": adders, "banks": banks, "seconds": seconds}
    (folder / "peer.json").write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]), *map(int, sys.argv[5:]))
