"""The whole project of a board comes out again, and whatever of it is changed is refused and named."""

import json
from pathlib import Path

import numpy as np
import pytest
from exported import invented_board, save_model, small_options

from quantnn.arithmetic import IntegerRange
from quantnn.beats import BeatFormat
from quantnn.board.board import board_names, load_board
from quantnn.design.export import export
from quantnn.design.exported_board import exported_board
from quantnn.design.report import load_report
from quantnn.design.update_weights import UpdateOptions, update_weights
from quantnn.errors import InputError, VerificationError
from quantnn.importers.npz import load_model
from quantnn.plan.board import BoardPlan
from quantnn.verify.genuine_board import GenuineBoard, stored_samples

pytestmark = pytest.mark.xdist_group("exported designs")


PLL = {"primitive": "altpll", "input": 1, "multiplier": 12, "output": 4}


def load(design, board=None, **options):
    report = load_report(design)
    return GenuineBoard.load(design, report, exported_board(design, report, board), **options)


def refused(design, error=InputError, **options):
    with pytest.raises(error) as caught:
        load(design, **options)
    assert str(caught.value).isprintable()
    return str(caught.value)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def edit(path, change):
    entry = json.loads(path.read_text())
    change(entry)
    path.write_text(json.dumps(entry))


@pytest.mark.parametrize(("name", "clock"), [*((name, None) for name in board_names()), ("ulx3s-85f", 33.3)])
def test_the_project_of_every_board_comes_out_again(tmp_path, name, clock):
    model = load_model(save_model(tmp_path))
    options = small_options(model, board=load_board(name), clock_mhz=clock)
    export(model, tmp_path / "design", options)
    assert load(tmp_path / "design").files == contents(tmp_path / "design" / "board")


def test_a_board_of_ones_own(tmp_path):
    model = load_model(save_model(tmp_path))
    board = invented_board(tmp_path, 30, 20_000, 20)
    export(model, tmp_path / "design", small_options(model, board=board, test_labels=None))
    assert "own, a board of your own: give its file with --board" in refused(tmp_path / "design")
    for given in (board, tmp_path / "own.toml"):
        assert load(tmp_path / "design", given).files == contents(tmp_path / "design" / "board")
    with pytest.raises(InputError, match="is for own, not for ulx3s-85f: export again"):
        load(tmp_path / "design", load_board("ulx3s-85f"))


def test_after_other_weights_with_other_samples(small, copy_of, tmp_path):
    """The samples on the board, and their labels, stay those of the export."""
    design = copy_of(small)
    random = np.random.default_rng(3)
    model = load_model(save_model(tmp_path))
    options = UpdateOptions(test_inputs=random.integers(0, 256, (9, 6)), test_labels=random.integers(0, 3, 9))
    update_weights(design, model, options)
    assert load(design).files == contents(design / "board")


@pytest.mark.parametrize("name", [
    "quantnn_board.v", "quantnn_board.qsf", "quantnn_board.qpf", "quantnn_board.sdc", "quantnn_samples.v",
    "quantnn_link.v", "pins.json",
])  # fmt: skip
def test_text_that_was_planted_is_named(small, copy_of, name):
    design = copy_of(small)
    path = design / "board" / name
    lines = path.read_text().split("\n")
    path.write_text("\n".join([*lines[:2], "exec touch planted", *lines[2:]]))
    assert refused(design).startswith(f"{path}, line 3, is 'exec touch planted', where this quantnn writes ")


@pytest.mark.parametrize("name", ["quantnn_link_identity.mem", "quantnn_link_samples.mem", "quantnn_samples.mem"])
def test_memories_around_the_core(small, copy_of, name):
    design = copy_of(small)
    path = design / "board" / name
    content = path.read_bytes()
    path.write_bytes((b"1" if content[:1] == b"0" else b"0") + content[1:])
    assert str(path) in refused(design)
    path.write_bytes(b"x" + content[1:])
    assert str(path) in refused(design)
    path.unlink()
    assert f"{path} is missing: export" in refused(design)


def test_a_changed_memory_of_the_core_is_a_difference(small, copy_of):
    design = copy_of(small)
    path = design / "board" / "quantnn_core_layer_1_drain_parameters.mem"
    content = path.read_bytes()
    path.write_bytes((b"1" if content[:1] == b"0" else b"0") + content[1:])
    assert f"{path}, line 1" in refused(design, VerificationError)


def test_files_that_nobody_exported_are_left_out(small, copy_of):
    design = copy_of(small)
    for name in ("more.v", "quantnn_core_x.mem", "quartus.ini", "x; exec -- sh y.v", "quantnn_board.tcl"):
        (design / "board" / name).write_text("exec touch planted")
    assert load(design).files == load(design, as_it_is=True).files == contents(small / "board")


