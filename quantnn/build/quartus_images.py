"""The files that programmers take: .pof for the flash in a MAX 10, .svf for openFPGALoader."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from quantnn.build.quartus_install import QuartusInstall
from quantnn.system import tools

__all__ = ["conversion", "make_pof", "make_svf"]

INTERNAL_CONFIGURATION = "14"
"""Quartus' number of the mode in which MAX 10 starts from its own flash."""

_JTAG = ("-q", "10MHz", "-g", "3.3", "-n", "p")
"""Clock and voltage for which the .svf is written; p is to program."""


def conversion(sof: str, pof: str) -> str:
    """The description of a conversion, a .cof file, that puts a configuration into the flash of a MAX 10.

    Quartus writes no .pof by itself where memories are initialized (Intel's document 683865, *.pof and ICB
    Settings*). Paths are relative to where ``quartus_cpf`` runs. The other flash, for the user, stays empty.
    """
    cof = ElementTree.Element("cof")
    _add(cof, output_filename=pof, n_pages="1", width="1", mode=INTERNAL_CONFIGURATION)
    page = ElementTree.SubElement(cof, "sof_data")
    _add(page, user_name="Page_0", page_flags="1")
    source = ElementTree.SubElement(ElementTree.SubElement(page, "bit0"), "sof_filename")
    source.text = sof
    _add(source, compress_bitstream="1")
    _add(cof, version="10", create_cvp_file="0", create_hps_iocsr="0", auto_create_rpd="0", rpd_little_endian="1")
    _add(ElementTree.SubElement(cof, "options"), map_file="1")
    device = ElementTree.SubElement(cof, "MAX10_device_options")
    _add(device, por="0", io_pullup="1", config_from_cfm0_only="0", isp_source="0", verify_protect="0")
    _add(device, epof="0", ufm_source="0")
    advanced = ElementTree.SubElement(cof, "advanced_options")
    _add(advanced, ignore_epcs_id_check="2", ignore_condone_check="2", plc_adjustment="0")
    _add(advanced, post_chain_bitstream_pad_bytes="-1", post_device_bitstream_pad_bytes="-1", bitslice_pre_padding="1")
    ElementTree.indent(cof, "\t")
    return f'<?xml version="1.0" encoding="US-ASCII" standalone="yes"?>\n{ElementTree.tostring(cof, "unicode")}\n'


def _add(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = text


def make_pof(quartus: QuartusInstall, project: Path, sof: str, log: Path) -> str:
    """Make the .pof of a .sof, both named as seen from the project's folder; returns its name.

    Raises
    ------
    ToolError
        quartus_cpf is missing or failed.
    """
    pof = sof.removesuffix(".sof") + ".pof"
    description = project / "quantnn_board.cof"
    description.write_text(conversion(sof, pof), encoding="utf-8")
    tools.run([quartus.program("quartus_cpf"), "-c", description.name], cwd=project, log=log)
    return pof


def make_svf(quartus: QuartusInstall, project: Path, sof: str, log: Path) -> str:
    """The same for .svf, which configures the FPGA until power-off."""
    svf = sof.removesuffix(".sof") + ".svf"
    tools.run([quartus.program("quartus_cpf"), "-c", *_JTAG, sof, svf], cwd=project, log=log)
    return svf
