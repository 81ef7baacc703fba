"""Reports and messages in the shapes that Quartus gives them, with words and figures of our own."""

__all__ = [
    "CLOCK", "fit_report", "fit_summary", "flow_log", "map_report", "path_report", "table", "timing_report",
    "timing_summary", "uninferred",
]

CLOCK = "MAX10_CLK1_50"
CORNERS = ("Slow 1200mV 85C Model", "Slow 1200mV 0C Model", "Fast 1200mV 0C Model")
CHECKS = ("Setup", "Hold", "Recovery", "Removal", "Minimum Pulse Width")


def table(title, *rows, empty="No paths to report."):
    """A table; the first row holds the headings. Without rows it only says so."""
    if not rows:
        line = "-" * (len(title) + 4)
        return f"{line}\n; {title} ;\n{line}\n{empty}\n\n\n"
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    total = sum(widths) + 3 * len(widths) - 1
    if len(title) + 2 > total:
        widths[-1] += len(title) + 2 - total
        total = len(title) + 2
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+\n"
    lines = [
        "; " + " ; ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) + " ;\n"
        for row in rows
    ]
    head = "+" + "-" * total + "+\n" + f"; {title.ljust(total - 2)} ;\n"
    return head + rule + lines[0] + rule + "".join(lines[1:]) + rule + "\n\n"


VERSION = "24.1std.0 Build 1077 03/04/2025 SC Lite Edition"


def fit_summary(*, version=VERSION, family="MAX 10", le="6,532", multipliers=288, status="Successful"):
    return f"""\
Fitter Status : {status} - Thu Jan  1 10:00:00 2026
Quartus Prime Version : {version}
Revision Name : quantnn_board
Top-level Entity Name : quantnn_board
Family : {family}
Device : 10M50DAF484C7G
Timing Models : Final
Total logic elements : {le} / 49,760 ( 13 % )
    Total combinational functions : 5,000 / 49,760 ( 10 % )
    Dedicated logic registers : 120 / 49,760 ( < 1 % )
Total registers : 120
Total pins : 66 / 360 ( 18 % )
Total virtual pins : 0
Total memory bits : 34,567 / 1,677,312 ( 2 % )
Embedded Multiplier 9-bit elements : {multipliers} / 288 ( {100 * multipliers // 288} % )
Total PLLs : 0 / 4 ( 0 % )
"""


def fit_report(*, m9k=80, memories=()):
    """``memories``: what Quartus calls those in block RAM."""
    text = "Fitter report for quantnn_board\nQuartus Prime Version 24.1std.0\n\n\n"
    text += table(
        "Fitter Resource Usage Summary",
        ("Resource", "Usage"),
        ("Total logic elements", "6,532 / 49,760 ( 13 % )"),
        ("    -- Combinational with no register", "171"),
        ("", ""),
        ("M9Ks", f"{m9k} / 182 ( {100 * m9k // 182} % )"),
        ("Total block memory bits", "34,567 / 1,677,312 ( 2 % )"),
        ("Total block memory implementation bits", "737,280 / 1,677,312 ( 44 % )"),
    )
    rows = []
    for number, name in enumerate(memories):
        place, _, own = name.rpartition("|")
        inside = f"altsyncram:{own}_rtl_0|altsyncram_ab{number}:auto_generated|ALTSYNCRAM"
        rows.append((f"{place}|{inside}", "M9K", "ROM"))
    return text + (table("Fitter RAM Summary", ("Name", "Type", "Mode"), *rows) if rows else "")


def uninferred(name, code=276013, why="because MIF is not supported for the selected family"):
    return f'    Info ({code}): RAM logic "{name}" is uninferred {why} File: /tmp/a b/quantnn_core.v Line: 12\n'


def map_report(messages=""):
    return f"""\
Analysis & Synthesis report for quantnn_board


+-------------------------------+
; Analysis & Synthesis Messages ;
+-------------------------------+
Info: Running Quartus Prime Analysis & Synthesis
{messages}Info: Quartus Prime Analysis & Synthesis was successful. 0 errors, 7 warnings
"""


