"""Folders that are damaged, or change while they are updated."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from built import RESULT
from digests import digests
from exported import save_model
from perturbed import perturbed
from reports import damage

from quantnn.design.build_record import add_build, keep_files
from quantnn.design.fingerprint import IDENTITY
from quantnn.design.report import load_report
from quantnn.design.update_weights import update_weights
from quantnn.errors import InputError
from quantnn.network.file import load_network, save_network

pytestmark = pytest.mark.xdist_group("exported designs")


def rewrite(path, change):
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


DAMAGES = {
    "no report": (lambda d: (d / "report.json").unlink(), "is no exported design"),
    "report without precision": (
        lambda d: rewrite(d / "report.json", lambda r: {**r, "precision": {}}), "report.json is damaged"
    ),
    "report without layers": (
        lambda d: rewrite(d / "report.json", lambda r: {**r, "layers": []}), "report.json is damaged"
    ),
    "no plan": (lambda d: (d / "core" / "plan.json").unlink(), "plan.json is missing: export the model again"),
    "half a plan": (
        lambda d: (d / "core" / "plan.json").write_text((d / "core" / "plan.json").read_text()[:900]),
        "plan.json is damaged",
    ),
    "a plan that cannot be": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 0, "fold", "pe"), 99)),
        "plan.json is damaged",
    ),
    "a plan of another engine": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 0, "engine"), "steam")),
        "plan.json is damaged",
    ),
    "a plan that does not hold the network": (
        lambda d: rewrite(d / "core" / "plan.json", lambda p: deep(p, ("layers", 1, "accumulator"), [-3, 3])),
        "plan.json is not that of network.npz",
    ),
    "no network": (lambda d: (d / "network.npz").unlink(), "network.npz does not exist"),
    "half a network": (
        lambda d: (d / "network.npz").write_bytes((d / "network.npz").read_bytes()[:-40]), "truncated or damaged"
    ),
    "no Verilog": (lambda d: (d / "core" / "quantnn_core.v").unlink(), "quantnn_core.v cannot be read"),
    "other Verilog": (
        lambda d: (d / "core" / "quantnn_core.v").write_text("/* */\nmodule quantnn_core; endmodule\n"),
        "core/quantnn_core.v was changed, or written by another quantnn",
    ),
    "other Verilog for the board": (
        lambda d: (d / "board" / "quantnn_core.v").write_text("/* */\n"), "board/quantnn_core.v was changed"
    ),
    "a missing memory": (
        lambda d: (d / "core" / "quantnn_core_layer_1_mac_weights.mem").unlink(), "mac_weights.mem is missing"
    ),
    "a memory missing for the board": (
        lambda d: (d / "board" / "quantnn_core_layer_1_mac_weights.mem").unlink(), "mac_weights.mem is missing"
    ),
    "no identity": (lambda d: (d / "board" / IDENTITY).unlink(), "identity.mem is missing or damaged"),
    "half an identity": (
        lambda d: (d / "board" / IDENTITY).write_text("01010101\n" * 7), "identity.mem is missing or damaged"
    ),
    "no vectors": (lambda d: shutil.rmtree(d / "vectors"), "inputs.npy does not exist"),
    "other vectors": (
        lambda d: np.save(d / "vectors" / "classes.npy", np.zeros(60, np.uint8)), "does not hold what the network"
    ),
}


def deep(value, path, new):
    """The value with another one at a path of keys."""
    at = value
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return value


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_design_is_refused_in_a_line(damage, small, copy_of, other):
    change, reason = DAMAGES[damage]
    design = copy_of(small)
    change(design)
    before = digests(design)
    with pytest.raises(InputError) as caught:
        update_weights(design, other())
    message = str(caught.value)
    assert reason in message and "\n" not in message and caught.value.exit_code == 2
    assert digests(design) == before


def test_a_network_of_another_export_is_refused(small, digits, copy_of, other):
    design = copy_of(small)
    save_network(load_network(digits / "network.npz"), design / "network.npz")
    with pytest.raises(InputError, match=r"plan.json is not that of network.npz"):
        update_weights(design, other())


class TestAnotherCommand:
    """It changes the folder while the answers are computed."""

    @staticmethod
    def update(design, tmp_path, meanwhile):
        model = perturbed(save_model(tmp_path), tmp_path / "new.npz")
        steps = {"computing the expected answers": meanwhile}
        return update_weights(design, model, step=lambda step: steps.get(step, lambda: None)()).report

    def test_a_build_that_ended_is_one_of_the_old_weights(self, small, copy_of, tmp_path):
        design = copy_of(small)
        (tmp_path / "made").write_text("a bitstream")

        def build():
            begun = load_report(design)
            keep_files(design, {"output_files/a.bit": tmp_path / "made"}, begun)
            add_build(design, replace(RESULT, files=("output_files/a.bit",)), begun)

        report = self.update(design, tmp_path, build)
        assert report.build is None and report == load_report(design)
        assert not (design / "board" / "output_files" / "a.bit").exists() and set(report.files) == set(digests(design))

    def test_another_design_stays_as_it_is(self, small, copy_of, tmp_path):
        design, found = copy_of(small), []

        def export():
            damage(design, fingerprint="0123456789abcdef")
            found.append(digests(design))

        with pytest.raises(InputError, match=r"must stay the design that it was at the start; its fingerprint is 0123"):
            self.update(design, tmp_path, export)
        assert digests(design) == found[0]
