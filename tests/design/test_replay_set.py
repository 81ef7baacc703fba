import hashlib
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from exported import SAMPLES, SHAPE, save_model, small_options

from quantnn.beats import BeatFormat
from quantnn.design.export import export
from quantnn.design.interface import CoreInterface
from quantnn.design.replay_set import ReplaySet
from quantnn.design.report import load_report
from quantnn.design.vectors import Vectors
from quantnn.errors import InputError
from quantnn.importers.npz import load_model
from quantnn.network.file import load_network
from quantnn.network.reference import evaluate
from quantnn.plan.replay import ReplayPlan

M9K = ((1024, 9), (512, 18), (256, 36))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module", params=["labelled", "unlabelled"])
def design(request, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("replayed") / "design"
    changes = {} if request.param == "labelled" else {"test_labels": None}
    export(model, folder, small_options(model, replay=True, **changes))
    return folder


def stored(design, **changes):
    report = load_report(design)
    files = {path.name: path.read_bytes() for path in (design / "board").glob("*.mem")} | changes
    interface = CoreInterface.load(design / "core" / "interface.json")
    entry = report.board_top.replay
    network = load_network(design / "network.npz")
    labelled = entry.labels_sha256 is not None
    return ReplaySet.stored(interface, entry.samples, labelled, network, files, design / "board"), files


def test_what_was_exported_is_stored(design):
    """With labels, only samples that have one; without, the extreme ones too."""
    report, interface = load_report(design), CoreInterface.load(design / "core" / "interface.json")
    found, _ = stored(design)
    inputs = np.load(design / "vectors" / "inputs.npy").astype(np.int64)
    network = load_network(design / "network.npz")
    labels = design / "vectors" / "labels.npy"
    count = SAMPLES if labels.exists() else len(inputs)
    assert report.board_top.replay.samples == count == len(found.samples)
    assert np.array_equal(interface.input.samples(found.samples), inputs[:count])
    assert np.array_equal(found.expected, evaluate(network, inputs[:count]).classes)
    if labels.exists():
        assert np.array_equal(found.labels, np.load(labels))
        assert found.correct == (found.labels == found.expected).sum() < count
        packed = struct.pack(f"<{count}H", *found.labels)
        assert report.board_top.replay.labels_sha256 == hashlib.sha256(packed).hexdigest() == found.labels_digest
        assert found.mark == zlib.crc32(found.samples.tobytes() + packed)
    else:
        assert found.labels is None and found.labels_digest is None and found.correct == count
        assert found.mark == zlib.crc32(found.samples.tobytes())
    assert report.board_top.samples_sha256 == hashlib.sha256(found.samples.tobytes()).hexdigest()


def test_the_reference_s_classes_are_written_as_they_were(design):
    """As Yosys writes them, so that new weights change nothing but these."""
    found, files = stored(design)
    name = "quantnn_replay_counters_expected.mem"
    assert found.rewritten(files, design / "board") == {name: files[name]}
    other = replace(found, expected=(found.expected + 1) % SHAPE[-1])
    assert other.rewritten(files, design / "board")[name] != files[name]


def test_memories_in_parts(model, tmp_path):
    """A set whose memories have parts comes out again, each part of its own depth."""
    plan = ReplayPlan(BeatFormat(6, model.input, 6), BeatFormat(3, model.input, 3, 2), 6, True, ((2, 48),))
    assert plan.expected_memory.depths == (4, 2)
    network = load_network_of(model, tmp_path)
    inputs = np.random.default_rng(1).integers(0, 256, (9, SHAPE[0]))
    found = ReplaySet.of(plan, Vectors(network, inputs, np.arange(9) % 3))
    words = {}
    for memory, values in (("counters_expected", found.expected), ("counters_labels", found.labels)):
        words[f"quantnn_replay_{memory}_0.mem"] = "".join(f"{value:02b}\n" for value in values[:4]).encode()
        words[f"quantnn_replay_{memory}_1.mem"] = "".join(f"{value:02b}\n" for value in values[4:]).encode()
    rewritten = found.rewritten(words, tmp_path)
    assert rewritten == {name: content for name, content in words.items() if "expected" in name}


def load_network_of(model, folder):
    export(model, folder / "any", small_options(model))
    return load_network(folder / "any" / "network.npz")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "must hold binary digits"), (b"1\n0\n", "must hold"), (b"0" * 8 + b"\n", "must hold")],
)
def test_a_damaged_memory_is_refused(design, content, words):
    with pytest.raises(InputError, match=words):
        stored(design, **{"quantnn_replay_player_samples.mem": content})


def test_a_missing_memory_is_refused(design):
    _, files = stored(design)
    report, interface = load_report(design), CoreInterface.load(design / "core" / "interface.json")
    del files["quantnn_replay_player_samples.mem"]
    with pytest.raises(InputError, match=r"quantnn_replay_player_samples\.mem is missing: export the model again"):
        ReplaySet.stored(
            interface, report.board_top.replay.samples, False, load_network(design / "network.npz"), files, design
        )
