import re

import numpy as np
import pytest
from gateware import run
from networks import random_network, random_samples
from unrolled_pipelines import unrolled

from quantnn.adders.logic_target import ECP5
from quantnn.hdl.core.unrolled.datapath import UnrolledDatapath
from quantnn.hdl.core.verilog import emit_verilog
from quantnn.network.reference import evaluate
from quantnn.plan.unrolled.delays import Delays
from quantnn.plan.unrolled.schedule import Pipelining

DELAYS = Delays(register=500, lut=900, adder=1000, carry=50, fanout=100)
RULES = [Pipelining(1), Pipelining(2), Pipelining(4), Pipelining(4000, DELAYS), Pipelining(1000)]


def packed(values, format):
    """Integers side by side, the first lowest."""
    mask = (1 << format.width) - 1
    return sum((value & mask) << place * format.width for place, value in enumerate(values))


def unpacked(bits, format, count):
    values = []
    for place in range(count):
        value = bits >> place * format.width & (1 << format.width) - 1
        values.append(value - (value >> format.width - 1 << format.width) if format.signed else value)
    return values


def stream_through(pipeline, samples, gaps):
    """What comes out in each cycle, None where nothing does, if a sample goes in where ``gaps`` has a False."""
    dut, rows, out = UnrolledDatapath(pipeline), iter(samples.tolist()), []
    last = pipeline.layers[-1]

    def answer(ctx):
        return unpacked(ctx.get(dut.o), last.output, last.out_features)

    async def bench(ctx):
        for gap in [*gaps, *[True] * (pipeline.latency + 2)]:
            out.append(answer(ctx) if ctx.get(dut.done) else None)
            ctx.set(dut.valid, not gap)
            if not gap:
                ctx.set(dut.i, packed(next(rows), pipeline.inputs.union))
            await ctx.tick()

    run(dut, bench)
    return out


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_answers_are_the_references_one_in_every_cycle(seed, rule):
    network = random_network(seed)
    pipeline = unrolled(network, rule)
    samples = random_samples(network, 20, seed)
    out = stream_through(pipeline, samples, [False] * 20)
    answers = evaluate(network, samples).logits.tolist()
    assert out == [None] * pipeline.latency + answers + [None] * 2


@pytest.mark.parametrize("seed", range(4))
def test_tables_and_short_sums_give_the_same(seed):
    network = random_network(seed)
    pipeline = unrolled(network, target=ECP5)
    samples = random_samples(network, 30, seed)
    out = stream_through(pipeline, samples, [False] * 30)
    assert out[pipeline.latency : -2] == evaluate(network, samples).logits.tolist()


def test_gaps_stay_gaps():
    network = random_network(8)
    pipeline = unrolled(network)
    gaps = (np.random.default_rng(3).random(60) < 0.5).tolist()
    samples = random_samples(network, gaps.count(False))
    out = stream_through(pipeline, samples, gaps)
    answers = iter(evaluate(network, samples).logits.tolist())
    assert out == [None] * pipeline.latency + [None if gap else next(answers) for gap in gaps] + [None] * 2


def emitted(pipeline, folder):
    folder.mkdir()
    (written,) = emit_verilog(UnrolledDatapath(pipeline), "pipeline", folder)
    return written.read_text()


def test_every_layer_has_a_tap(tmp_path):
    pipeline = unrolled(random_network(4, widths=[5, 4, 3], rescale=True))
    text = emitted(pipeline, tmp_path / "core")
    for number, layer in enumerate(pipeline.layers):
        assert f"wire layer_{number}_valid;" in text
        assert f"wire [{layer.out_features * layer.output.width - 1}:0] layer_{number}_results;" in text
    assert "tap" not in text


def test_the_same_pipeline_gives_the_same_bytes(tmp_path):
    texts = [emitted(unrolled(random_network(9)), tmp_path / name) for name in ("first", "second")]
    assert texts[0] == texts[1]
    assert not re.findall(r"\\\$[a-z]\S*", texts[0])


def test_only_the_flight_has_a_reset(tmp_path):
    text = emitted(unrolled(random_network(9), Pipelining(1)), tmp_path / "core")
    assert len(re.findall(r"\brst\b ?\?", text)) == 1