@pytest.mark.parametrize(("change", "words"), [
    (lambda report: report["board_top"].pop("samples_sha256"), "what the board's top was made for"),
    (lambda report: report["board_top"].update(labels=[1]), "what the board's top was made for"),
    (lambda report: report["board_top"].update(samples_sha256="0" * 64), "holds other samples than were exported"),
    (lambda report: report["board_top"].update(pll=PLL | {"primitive": "x"}), "A PLL must be one of"),
    (lambda report: report["board_top"].update(pll=PLL), "the PLL makes 150 MHz"),
    (lambda report: report["link"].update(window=4), "slots"),
    (lambda report: report["link"].update(window=5), "quantnn_link"),
    (lambda report: report.update(link=None), "what the host link was made for"),
])  # fmt: skip
def test_a_report_that_does_not_belong_to_the_project(small, copy_of, change, words):
    design = copy_of(small)
    edit(design / "report.json", change)
    assert words in refused(design)


def test_as_it_is_takes_a_project_that_was_edited(small, copy_of):
    design = copy_of(small)
    path = design / "board" / "quantnn_board.qsf"
    path.write_text(path.read_text() + "set_global_assignment -name OPTIMIZATION_MODE AGGRESSIVE\n")
    assert "OPTIMIZATION_MODE" in refused(design)
    assert load(design, as_it_is=True).files == contents(design / "board")


def test_what_is_written_is_what_was_compared(small, copy_of, tmp_path):
    design = copy_of(small)
    board = load(design)
    (design / "board" / "quantnn_board.v").write_text("")
    (tmp_path / "out").mkdir()
    board.write(tmp_path / "out")
    assert contents(tmp_path / "out") == contents(small / "board")


class TestStoredSamples:
    """The built-in samples, of which each beat is a word."""

    FORM = BeatFormat(3, IntegerRange(0, 255), per_beat=2)

    def samples(self, count, content=None, place=Path()):
        return stored_samples(place, BoardPlan(self.FORM, self.FORM, count, None), content)

    def test_bytes_lowest_first(self):
        words = b"0000001000000001\n0000000000000011\n1000000000000001\n0000000011111111\n"
        assert self.samples(2, words).tolist() == [[[1, 2], [3, 0]], [[1, 128], [255, 0]]]
        assert self.samples(1, words).tolist() == [[[1, 2], [3, 0]]]

    def test_none_have_no_file(self):
        assert self.samples(0).shape == (0, 2, 2)

    @pytest.mark.parametrize("content", [b"0000001000000001\n" * 3, b"00000010\n" * 4])
    def test_too_few_or_too_narrow(self, content, tmp_path):
        with pytest.raises(InputError, match=r"quantnn_samples.mem has \d words of \d+ bits, too few: export"):
            self.samples(2, content, tmp_path)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """Keeps samples for a replay."""
    folder = tmp_path_factory.mktemp("replayed")
    model = load_model(save_model(folder))
    export(model, folder / "design", small_options(model, replay=True))
    return folder / "design"


class TestReplay:
    def test_it_comes_out_again(self, replayed):
        assert load(replayed).files == contents(replayed / "board")

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("player_samples", "hold other samples than were exported: export the model again"),
            ("counters_labels", "hold other labels than were exported: export the model again"),
            ("counters_expected", "quantnn_replay_counters_expected.mem, line 1"),
        ],
    )
    def test_other_samples_labels_or_classes(self, replayed, copy_of, name, words):
        """The classes must be the reference's, whatever the file says."""
        design = copy_of(replayed)
        path = design / "board" / f"quantnn_replay_{name}.mem"
        content = path.read_bytes()
        end = content.index(b"\n")
        path.write_bytes(content[: end - 1] + (b"1" if content[end - 1 : end] == b"0" else b"0") + content[end:])
        assert words in refused(design)
        path.unlink()
        assert f"{path} is missing: export" in refused(design)

    def test_after_other_weights(self, replayed, copy_of):
        """The samples stay, and their classes are those of the new network."""
        design = copy_of(replayed)
        model = load_model(save_model(design.parent, W2=np.random.default_rng(5).normal(size=(4, 3))))
        update_weights(design, model, UpdateOptions())
        changed = [
            path.name.removeprefix("quantnn_replay_")
            for path in sorted((design / "board").glob("quantnn_replay*"))
            if path.read_bytes() != (replayed / "board" / path.name).read_bytes()
        ]
        assert changed == ["counters_expected.mem"]
        assert load(design).files == contents(design / "board")
