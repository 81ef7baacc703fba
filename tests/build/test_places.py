import pytest

from quantnn.build.places import describe_place


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("core.layer_0.mac.weights.memory", "layer 0's weights"),
        ("core.layer_12.mac.weights.memory_1[3]", "layer 12's weights"),
        ("core.layer_0.mac.accumulator_3[7]", "layer 0's multipliers and accumulators"),
        ("core.layer_0.mac[3]", "layer 0's multipliers and accumulators"),
        ("core.layer_1.drain.parameters.data[5]", "layer 1's biases and scales"),
        ("core.layer_1.drain.requantizer_3.sum", "layer 1's requantizer"),
        ("core.layer_1.drain.table_0.data", "layer 1's activation table"),
        ("core.layer_1.drain.flight[2]", "layer 1's requantizer"),
        ("core.layer_2.queue.memory", "layer 2's output queue"),
        ("core.layer_2.column.count[0]", "layer 2's control"),
        ("core.layer_2", "layer 2's control"),
        ("layer_2.macaroon.x", "layer 2's control"),
        ("core.input_stage.queue.memory", "the input queue"),
        ("core.input_stage.framer.beat.count", "the core's input"),
        ("core.classifier.held", "the choice of the class"),
        ("core.held", "the core's control"),
        ("samples.memory", "the built-in samples"),
        ("link.samples.memory", "the host link's samples"),
        ("link.encoder.memory", "the host link's answers"),
        ("link.identity.memory", "the host link's identity"),
        ("link.receiver.count", "the host link"),
        ("view.class_0.segments", "the displays"),
        ("KEY[0]", "the board's top"),
        ("player_1.held", "the board's top"),
    ],
)
def test_words(place, words):
    assert describe_place(place) == words


def test_every_memory_of_a_design_has_a_part_of_its_own(digits):
    from quantnn.build.quartus_memories import read_memories

    words = [describe_place(place) for place in read_memories(digits / "board")]
    assert len(words) == len(set(words)) > 8
    assert not any("control" in word or "top" in word for word in words)
