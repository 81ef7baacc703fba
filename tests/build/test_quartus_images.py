from xml.etree import ElementTree

import pytest
from fake_quartus import FakeQuartus

from quantnn.build.quartus_images import conversion, make_pof, make_svf
from quantnn.build.quartus_install import QuartusInstall
from quantnn.errors import ToolError


def test_the_conversion_puts_one_image_into_the_flash_inside():
    """As Intel's document 683865 and the .cof files that the dialog of Quartus saves say it."""
    cof = ElementTree.fromstring(conversion("out/a.sof", "out/a.pof").encode())
    assert cof.tag == "cof"
    assert (cof.findtext("output_filename"), cof.findtext("mode"), cof.findtext("n_pages")) == ("out/a.pof", "14", "1")
    (source,) = cof.findall("sof_data/bit0/sof_filename")
    assert source.text == "out/a.sof" and source.findtext("compress_bitstream") == "1"
    options = {option.tag: option.text for option in cof.find("MAX10_device_options")}
    assert options == {
        "por": "0", "io_pullup": "1", "config_from_cfm0_only": "0", "isp_source": "0", "verify_protect": "0",
        "epof": "0", "ufm_source": "0",
    }  # fmt: skip


def test_names_with_special_characters_stay_names():
    cof = ElementTree.fromstring(conversion("a & <b>.sof", "c.pof").encode())
    assert cof.find("sof_data/bit0/sof_filename").text == "a & <b>.sof"


@pytest.fixture
def fake(tmp_path):
    return FakeQuartus(tmp_path / "bin")


def test_programs_are_called_in_the_project(fake, tmp_path):
    project, log = tmp_path / "board", tmp_path / "log"
    project.mkdir()
    quartus = QuartusInstall(fake.programs)
    assert make_pof(quartus, project, "output_files/quantnn_board.sof", log) == "output_files/quantnn_board.pof"
    assert make_svf(quartus, project, "output_files/quantnn_board.sof", log) == "output_files/quantnn_board.svf"
    assert {path.name for path in (project / "output_files").iterdir()} == {"quantnn_board.pof", "quantnn_board.svf"}
    assert 'encoding="US-ASCII"' in (project / "quantnn_board.cof").read_text()


def test_failures(fake, tmp_path):
    fake.does("quartus_cpf", exits=2)
    with pytest.raises(ToolError, match="quartus_cpf failed with exit code 2"):
        make_pof(QuartusInstall(fake.programs), tmp_path, "a.sof", tmp_path / "log")
