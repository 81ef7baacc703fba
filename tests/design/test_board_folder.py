from dataclasses import replace

import numpy as np
import pytest
from digests import digests
from exported import SHAPE, invented_board, random_model, save_model, small_board, small_options

from quantnn.arithmetic import ceil_div
from quantnn.board.board import load_board
from quantnn.design import board_folder as module
from quantnn.design.export import ExportOptions, export
from quantnn.design.fingerprint import IDENTITY, fingerprint
from quantnn.design.interface import CoreInterface
from quantnn.design.report import load_report
from quantnn.errors import DoesNotFitError, InputError
from quantnn.hdl.link.pause_timer import PauseTimer
from quantnn.importers.npz import load_model
from quantnn.plan.board import BoardPlan
from quantnn.plan.cost import Cost
from quantnn.plan.replay import ReplayPlan


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_model(save_model(tmp_path_factory.mktemp("model")))


@pytest.mark.parametrize("block_rams", [5, 6, 7, 22])
def test_as_many_samples_are_built_in_as_there_is_room_for(tmp_path, block_rams):
    """A power of two, at most 16: twice as many would need more block RAM than there is. Depths are powers of two."""
    model = random_model(400, 4, samples=40)
    board = invented_board(tmp_path, block_rams=block_rams, logic_elements=20_000, multipliers=4)
    report = export(model, tmp_path / "design", ExportOptions(board))
    samples, core = report.board_top.samples, report.core.m9k
    beats = CoreInterface.load(tmp_path / "design" / "core" / "interface.json").input

    def words(count):
        return 1 << (count * beats.beats - 1).bit_length()

    def blocks(count):
        shapes = ((8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18), (256, 36))
        return min(ceil_div(words(count), d) * ceil_div(beats.tdata_width, w) for d, w in shapes)

    link = 2  # two slots of 512 bytes, and 64 bytes for an answer
    assert report.board_top.m9k == blocks(samples) + link
    assert core + blocks(samples) + link == report.totals.m9k <= block_rams
    assert samples == 16 or core + blocks(2 * samples) + link > block_rams
    assert samples in ({16} if block_rams == 22 else {1, 2, 4, 8})
    lines = (tmp_path / "design" / "board" / "quantnn_samples.mem").read_text().split()
    assert len(lines) == words(samples)


@pytest.mark.parametrize("labelled", [40, 5, 0])
def test_labels_on_the_board(model, tmp_path, monkeypatch, labelled):
    """One for each of the built-in samples, None for those that are not the user's."""
    given = []
    write = module.write_project

    def spy(*arguments, labels, **others):
        given.extend(labels)
        return write(*arguments, labels=labels, **others)

    monkeypatch.setattr(module, "write_project", spy)
    inputs = np.random.default_rng(2).integers(0, 256, (40, SHAPE[0]))
    labels = np.arange(40) % SHAPE[-1]
    changes = {"test_inputs": inputs[:labelled], "test_labels": labels[:labelled]} if labelled else {}
    options = ExportOptions(small_board(), **changes)
    report = export(model, tmp_path / "design", options)
    assert report.board_top.samples == len(given) == 16
    assert given == (labels[:labelled].tolist() + [None] * 16)[:16]


def export_of(model, folder, board, **options):
    report = export(model, folder, ExportOptions(board, **options))
    return report, folder / "board"


