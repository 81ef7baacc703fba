"""A testbench for an exported core, written from docs/core.md and its interface.json alone. Runs inside the simulator.

It knows nothing of quantnn: ``STRANGER`` names a JSON file with the description, samples, and what each is answered,
whole and cut after each beat. ``dut`` is the instantiation template with a signal at each port.
"""

import json
import os
import random
from collections import namedtuple
from itertools import pairwise
from pathlib import Path

import cocotb
from cocotb.triggers import FallingEdge, ReadOnly

GIVEN = json.loads(Path(os.environ["STRANGER"]).read_text())
CORE, SAMPLES = GIVEN["interface"], GIVEN["samples"]
IN, OUT = CORE["s_axis"], CORE["m_axis"]
PATIENCE = 40 * (CORE["interval"] + CORE["latency"])

Seen = namedtuple("Seen", "ready valid data last")


async def cycle(dut, rst=0, valid=0, data=0, last=0, ready=0):
    """What the core shows in a cycle with these inputs, at whose end the clock rises."""
    await FallingEdge(dut.clk)
    dut.rst.value, dut.answer_ready.value = rst, ready
    dut.sample_valid.value, dut.sample_data.value, dut.sample_last.value = valid, data, last
    await ReadOnly()
    shown = (dut.sample_ready, dut.answer_valid, dut.answer_data, dut.answer_last)
    return Seen(*(int(signal.value) for signal in shown))


async def reset(dut, cycles=CORE["reset_cycles"]):
    for _ in range(cycles):
        await cycle(dut, rst=1, data=random.getrandbits(IN["tdata_bits"]), valid=1, last=1, ready=1)


def beats(elements, length=None):
    """A frame of (data, last), whose places without an element hold anything; ``length`` beats of it."""
    width, per_beat = IN["element"]["bits"], IN["elements_per_beat"]
    frame = []
    for beat in range(length or IN["beats"]):
        data = random.getrandbits(IN["tdata_bits"])
        for place, element in enumerate(elements[beat * per_beat : (beat + 1) * per_beat]):
            mask = (1 << width) - 1 << place * width
            data = data & ~mask | element << place * width & mask
        frame.append((data, 0))
    frame[-1] = frame[-1][0], 1
    return frame


def expected_beats(answer):
    """(data, last) of each beat of an answer: logits, the class so far, zeros."""
    width, per_beat = OUT["element"]["bits"], OUT["elements_per_beat"]
    found = []
    for beat in range(OUT["beats"]):
        logits = answer[beat * per_beat : (beat + 1) * per_beat]
        data = sum((logit & (1 << width) - 1) << place * width for place, logit in enumerate(logits))
        if OUT["class_bits"]:
            so_far = answer[: (beat + 1) * per_beat]
            chosen = so_far.index(max(so_far)) if len(answer) > 1 else int(answer[0] > 0)
            data |= chosen << per_beat * width
        found.append((data, int(beat == OUT["beats"] - 1)))
    return found


async def exchange(dut, frames, count, stall_in=0.0, stall_out=0.0):
    """Send the frames and take ``count`` beats.

    Returns what was taken, and the cycles in which the first beat went in and each answer's last one came out.
    """
    sending, taken, moved = [beat for frame in frames for beat in frame], [], []
    offered = waiting = None
    first = None
    for now in range(PATIENCE + 20 * len(sending)):
        if offered is None and sending and random.random() >= stall_in:
            offered = sending.pop(0)
        data, last = offered or (random.getrandbits(IN["tdata_bits"]), random.getrandbits(1))
        ready = int(random.random() >= stall_out)
        seen = await cycle(dut, valid=int(offered is not None), data=data, last=last, ready=ready)
        if waiting is not None:
            assert seen.valid and (seen.data, seen.last) == waiting, "an offered beat was withdrawn or changed"
        waiting = (seen.data, seen.last) if seen.valid and not ready else None
        if offered and seen.ready:
            first, offered = now if first is None else first, None
        if seen.valid and ready:
            taken.append((seen.data, seen.last))
            moved += [now] if seen.last else []
        if len(taken) == count and not sending and offered is None:
            return taken, first, moved
    raise AssertionError(f"{len(taken)} of {count} beats came, {len(sending)} are still to be sent")


