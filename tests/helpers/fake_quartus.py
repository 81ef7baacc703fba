"""Programs with the names of Quartus' that do what a test tells them and record how they were called."""

import json
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import quartus_texts as texts

__all__ = ["FakeQuartus"]

PROGRAM = """\
#!{python}
import json, os, sys, time
from pathlib import Path
here = Path(__file__).resolve().parent
name = Path(__file__).name
with (here / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([name, sys.argv[1:], sorted(os.listdir())]) + "\\n")
for entry in json.loads((here / (name + ".json")).read_text()):
    if not sys.argv[-1].endswith(entry["when"]):
        continue
    print(entry["says"], end="", flush=True)
    for file, text in entry["writes"].items():
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    time.sleep(entry["sleeps"])
    if entry["exits"]:
        sys.exit(entry["exits"])
"""


DEFAULT = {"says": "", "writes": {}, "exits": 0, "sleeps": 0.0, "when": ""}


@dataclass
class FakeQuartus:
    """An installation in which every compilation succeeds, until it is told otherwise.

    Parameters
    ----------
    programs : Path
        The folder to make them in.
    m9k, multipliers : int
        What the fitter says that it took.
    memories : list of str
        What Quartus calls the memories that the fitter put into block RAM.
    """

    programs: Path
    m9k: int = 80
    multipliers: int = 288
    memories: list = field(default_factory=list)

    def __post_init__(self):
        self.programs.mkdir(parents=True, exist_ok=True)
        for name in ("quartus_sh", "quartus_sta", "quartus_cpf", "quartus_pgm"):
            path = self.programs / name
            path.write_text(PROGRAM.format(python=sys.executable))
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
            self.does(name)
        self.compiles()
        self.does("quartus_sta", writes={"output_files/quantnn_board.paths.rpt": self.paths()})
        self.converts("svf", "pof")

    def does(self, name, *entries, **entry):
        """Tell a program what to do, one thing after another.

        Each ``says`` a text, ``writes`` files by their names, ``sleeps`` for seconds and ``exits`` with a code,
        ``when`` its last argument ends so.
        """
        found = [DEFAULT | each for each in entries or (entry,)]
        (self.programs / f"{name}.json").write_text(json.dumps(found))

    def compiles(self, *, log=None, reports=None, exits=0, without=()):
        """Make the compilation print ``log`` and write ``reports``, by their endings, beside the usual ones."""
        files = self.reports() | (reports or {})
        writes = {f"output_files/quantnn_board{end}": text for end, text in files.items() if end not in without}
        self.does("quartus_sh", says=texts.flow_log() if log is None else log, writes=writes, exits=exits)

    def converts(self, *endings):
        """Make the conversion write what it is asked for, if it ends so."""
        asked = {"svf": ".svf", "pof": ".cof"}
        self.does("quartus_cpf", *(
            {"writes": {f"output_files/quantnn_board.{ending}": ending}, "when": asked[ending]} for ending in endings
        ))  # fmt: skip

    def reports(self):
        return {
            ".map.rpt": texts.map_report(),
            ".fit.summary": texts.fit_summary(multipliers=self.multipliers),
            ".fit.rpt": texts.fit_report(m9k=self.m9k, memories=self.memories),
            ".sta.rpt": texts.timing_report(),
            ".sta.summary": texts.timing_summary(),
            ".sof": "sof",
            ".jdi": "of no use",
        }

    @staticmethod
    def paths():
        mac = "quantnn_core:core|quantnn_core_layer_0:layer_0|quantnn_core_layer_0_mac:mac"
        ram = "quantnn_core_layer_0_mac_weights:weights|altsyncram:memory_rtl_0|altsyncram_ab1:auto_generated"
        return texts.path_report(f"{mac}|{ram}|ram_block1a7~portb_address_reg0", f"{mac}|accumulator_3[16]")

    @property
    def calls(self):
        """Name, arguments and files of the folder of every call so far."""
        path = self.programs / "calls.jsonl"
        return [tuple(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []

    def arguments(self, name):
        """The arguments of every call of a program."""
        return [arguments for called, arguments, _ in self.calls if called == name]
