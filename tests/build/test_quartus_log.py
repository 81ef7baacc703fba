import pytest
import quartus_texts as texts

from quantnn.build.quartus_log import CompileLog, check_memories, error_lines
from quantnn.build.quartus_memories import VerilogMemory
from quantnn.errors import BuildError

MEMORIES = {f"core.layer_{number}.mac.weights.memory": VerilogMemory(16, 8, False) for number in range(5)}


def name_of(layer):
    return f"c:core|l:layer_{layer}|m:mac|w:weights|memory"


def follow(text, memories=MEMORIES):
    steps = []
    log = CompileLog(steps.append, memories)
    for line in text.splitlines():
        log.line(line)
    assert log.text == text.rstrip("\n")
    return steps


@pytest.mark.parametrize("analyzer", ["Timing Analyzer", "TimeQuest Timing Analyzer"])
def test_stages(analyzer):
    stages = ("Analysis & Synthesis", "Fitter", "Assembler", analyzer, "EDA Netlist Writer")
    assert follow(texts.flow_log(stages=stages)) == [
        "Quartus: synthesizing", "Quartus: placing and routing", "Quartus: writing the bitstream",
        "Quartus: analysing the timing",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Quartus II", "Quartus II 32-bit", "Quartus II 64-Bit"])
def test_stages_of_older_versions(name):
    assert follow(texts.flow_log(name=name)) == follow(texts.flow_log())


def test_a_lost_memory_stops_it_before_the_fitter():
    with pytest.raises(BuildError, match=r"layer 2's weights \(16 words of 8 bits\)"):
        follow(texts.flow_log(texts.uninferred(name_of(2))))
    follow(texts.flow_log(texts.uninferred(name_of(2)), ["Analysis & Synthesis"]))


def test_many_memories_are_counted_and_some_named():
    text = "".join(texts.uninferred(name_of(layer)) for layer in range(5))
    text += texts.uninferred("b", 276004, "due to inappropriate RAM size")
    with pytest.raises(BuildError) as caught:
        check_memories(text, MEMORIES)
    shape = "(16 words of 8 bits)"
    assert str(caught.value) == (
        f"Quartus built 6 memories of logic instead of block RAM: layer 0's weights {shape}, layer 1's weights {shape},"
        f" layer 2's weights {shape} and 3 more, because of: MIF is not supported for the selected family (276013);"
        ' inappropriate RAM size (276004). MAX 10 initializes block RAM only with INTERNAL_FLASH_UPDATE_MODE "SINGLE'
        ' IMAGE WITH ERAM", which quantnn_board.qsf must set: export again'
    )


def test_nothing_lost():
    check_memories(texts.flow_log(), MEMORIES)


def test_errors_without_those_that_count_others():
    text = (
        "Info: fine\n    Error (10161): a is undefined\nWarning (1): b\nError (10161): a is undefined\n"
        "Error: Quartus Prime Fitter was unsuccessful. 3 errors, 1 warning\n    Error: Elapsed time: 00:00:12\n"
        "Error (293001): Quartus Prime Full Compilation was unsuccessful. 4 errors, 1 warning\n"
        "Internal Error: Sub-system: FSV\n*** Fatal Error: Segment Violation\nErroneous\n"
    )
    assert error_lines(text) == [
        "Error (10161): a is undefined", "Internal Error: Sub-system: FSV", "*** Fatal Error: Segment Violation",
    ]  # fmt: skip
