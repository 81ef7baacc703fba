"""A toolchain that does what a test tells it: the file named by FAKE_NEXTPNR says what each seed comes to."""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["FakeNextpnr"]


@dataclass
class FakeNextpnr:
    """What the fake tools do, and what they were told.

    Parameters
    ----------
    folder : Path
        Where they write down their calls.
    mhz : dict of int to float
        The clock that a seed reaches; no path limits it where there is none. "3 at 24" is for seed 3 and a clock of 24.
    fails, hangs : list of int
        Seeds with which nextpnr fails or does not come to an end.
    says : str
        nextpnr's first line.
    packs : bool
        Whether the packer succeeds.
    cold : bool
        Whether nextpnr has yet to be compiled, which takes a while and is kept from then on.
    """

    folder: Path
    mhz: dict = field(default_factory=dict)
    fails: list = field(default_factory=list)
    hangs: list = field(default_factory=list)
    says: str = "Info: this is a test"
    packs: bool = True
    cold: bool = False

    def install(self, monkeypatch, toolchain):
        """Let these tools be a toolchain's from now on."""
        from quantnn.build import nextpnr

        tools = nextpnr.Toolset(
            "fake_nextpnr", "run_nextpnr", ("--pcf", "quantnn_board.pcf"), ".asc", "--asc",
            ("fakepack", "fake_nextpnr", "run_pack"), ".bin",
        )  # fmt: skip
        monkeypatch.setitem(nextpnr._TOOLS, toolchain, tools)
        monkeypatch.setattr("quantnn.build.open_flow.version", lambda package: f"1.2 of {package}")
        monkeypatch.setenv("FAKE_NEXTPNR", str(self.folder / "settings.json"))
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
        self.update()

    def update(self, **settings):
        """Do something else from now on."""
        for name, value in settings.items():
            setattr(self, name, value)
        (self.folder / "settings.json").write_text(json.dumps({**asdict(self), "folder": str(self.folder)}))

    @property
    def calls(self):
        """Arguments of each run, nextpnr's and the packer's by seed, and what lay in their folder."""
        lines = [json.loads(path.read_text()) for path in sorted(self.folder.glob("call_*.json"))]
        return {(line["program"], line["seed"]): line for line in lines}


def _start(program, words, seed):
    settings = json.loads(Path(os.environ["FAKE_NEXTPNR"]).read_text())
    call = {"program": program, "seed": seed, "words": words, "files": sorted(map(str, Path().iterdir()))}
    (Path(settings["folder"]) / f"call_{program}_{seed}.json").write_text(json.dumps(call))
    return settings


def run_nextpnr(words):
    seed = int(words[words.index("--seed") + 1])
    settings = _start("nextpnr", words, seed)
    compiled = Path(settings["folder"]) / "compiled"
    if settings["cold"] and not compiled.exists():
        print("Preparing to run fake_nextpnr. This might take a while...", flush=True)
        time.sleep(0.3)
        with compiled.open("a") as file:
            file.write(f"by seed {seed}\n")
    print(settings["says"], flush=True)
    while seed in settings["hangs"]:
        print("Info: still at it", flush=True)
        time.sleep(0.05)
    if seed in settings["fails"]:
        print(f"ERROR: no place for seed {seed}", file=sys.stderr)
        return 1
    at = f"{seed} at {words[words.index('--freq') + 1]}"
    mhz = settings["mhz"].get(at, settings["mhz"].get(str(seed)))
    step = {"delay": 1000 / (mhz or 1e9), "from": {"cell": "link.writer.count"}, "to": {"cell": "core.classifier.best"}}
    report = {
        "utilization": {"ICESTORM_LC": {"used": 100 + seed, "available": 5280}, "SB_IO": {"used": 3, "available": 39}},
        "fmax": {"clk": {"achieved": mhz, "constraint": 12.0}} if mhz else {},
        "critical_paths": [{"from": "posedge clk", "to": "posedge clk", "path": [step]}] if mhz else [],
    }
    Path("report.json").write_text(json.dumps(report))
    Path(words[words.index("--asc") + 1]).write_text(f"seed {seed}")
    return 0


def run_pack(words):
    placed, bitstream = words
    settings = _start("fakepack", words, int(Path(placed).read_text().removeprefix("seed ")))
    if not settings["packs"]:
        print("ERROR: cannot pack")
        return 1
    Path(bitstream).write_text(f"bitstream of {Path(placed).read_text()}")
    return 0
