"""The report and the waveform that a verification leaves, whatever happens to the folder or the disk meanwhile."""

import errno
import json
from types import SimpleNamespace

import pytest
from as_found import as_found
from built import RESULT
from exported import flip_weight
from reports import damage
from told import Told

from quantnn.design.build_record import add_build
from quantnn.design.report import load_report
from quantnn.errors import InputError, ToolError, VerificationError
from quantnn.verify import core_bench
from quantnn.verify.verify import VerifyOptions, verify

pytestmark = pytest.mark.xdist_group("exported designs")


def refused(error, design, options):
    with pytest.raises(error) as caught:
        verify(design, options)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture
def unchecked(monkeypatch):
    """The core of a folder is simulated whatever it is."""
    as_found(monkeypatch)


class TestAnotherCommand:
    """It changes the folder while the core is simulated."""

    @staticmethod
    def during(simulation):
        class Meanwhile(Told):
            def __call__(self, step, *more):
                super().__call__(step, *more)
                if step.startswith("simulating"):
                    simulation()

        return Meanwhile()

    def test_a_build_that_ended_stays(self, small, copy_of):
        design = copy_of(small)
        told = self.during(lambda: add_build(design, RESULT, load_report(design)))
        report = verify(design, VerifyOptions(samples=3), told)
        assert report == load_report(design)
        assert report.build == RESULT and report.verification.passed and {*report.build_files} <= {*report.files}

    @pytest.mark.parametrize("change", [{"fingerprint": "0123456789abcdef"}, {"version": 99}])
    def test_another_design_is_not_said_to_have_passed(self, small, copy_of, change):
        design = copy_of(small)
        told = self.during(lambda: damage(design, **change))
        with pytest.raises(InputError, match=r"^The core is bit-exact, but [^\n]+ again$"):
            verify(design, VerifyOptions(samples=3, wave=1), told)
        entry = json.loads((design / "report.json").read_text())
        assert entry["verification"] is None and entry.items() >= change.items()
        assert not (design / "wave.vcd").exists()

    def test_nor_is_a_difference_hidden(self, small, copy_of, unchecked):
        design = copy_of(small)
        flip_weight(design, load_report(small), 1, 2, 3, 7)
        told = self.during(lambda: damage(design, fingerprint="0123456789abcdef"))
        with pytest.raises(VerificationError, match=r": layer 1, .*; .* must stay the design that it was"):
            verify(design, VerifyOptions(), told)
        assert load_report(design).verification is None


class TestWaveThatIsNotKept:
    @pytest.fixture(params=["disk", "simulator"])
    def failing(self, request, monkeypatch):
        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        def stopped(*_, **__):
            raise ToolError("the simulator failed")

        if request.param == "disk":
            monkeypatch.setattr("quantnn.verify.verify.shutil", SimpleNamespace(copyfile=full))
            return "No space left on device"
        monkeypatch.setattr(core_bench.CoreBench, "record", stopped)
        monkeypatch.setattr(core_bench.CoreBench, "record_failure", stopped)
        return "the simulator failed"

    @pytest.mark.parametrize("wave", [1, "failing"])
    def test_the_verdict_stands(self, small, copy_of, unchecked, failing, wave):
        design = copy_of(small)
        flip_weight(design, load_report(small), 1, 2, 3, 7)
        message = refused(VerificationError, design, VerifyOptions(wave=wave))
        assert ": layer 1, neuron 3, " in message and "; the waveform is not kept: " in message and failing in message
        report = load_report(design)
        assert not report.verification.passed
        assert "wave.vcd" not in report.files and not (design / "wave.vcd").exists()

    def test_a_core_that_passed_has_passed(self, small, copy_of, failing):
        design = copy_of(small)
        message = refused(InputError, design, VerifyOptions(samples=3, wave=1))
        assert message.startswith("The core is bit-exact, but the waveform is not kept: ") and failing in message
        report = load_report(design)
        assert report.verification.passed
        assert "wave.vcd" not in report.files and not (design / "wave.vcd").exists()
