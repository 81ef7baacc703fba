"""Registers that an ECP5's multipliers and block RAMs hold themselves, instead of flip-flops beside them.

Yosys and nextpnr use neither. What they are worth, in nextpnr's timing for speed grade 6: a block RAM's data comes
5.6 ns after the clock without its output register, and a product takes 3.9 ns through a multiplier without registers.
The registers and what enables them: Lattice TN1264 (memory) and TN1267 (sysDSP).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from quantnn.build.netlist import Bit, Netlist

__all__ = ["absorb_registers", "drop_zero_multipliers"]

MULTIPLIER, BLOCK_RAM, FLIP_FLOP = "MULT18X18D", "DP16KD", "TRELLIS_FF"
_OPERANDS = {side: [f"{side}{bit}" for bit in range(18)] for side in "AB"}
_PRODUCT = [f"P{bit}" for bit in range(36)]
_PORT_A, _PORT_B = ([f"DO{side}{bit}" for bit in range(18)] for side in "AB")
_WIDE = 36


@dataclass(frozen=True)
class _Control:
    """What a flip-flop listens to: its clock, and what has to be high for it to load."""

    clock: Bit
    enable: Bit


def drop_zero_multipliers(netlist: Netlist) -> int:
    """Replace multipliers one of whose operands is 0, as of a neuron without weights, by 0; returns how many."""
    dropped = []
    for name in netlist.of_type(MULTIPLIER):
        if any(all(netlist.bit(name, port) == "0" for port in ports) for ports in _OPERANDS.values()):
            for port in _PRODUCT:
                for pin in netlist.sinks.get(netlist.bit(name, port), []):
                    netlist.connect(pin, "0")
            dropped.append(name)
    netlist.remove(dropped)
    netlist.index()
    return len(dropped)


def absorb_registers(netlist: Netlist) -> dict[str, int]:
    """Use the registers in multipliers and block RAMs where flip-flops do the same; returns how many, by kind.

    Only flip-flops that start at 0 and have no reset are taken in, into multipliers only those without an enable, and
    only where nothing else sees the value before them: so every net carries what it carried. Cells that hold registers
    already are left alone.
    """
    counts = {"products": 0, "operands": 0, "memory words": 0}
    for name in netlist.of_type(MULTIPLIER):
        if any(value == "CLK0" for value in netlist.cells[name]["parameters"].values()):
            continue
        control = _absorb_behind(netlist, name, _PRODUCT, lambda found: found.enable == "1")
        if control is not None:
            _enable(netlist, name, "REG_OUTPUT_CLK")
            counts["products"] += 1
        for side, ports in _OPERANDS.items():
            found = _absorb_before(netlist, name, ports, control)
            if found is not None:
                control = found
                _enable(netlist, name, f"REG_INPUT{side}_CLK")
                counts["operands"] += 1
        if control is not None:
            for port, bit in (("CLK0", control.clock), ("CE0", "1"), ("RST0", "0")):
                netlist.connect((name, port, 0), bit)
    for name in netlist.of_type(BLOCK_RAM):
        counts["memory words"] += _absorb_memory(netlist, name)
    _drop_unread(netlist)
    return counts


def _absorb_memory(netlist: Netlist, name: str) -> int:
    """The output registers of a block RAM; in its widest mode both ports' together, which read as one."""
    parameters = netlist.cells[name]["parameters"]
    wide = int(parameters["DATA_WIDTH_B"], 2) == _WIDE
    absorbed = 0
    for sides, ports in (("AB", _PORT_A + _PORT_B),) if wide else (("A", _PORT_A), ("B", _PORT_B)):
        reading = netlist.bit(name, f"CLK{sides[-1]}")
        alone = all(netlist.bit(name, f"CLK{side}") in (reading, "0", "x") for side in sides)
        taken = any(parameters.get(f"REGMODE_{side}") == "OUTREG" for side in sides)
        if taken or not alone or any(netlist.bit(name, f"RST{side}") != "0" for side in sides):
            continue
        control = _absorb_behind(netlist, name, ports, partial(_clocked_by, reading))
        if control is None:
            continue
        for side in sides:
            parameters[f"REGMODE_{side}"] = "OUTREG"
            netlist.connect((name, f"OCE{side}", 0), control.enable)
            netlist.connect((name, f"CLK{side}", 0), control.clock)
        absorbed += 1
    return absorbed


def _clocked_by(clock: Bit, control: _Control) -> bool:
    return control.clock == clock


def _absorb_behind(
    netlist: Netlist, name: str, ports: Sequence[str], suits: Callable[[_Control], bool]
) -> _Control | None:
    """Let these outputs drive what the flip-flops behind them drove; the flip-flops' control, None if none suit."""
    read = {port: netlist.sinks[bit] for port in ports if netlist.sinks.get(bit := netlist.bit(name, port))}
    if not read or any(len(pins) != 1 or pins[0][1] != "DI" for pins in read.values()):
        return None
    registers = {port: pins[0][0] for port, pins in read.items()}
    control = _common_control(netlist, registers.values())
    if control is None or not suits(control):
        return None
    for port, register in registers.items():
        netlist.cells[name]["connections"][port] = [netlist.bit(register, "Q")]
    netlist.remove(registers.values())
    netlist.index()
    return control


def _absorb_before(netlist: Netlist, name: str, ports: Sequence[str], wanted: _Control | None) -> _Control | None:
    """Let these inputs read what the flip-flops before them read; the flip-flops' control, None if they differ."""
    bits = {port: bit for port in ports if (bit := netlist.bit(name, port)) != "0"}
    registers = {port: netlist.drivers.get(bit, ("", "", 0))[0] for port, bit in bits.items()}
    control = _common_control(netlist, registers.values())
    if control is None or control.enable != "1" or wanted not in (None, control):
        return None
    for port, register in registers.items():
        netlist.connect((name, port, 0), netlist.bit(register, "DI"))
    return control


def _common_control(netlist: Netlist, registers: Iterable[str]) -> _Control | None:
    """What controls all of these flip-flops alike; None if they differ, or any is another cell."""
    controls = {_control(netlist, register) for register in registers}
    return controls.pop() if len(controls) == 1 else None


def _control(netlist: Netlist, name: str) -> _Control | None:
    """What controls a flip-flop that starts at 0 and has no reset; None for anything else."""
    cell = netlist.cells.get(name)
    if cell is None or cell["type"] != FLIP_FLOP:
        return None
    parameters = cell["parameters"]
    enable = {"1": "1", "CE": netlist.bit(name, "CE")}.get(parameters.get("CEMUX", "1").strip())
    plain = (
        parameters.get("CLKMUX", "CLK") == "CLK"
        and parameters.get("REGSET", "RESET") == "RESET"
        and parameters.get("LSRMUX", "LSR") == "LSR"
        and netlist.bit(name, "LSR") in ("0", "x")
    )
    return _Control(netlist.bit(name, "CLK"), enable) if plain and enable is not None else None


def _enable(netlist: Netlist, name: str, parameter: str) -> None:
    netlist.cells[name]["parameters"][parameter] = "CLK0"


def _drop_unread(netlist: Netlist) -> None:
    """Remove flip-flops that nothing reads any more."""
    netlist.index()
    while unread := [name for name in netlist.of_type(FLIP_FLOP) if not netlist.sinks.get(netlist.bit(name, "Q"))]:
        netlist.remove(unread)
        netlist.index()
