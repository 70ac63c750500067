# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The one table and the one JSON file of a run, and the bounds of its figures."""

import json
import os
import statistics

FALL = 0.15  # of a recorded ratio, from which on it is too much


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def with_unit(value, unit):
    return "" if value is None else number(value) + ("" if unit in ("", "/s") else " ") + unit


def median(rows, key):
    return statistics.median(row[key] for row in rows)


class Report:
    def __init__(self, bounds=True):
        self.bounds = bounds
        self.group, self.section = "", ""
        self.figures = {}
        self.ratios = {}  # by "group: section: what": which direction is better, and the ratio
        self.failed = []

    def begin(self, group):
        self.group, self.section = group, ""
        self.figures[group] = {}

    def title(self, text, ours="doorward", beside="", ratio="", key=None):
        """Heads the rows that follow; `key` names them in files where `text` holds figures."""
        self.section = text if key is None else key
        print(f"\n{text:<62}{ours:>14}{beside:>14}{ratio:>8}".rstrip(), flush=True)

    def keep(self, name, value):
        """Figures for the JSON file alone."""
        self.figures[self.group].setdefault(self.section, {})[name] = value

    def row(self, what, ours, beside=None, unit="", ratio=None, better=None, least=None, most=None):
        """
        One line. `least` and `most` bound the ratio, or our own figure without a ratio. A ratio
        that is similar in each run, so that it can be recorded, is `better` when "higher" or
        "lower".
        """
        if ratio is not None and better is not None:
            self.ratios[self._name(what)] = {"better": better, "ratio": round(ratio, 4)}
        measured = ours if ratio is None else ratio
        bound, verdict = "", ""
        if least is not None:
            bound = f"at least {least:g}"
            verdict = "" if measured >= least else "FAILED"
        elif most is not None:
            bound = f"at most {most:g}"
            verdict = "" if measured <= most else "FAILED"
        if verdict and self.bounds:
            self.failed.append(self._name(what))
        self.keep(what, {"doorward": ours, "beside": beside, "unit": unit, "ratio": ratio})
        ours, beside = with_unit(ours, unit), with_unit(beside, unit)
        ratio = "" if ratio is None else f"{ratio:.2f}"
        line = f"  {what:<60}{ours:>14}{beside:>14}{ratio:>8}"
        print(f"{line}  {bound:<15}{verdict if self.bounds else ''}".rstrip(), flush=True)

    def remark(self, text):
        print(f"  ({text})", flush=True)

    def fail(self, what):
        print(f"  {what}  FAILED", flush=True)
        self.failed.append(self._name(what))

    def _name(self, what):
        return f"{self.group}: {self.section}: {what}"

    # Files

    def write(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {
            "cores": os.cpu_count(),
            "failed": self.failed,
            "ratios": self.ratios,
            "figures": self.figures,
        }
        path.write_text(json.dumps(document, indent=1) + "\n")

    def record(self, path, runs):
        """Writes the groups of these runs to the file, by medians; the other groups stay as they
        are."""
        recorded = json.loads(path.read_text()) if path.exists() else {}
        recorded = {k: v for k, v in recorded.items() if k.split(":")[0] not in self.figures}
        for name, measured in self.ratios.items():
            ratio = statistics.median(run.ratios[name]["ratio"] for run in runs)
            recorded[name] = {**measured, "ratio": ratio}
        path.write_text(json.dumps(dict(sorted(recorded.items())), indent=1) + "\n")
        print(f"\n{len(self.ratios)} ratios recorded in {path}")

    def fallen(self, recorded):
        """
        The ratios of this run's groups that are worse than recorded, by name. A name that was not
        measured is worse.
        """
        self.title(f"ratios worse by more than {FALL:.0%}", "now", "recorded")
        fallen = {}
        for name, then in recorded.items():
            if name.split(":")[0] not in self.figures:
                continue
            now = self.ratios.get(name)
            part = 0 if now is None else now["ratio"] / then["ratio"]
            if part > 0 and then["better"] == "lower":
                part = 1 / part
            if part < 1 - FALL:
                shown = "missing" if now is None else f"{now['ratio']:.2f}"
                print(f"  {name:<60}{shown:>14}{then['ratio']:>14.2f}", flush=True)
                fallen[name] = then
        return fallen