class TestLink:
    def test_the_report_says_what_the_line_carries(self, model, tmp_path):
        report, board = export_of(model, tmp_path / "design", load_board("ulx3s-85f"))
        interface = CoreInterface.load(tmp_path / "design" / "core" / "interface.json")
        sizes = [form.beats * form.bytes for form in (interface.input, interface.output)]
        link = report.link
        assert [link.sample_bytes, link.answer_bytes] == sizes
        assert link.baud == load_board("ulx3s-85f").link.baud and link.usb == ("0403:6015",)
        assert link.window == 17, "slots of 8 or 16 bytes: as many as a link has at most"
        assert (board / "quantnn_link.v").is_file()

    def test_the_fingerprint_is_in_the_board_and_in_the_report(self, small):
        report = load_report(small)
        lines = (small / "board" / IDENTITY).read_text().split()
        assert bytes(int(line, 2) for line in lines[:8]).hex() == report.fingerprint
        assert fingerprint(small / "core").hex() == fingerprint(small / "board").hex() == report.fingerprint

    def test_long_samples_get_two_slots(self, tmp_path):
        """512 bytes each, which fill an M9K: a third would take another."""
        model = random_model(400, 4)
        report, _ = export_of(model, tmp_path / "design", load_board("de10-lite"))
        assert 400 <= report.link.sample_bytes <= 510 and report.link.window == 3

    def test_a_board_without_a_line_has_no_link(self, model, tmp_path):
        board = load_board("de10-lite")
        pins = tuple(group for group in board.pins if not group.name.startswith("uart"))
        report, folder = export_of(model, tmp_path / "design", replace(board, link=None, pins=pins))
        assert report.link is None
        assert not list(folder.glob("quantnn_link*"))

    def test_a_board_with_a_line_alone_has_no_samples(self, model, tmp_path):
        report, folder = export_of(model, tmp_path / "design", load_board("colorlight-i9"))
        assert report.board_top.samples == 0
        assert not list(folder.glob("quantnn_samples*"))

    def test_samples_give_way_to_the_link(self, tmp_path):
        model = random_model(400, 4, samples=40)
        board = invented_board(tmp_path, block_rams=4, logic_elements=20_000, multipliers=4)
        report, folder = export_of(model, tmp_path / "design", board)
        assert report.board_top.samples == 0 and report.totals.m9k <= 4
        assert (folder / "quantnn_link.v").is_file()

    def test_a_bit_rate_that_the_clock_cannot_make_is_refused(self, model, tmp_path):
        board = load_board("icebreaker")
        fast = replace(board, link=replace(board.link, baud=3_500_000))
        with pytest.raises(InputError, match=r"^icebreaker: The clock must make 3500000 bits per second"):
            export_of(model, tmp_path / "design", fast)


@pytest.mark.parametrize(
    ("name", "asked", "clock", "note"),
    [
        ("ulx3s-85f", None, 100.0, False),
        ("ulx3s-85f", 100.0, 100.0, False),
        ("ulx3s-85f", 25.0, 25.0, False),
        ("de10-lite", None, 50.0, False),
        ("de10-lite", 50.0, 50.0, False),
        ("de10-lite", 100.0, 100.0, False),
        ("without a PLL", 80.0, 80.0, True),
    ],
)
def test_the_clock(model, tmp_path, name, asked, clock, note):
    """Made by a PLL, where we can set one; elsewhere only stated, and a note says so."""
    board = load_board("de10-lite" if name == "without a PLL" else name)
    if name == "without a PLL":
        board = replace(board, device=replace(board.device, family="Cyclone V"))
    report, folder = export_of(model, tmp_path / "design", board, clock_mhz=asked)
    assert report.clock_mhz == clock
    assert any("runs at 50 MHz" in line for line in report.notes) == note
    top = (folder / "quantnn_board.v").read_text()
    assert any(f"{cell} #(" in top for cell in ("EHXPLLL", "altpll")) == (clock == 100.0)


def test_whatever_takes_a_time_follows_the_clock(model, tmp_path, monkeypatch):
    """On the DE10-Lite: bits of 1 µs, pauses of 4 s, and what the board says of itself; the core stays as it is."""
    found, pauses = {}, []

    def pause_timer(cycles):
        pauses.append(cycles)
        return PauseTimer(cycles)

    monkeypatch.setattr("quantnn.hdl.board.core_share.PauseTimer", pause_timer)
    for mhz in (50, 100):
        report, board = export_of(model, tmp_path / f"at_{mhz}", load_board("de10-lite"), clock_mhz=float(mhz))
        link = (board / "quantnn_link.v").read_text()
        identity = bytes(int(line, 2) for line in (board / IDENTITY).read_text().split())
        found[mhz] = [
            pauses.pop() == 4_000_000 * mhz, f"'h{mhz - 1:x} :" in link,
            (1_000_000 * mhz).to_bytes(4, "little") in identity, report.latency_us * mhz,
        ]  # fmt: skip
    assert found[50][:3] == found[100][:3] == [True] * 3
    assert found[50][3] == pytest.approx(found[100][3], abs=0.1)
    cores = [(tmp_path / f"at_{mhz}" / "core" / "quantnn_core.v").read_text() for mhz in found]
    assert cores[0] == cores[1]


