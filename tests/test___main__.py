import subprocess
import sys

from quantnn import __version__


def run(*words):
    return subprocess.run([sys.executable, "-m", "quantnn", *words], capture_output=True, text=True, check=False)


def test_python_m_quantnn_is_the_command_line():
    shown = run("--help")
    assert shown.returncode == 0 and "export" in shown.stdout and "verify" in shown.stdout
    assert __version__ in run("--version").stdout


def test_an_error_is_one_line_and_an_exit_code(tmp_path):
    refused = run("inspect", str(tmp_path / "nothing"))
    assert refused.returncode == 2 and refused.stdout == ""
    assert "Traceback" not in refused.stderr and str(tmp_path) in refused.stderr.replace("\n", "")
