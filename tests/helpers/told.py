"""Keeps what work tells of itself."""

from quantnn.system.progress import Progress


class Told(Progress):
    """Members: ``steps``, their names in order; ``totals`` and ``units`` by name; ``done``, how much of each was
    counted; ``notes``, all of them in order."""

    def __init__(self):
        self.steps, self.notes = [], []
        self.totals, self.units, self.done = {}, {}, {}

    def __call__(self, step, total=None, unit=""):
        self.steps.append(step)
        self.totals[step], self.units[step], self.done[step] = total, unit, 0

    def advance(self, count=1, note=None):
        self.done[self.steps[-1]] += count
        if note is not None:
            self.notes.append(note)