class TestReplay:
    @pytest.mark.parametrize("block_rams", [7, 9, 30])
    def test_as_many_samples_are_stored_as_there_is_room_for(self, tmp_path, block_rams):
        """One more would need more block RAM than there is; the classes take one, and the link two."""
        model = random_model(400, 4, samples=40)
        board = invented_board(tmp_path, block_rams=block_rams, logic_elements=20_000, multipliers=4)
        report = export(model, tmp_path / "design", ExportOptions(board, replay=True))
        entry = report.board_top.replay
        interface = CoreInterface.load(tmp_path / "design" / "core" / "interface.json")

        def blocks(samples):
            plan = ReplayPlan(interface.input, interface.output, samples, False, board.resources.block_ram.shapes)
            return plan.block_ram

        assert report.board_top.m9k == entry.m9k + 2 == blocks(entry.samples) + 2
        assert report.totals.m9k <= block_rams and entry.words == entry.samples * interface.input.beats
        stored = len(np.load(tmp_path / "design" / "vectors" / "inputs.npy"))
        assert entry.samples <= stored
        assert entry.samples == stored or report.core.m9k + blocks(entry.samples + 1) + 2 > block_rams
        assert report.board_top.samples == min(16, entry.samples) == len(report.board_top.labels)
        files = sorted((tmp_path / "design" / "board").glob("quantnn_replay_player_samples*.mem"))
        assert sum(len(path.read_text().split()) for path in files) >= entry.words
        assert not list((tmp_path / "design" / "board").glob("quantnn_samples*"))

    def test_a_folded_core_has_none_unasked(self, model, tmp_path):
        """The same bytes as without the choice."""
        folders = {}
        for replay in (None, False):
            export(model, tmp_path / str(replay), small_options(model, replay=replay))
            folders[replay] = digests(tmp_path / str(replay))
        assert folders[None] == folders[False]
        assert load_report(tmp_path / "None").board_top.replay is None

    @pytest.mark.parametrize(("inputs", "worth"), [(None, True), (16, True), (15, False)])
    def test_an_unrolled_core_has_one_unasked_if_it_is_worth_it(self, model, tmp_path, monkeypatch, inputs, worth):
        """16 samples that fit, or all that there are."""
        monkeypatch.setattr(module, "_is_unrolled", lambda plan: True)
        if inputs:
            cost = BoardPlan.cost

            def short(self, resources):
                """No board has room for more."""
                full = self.replay is not None and self.replay.samples > inputs
                return cost(self, resources) + Cost(0, 1000 if full else 0, 0)

            monkeypatch.setattr(BoardPlan, "cost", short)
        report, _ = export_of(model, tmp_path / "design", small_board())
        count = len(np.load(tmp_path / "design" / "vectors" / "inputs.npy"))
        entry = report.board_top.replay
        assert (entry and entry.samples) == (inputs or count if worth else None)

    def test_where_block_ram_is_short(self, tmp_path, monkeypatch):
        """Although the planner had thought otherwise; it knows of the classes, but not yet of the beats."""
        monkeypatch.setattr("quantnn.design.export.reserve", lambda *_, **__: Cost())
        model = random_model(400, 4, samples=40)
        board = invented_board(tmp_path, block_rams=4, logic_elements=20_000, multipliers=4)
        with pytest.raises(DoesNotFitError) as caught:
            export(model, tmp_path / "design", ExportOptions(board, replay=True))
        assert str(caught.value) == "own has no room left for a replay of one sample: leave --replay out"
        assert not (tmp_path / "design").exists()

    def test_a_network_that_gives_values_has_nothing_to_count(self, tmp_path):
        model = replace(random_model(5, 2), decision="none")
        with pytest.raises(InputError, match="--replay counts right classes, and this network gives values"):
            export(model, tmp_path / "design", ExportOptions(small_board(), replay=True))
