"""Results of a build and of a verification, made up."""

from quantnn.design.report import BuildResult, CriticalPath, Slack, Usage, Verification

__all__ = ["PATH", "RESULT", "VERIFICATION"]

PATH = CriticalPath(9.5, "core|a", "core|b", "layer 0, the accumulators")
RESULT = BuildResult(
    tool="nextpnr-ecp5 0.9", clock_mhz=100.0, fmax_mhz=102.5,
    resources=(Usage("LUT4", 1234, 83640), Usage("EBR", 0, 208)), critical_path=PATH, seed=3,
    files=("output_files/quantnn_board.bit", "output_files/log.txt"), seconds=61.25, warnings=("a", "b"),
    slacks=(Slack("setup", 0.25), Slack("hold", -0.1)),
)  # fmt: skip
VERIFICATION = Verification(True, 7, 3, 99, 0, None, "Verilator 5", 1.5)