def timing_report(
    *, slacks=None, fmax=("92.59 MHz", "92.59 MHz"), period="20.000", unconstrained=None, sdc=True, ports=(),
    clock=CLOCK, hidden=(), messages="",
):
    """``slacks``: in ns by check, for the first corner; ``hidden``: titles of tables that are left out."""
    slacks = {"Setup": 9.2, "Hold": 0.341, "Minimum Pulse Width": 9.5} | (slacks or {})
    counts = dict.fromkeys(
        ("Illegal Clocks", "Unconstrained Clocks", "Unconstrained Input Ports", "Unconstrained Input Port Paths",
         "Unconstrained Output Ports", "Unconstrained Output Port Paths"),
        0,
    ) | (unconstrained or {})
    tables = {}
    if sdc:
        tables["SDC File List"] = [("SDC File Path", "Status", "Read at"), ("quantnn_board.sdc", "OK", "Thu Jan  1")]
    clocks = [(clock, "Base", period, f"{1000 / float(period):.1f} MHz", "0.000")] if clock else []
    headings = ("Clock Name", "Type", "Period", "Frequency", "Rise")
    tables["Clocks"] = [headings, *clocks] if clocks else []
    for number, corner in enumerate(CORNERS):
        if number < 2:
            rows = [("Fmax", "Restricted Fmax", "Clock Name", "Note"), (*fmax, clock, "")] if fmax and clock else []
            tables[f"{corner} Fmax Summary"] = rows
        for check in CHECKS:
            rows = []
            if check in slacks and clock:
                rows = [("Clock", "Slack", "End Point TNS"), (clock, f"{slacks[check] + number / 10:.3f}", "0.000")]
            tables[f"{corner} {check} Summary"] = rows
    tables["Unconstrained Paths Summary"] = [
        ("Property", "Setup", "Hold"), *((name, f"{count:,}", f"{count:,}") for name, count in counts.items()),
    ]  # fmt: skip
    for name in ("Unconstrained Input Ports", "Unconstrained Output Ports"):
        if counts[name]:
            tables[name] = [("Port", "Comment"), *((port, "No delay found") for port in ports)]
    if counts["Unconstrained Clocks"]:
        tables["Clock Status Summary"] = [
            ("Target", "Clock", "Type", "Status"), (clock, clock, "Base", "Constrained"),
            ("link:link|strobe", "", "Base", "Unconstrained"),
        ]  # fmt: skip
    shown = "".join(table(title, *rows) for title, rows in tables.items() if title not in hidden)
    note = "Info (332104): Reading SDC File: 'quantnn_board.sdc'\n" if sdc else (
        "Critical Warning (332012): Synopsys Design Constraints File file not found: 'quantnn_board.sdc'.\n"
        'Info (332142): No user constrained base clocks found. Calling "derive_clocks -period 1.0"\n'
    )
    return f"Timing Analyzer report for quantnn_board\n\n\n{shown}{note}{messages}"


def timing_summary(*, check="Setup", slack=9.2, corner=CORNERS[0], clock=CLOCK):
    rule = "-" * 60
    entry = f"Type  : {corner} {check} '{clock}'\nSlack : {slack:.3f}\nTNS   : 0.000\n"
    return f"{rule}\nTiming Analyzer Summary\n{rule}\n\n{entry}\n{rule}\n"


def path_report(start, end, *, slack="9.200", delay="10.659", title="Summary of Paths"):
    ends = ("Slack", "From Node", "To Node", "Launch Clock", "Latch Clock")
    headings = (*ends, "Relationship", "Clock Skew", "Data Delay")
    row = (slack, start, end, CLOCK, CLOCK, "20.000", "-0.080", delay)
    return "Report Timing: Found 1 setup paths (0 violated).\n\n\n" + table(title, headings, row)


STAGES = ("Analysis & Synthesis", "Fitter", "Assembler", "Timing Analyzer")


def flow_log(messages="", stages=STAGES, name="Quartus Prime"):
    """What a compilation prints that goes through some stages."""
    text = f"Info: Running {name} Shell\n"
    for stage in stages:
        text += f"{'*' * 60}\nInfo: Running {name} {stage}\n    Info: Version 24.1std.0\n"
        text += messages if stage == "Analysis & Synthesis" else ""
        text += f"Info: {name} {stage} was successful. 0 errors, 7 warnings\n"
    return text