async def check(dut, frames, answers, **stalls):
    """Each frame gets its answer, in turn, and nothing comes after the last."""
    wanted = [beat for answer in answers for beat in expected_beats(answer)]
    taken, first, moved = await exchange(dut, frames, len(wanted), **stalls)
    assert taken == wanted
    for _ in range(2 * CORE["latency"]):
        assert not (await cycle(dut, ready=1)).valid
    return first, moved


@cocotb.test()
async def without_a_reset(dut):
    """Power-up is a reset. This test is the first, and one edge has passed before its first cycle."""
    for _ in range(CORE["recovery_cycles"] - 1):
        seen = await cycle(dut, valid=1, data=random.getrandbits(IN["tdata_bits"]), ready=1)
        assert not seen.ready and not seen.valid
    assert (await cycle(dut)).ready
    await check(dut, [beats(SAMPLES[0]["elements"])], [SAMPLES[0]["answer"]])


@cocotb.test()
async def latency_and_interval(dut):
    await reset(dut)
    first, moved = await check(dut, [beats(s["elements"]) for s in SAMPLES], [s["answer"] for s in SAMPLES])
    assert moved[0] - first == CORE["latency"]
    steady = moved[len(moved) // 2 :]
    assert {b - a for a, b in pairwise(steady)} == {CORE["interval"]}


@cocotb.test()
async def stalls(dut):
    await reset(dut)
    for stall_in, stall_out in ((0.5, 0.0), (0.0, 0.5), (0.6, 0.4), (0.0, 0.95)):
        frames = [beats(s["elements"]) for s in SAMPLES]
        await check(dut, frames, [s["answer"] for s in SAMPLES], stall_in=stall_in, stall_out=stall_out)


@cocotb.test()
async def frames_of_another_length(dut):
    """Too short, too long, and right ones in between."""
    await reset(dut)
    for stall_in, stall_out in ((0.0, 0.0), (0.3, 0.5)):
        frames, answers = [], []
        for sample in SAMPLES:
            length = random.randint(1, 2 * IN["beats"] + 1)
            frames += [beats(sample["elements"], length), beats(sample["elements"])]
            early = sample["cut"][length - 1] if length < IN["beats"] else sample["answer"]
            answers += [early, sample["answer"]]
        await check(dut, frames, answers, stall_in=stall_in, stall_out=stall_out)


@cocotb.test()
async def no_tlast_at_all(dut):
    """One answer, then everything is dropped until there is one."""
    await reset(dut)
    endless = [(data, 0) for sample in SAMPLES[:3] for data, _ in beats(sample["elements"])]
    await check(dut, [endless], [SAMPLES[0]["answer"]])
    await check(dut, [[(0, 1)], beats(SAMPLES[1]["elements"])], [SAMPLES[1]["answer"]])


@cocotb.test()
async def resets_in_mid_stream(dut):
    """Of one cycle and of more, in any cycle: the core stays closed as long as it says, and begins anew."""
    for number in range(24):
        stream = [beat for sample in SAMPLES for beat in beats(sample["elements"])]
        for _ in range(random.randint(1, CORE["latency"] + 4 * CORE["interval"])):
            data, last = stream[0]
            seen = await cycle(dut, valid=1, data=data, last=last, ready=random.getrandbits(1))
            stream = stream[seen.ready :] or [(0, 1)]
        await reset(dut, CORE["reset_cycles"] + (number % 3 == 0) * random.randint(1, 3))
        for _ in range(CORE["recovery_cycles"]):
            seen = await cycle(dut, valid=1, data=random.getrandbits(IN["tdata_bits"]), last=1, ready=1)
            assert not seen.ready and not seen.valid
        assert (await cycle(dut)).ready
        chosen = random.sample(SAMPLES, 3)
        frames, answers = [beats(s["elements"]) for s in chosen], [s["answer"] for s in chosen]
        await check(dut, frames, answers, stall_in=0.2, stall_out=0.2)


@cocotb.test()
async def valid_does_not_wait_for_ready(dut):
    await reset(dut)
    frame = beats(SAMPLES[0]["elements"])
    for _ in range(PATIENCE):
        data, last = frame[0] if frame else (0, 0)
        seen = await cycle(dut, valid=int(bool(frame)), data=data, last=last)
        frame = frame[seen.ready :]
        if seen.valid:
            assert (seen.data, seen.last) == expected_beats(SAMPLES[0]["answer"])[0]
            return
    raise AssertionError("no answer was offered to a sink that waits for one")
