"""A network of da4ml or alkaid as Verilog, for unrolled.py: runs where these and numpy are, without quantnn.

    PYTHON benchmarks/unrolled_peers.py da4ml|alkaid CASE.npz LATENCY_CUTOFF FOLDER [STAGES]

CASE is as unrolled.py says; or, instead of `shifts`, it has `s0`, ..., for each output of a layer, `a0`, ..., the bits
behind it, and `inputs`, whether these are signed and their bits without the sign. FOLDER takes the Verilog, `src/`, and
`peer.json`: adders, their cost in bits by the tool, register banks, and the seconds of the processor from the matrices
to the Verilog. Outputs of hidden layers saturate, as the networks' do; da4ml's default, to wrap, is cheaper and gives
other answers. Both get hard_dc=2, with which they make the smallest graphs at this depth. alkaid is asked for STAGES of
registers, and for no ternary adders, which take more of these LUTs.
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
        if f"W{layer + 1}" in case:
            shifts = case[f"s{layer}"] if f"s{layer}" in case else case["shifts"][layer]
            bits = int(case[f"a{layer}"]) if f"a{layer}" in case else 8
            values = quantize(relu(values) * 2.0 ** -shifts.astype(np.float64), 0, bits, 0, "SAT", "TRN")
    return values


def inputs(array, config, case):
    signed, bits = case["inputs"].tolist() if "inputs" in case else (1, 7)
    formats = (np.full(int(case["dims"][0]), value) for value in (signed, bits, 0))
    return array.from_kif(*formats, config(1, -1, -1), 0.0, {"hard_dc": 2})


def of_da4ml(case, cutoff, stages, folder):
    from da4ml.codegen import RTLModel
    from da4ml.trace import FixedVariableArray, HWConfig, comb_trace
    from da4ml.trace.ops import quantize, relu

    values = inputs(FixedVariableArray, HWConfig, case)
    logic = comb_trace(values, layers(values, case, quantize, relu))
    model = RTLModel(logic, "model", str(folder), flavor="verilog", latency_cutoff=cutoff)
    model.write()
    return logic, len(model._pipe[0]) + 1


def of_alkaid(case, cutoff, stages, folder):
    from alkaid.codegen import RTLModel
    from alkaid.trace import FVArray, HWConfig, trace
    from alkaid.trace.ops import quantize, relu

    values = inputs(FVArray, HWConfig, case)
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
    made = {"adders": adders, "cost": float(logic.cost), "banks": banks, "seconds": seconds}
    (folder / "peer.json").write_text(json.dumps(made), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]), *map(int, sys.argv[5:]))
