"""Whether two versions of quantnn export the same files, byte for byte, apart from the report.

    python benchmarks/same_exports.py OTHER_PYTHON MODEL.npz [--test X Y] [--option=--weight-bits=7 …]

OTHER_PYTHON is the interpreter of a virtual environment in which the other version is installed. MODEL may be ``demo``.
Exit code 1 if a file differs or stands on one side only.
"""

from __future__ import annotations

import argparse
import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

from quantnn.demo_files import demo_files

SECONDS = {"report.json", "summary.txt"}
"""Files that may differ: they say how long something took, and more in a newer version."""


def exported(python: str, arguments: list[str], folder: Path) -> set[Path]:
    """The files of an export by one version."""
    command = [python, "-P", "-m", "quantnn", "export", *arguments, "-o", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", metavar="OTHER_PYTHON")
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--test", nargs=2, metavar=("X", "Y"), default=[])
    parser.add_argument("--option", action="append", default=[], help="passed on to both exports")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, demo_files() as demo:
        model = [options.model] if options.model != "demo" else [str(demo.model)]
        test = options.test or ([demo.inputs, demo.labels] if options.model == "demo" else [])
        arguments = [*model, *(["--test", *map(str, test)] if test else []), *options.option]
        folders = Path(scratch) / "ours", Path(scratch) / "theirs"
        versions = zip((sys.executable, options.other), [arguments] * 2, folders, strict=True)
        ours, theirs = (exported(*each) for each in versions)
        alone = sorted(map(str, ours ^ theirs))
        compared = sorted(path for path in ours & theirs if path.name not in SECONDS)
        different = [str(p) for p in compared if not filecmp.cmp(folders[0] / p, folders[1] / p, shallow=False)]
        counts = f"{len(compared)} files compared, {len(different)} differ, {len(alone)} on one side only"
        print(f"{options.model}: {counts}")
        for name in different + alone:
            print(f"  {name}")
    sys.exit(bool(different or alone))


if __name__ == "__main__":
    main()
