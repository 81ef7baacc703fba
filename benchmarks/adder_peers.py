"""An adder graph of da4ml or alkaid, for adder_graphs.py: runs in an interpreter that has numpy and these, no quantnn.

    PYTHON benchmarks/adder_peers.py da4ml|alkaid HARD_DC PROBLEM.npz GRAPH.npz

PROBLEM holds `matrix` (inputs, outputs) and the ends of the inputs' ranges, `lo` and `hi`. GRAPH gets what
`AdderGraph.from_arrays` takes, the tool's own `cost`, and `seconds` of the processor. da4ml counts bits (adder_size=1,
carry_size=-1), which is what the comparison is about; everything else is as either tool has it.
"""

from __future__ import annotations

import sys
import time

import numpy as np


def da4ml_stages(matrix, ranges, hard_dc):
    from da4ml.cmvm import solve

    solution = solve(matrix, qintervals=ranges, hard_dc=hard_dc, adder_size=1, carry_size=-1)
    return solution.solutions, lambda op: (op.id0, op.id1, op.data)


def alkaid_stages(matrix, ranges, hard_dc):
    from alkaid.cmvm import cmvm_solve

    return cmvm_solve(matrix, qintervals=ranges, hard_dc=hard_dc), lambda op: (*op.addr, op.data[0])


def graph(stages, operands, inputs):
    """Arrays of the graph that stages, one behind the other, amount to.

    Either tool's nodes may be fractions or negative; here each is a node of the graph, shifted, with a sign.
    """
    adders, values = [], [(number, 0, 1) for number in range(inputs)]
    for stage in stages:
        moved = zip(values, stage.inp_shifts, strict=True)
        given = [(node, shift + int(more), sign) for (node, shift, sign), more in moved]
        found = []
        for op in stage.ops:
            if op.opcode == -1:
                found.append(given[len(found)])
                continue
            if op.opcode not in (0, 1):
                raise SystemExit(f"an operation must be an addition or a subtraction, not {op}")
            left, right, shift = operands(op)
            node, own, sign = found[left]
            other, its, its_sign = found[right]
            its, its_sign = its + int(shift), its_sign * (1 - 2 * op.opcode)
            if sign < 0 < its_sign:
                node, own, sign, other, its, its_sign = other, its, its_sign, node, own, sign
            common = min(own, its)
            adders.append((node, other, own - common, its - common, sign * its_sign))
            found.append((inputs + len(adders) - 1, common, sign))
        values = []
        for index, more, negative in zip(stage.out_idxs, stage.out_shifts, stage.out_negs, strict=True):
            node, shift, sign = found[index] if index >= 0 else (-1, -int(more), 1)
            values.append((node, shift + int(more), -sign if negative else sign))
    return {
        "inputs": np.array([inputs]),
        "constants": np.zeros(0, dtype=np.int64),
        "adders": np.array(adders, dtype=np.int64).reshape(-1, 5),
        "outputs": np.array(values, dtype=np.int64),
    }


def main() -> None:
    tool, hard_dc, problem, result = sys.argv[1:]
    with np.load(problem) as arrays:
        matrix = np.ascontiguousarray(arrays["matrix"], dtype=np.float32)
        ranges = [(float(lo), float(hi), 1.0) for lo, hi in zip(arrays["lo"], arrays["hi"], strict=True)]
    stages_of = {"da4ml": da4ml_stages, "alkaid": alkaid_stages}[tool]
    stages_of(np.eye(2, dtype=np.float32), [(0.0, 1.0, 1.0)] * 2, 0)
    start = time.process_time()
    stages, operands = stages_of(matrix, ranges, int(hard_dc))
    seconds = time.process_time() - start
    cost = sum(float(stage.cost) for stage in stages)
    np.savez(result, **graph(stages, operands, len(matrix)), cost=cost, seconds=seconds)


if __name__ == "__main__":
    main()
