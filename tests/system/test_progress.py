from quantnn.system.progress import SILENT


def test_silence_takes_all_and_says_nothing(capsys):
    SILENT("simulating", 100, "samples")
    SILENT.advance(7)
    SILENT.advance(0, "25 MHz so far")
    SILENT("compiling")
    assert capsys.readouterr() == ("", "")
