# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers

"""The output of /metrics, parsed strictly."""

import re

from prometheus_client.parser import text_string_to_metric_families

NAME = re.compile(r"(doorward|process)(_[a-z]+)+")
LINE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? (-?\d+(\.\d+)?)')


def _check_lines(text):
    """Each family is announced once, and all its samples follow at once, each only once."""
    assert text.endswith("\n")
    announced, seen, name, type = [], set(), None, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name, help = line[7:].split(" ", 1)
            assert NAME.fullmatch(name) and help.endswith("."), line
            assert name not in announced
            announced.append(name)
        elif line.startswith("# TYPE "):
            assert line[7:].split(" ")[0] == name
            type = line.split(" ")[3]
            assert (type == "counter") == name.endswith("_total"), line
        else:
            sample = re.sub(r'le="[^"]*"', 'le="x"', line)
            match = LINE.fullmatch(sample)
            assert match, line
            suffixes = ("_bucket", "_sum", "_count") if type == "histogram" else ("",)
            assert match[1] in [name + suffix for suffix in suffixes], line
            series = line.rpartition(" ")[0]
            assert series not in seen, line
            seen.add(series)


def parse(text):
    """{(name, ((label, value), …)): number}"""
    _check_lines(text)
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        if family.type == "histogram":
            _check_histogram(family)
    return found


def _check_histogram(family):
    buckets = [s for s in family.samples if s.name.endswith("_bucket")]
    bounds = [float(s.labels["le"]) for s in buckets]
    counts = [s.value for s in buckets]
    assert bounds == sorted(bounds) and bounds[-1] == float("inf")
    assert counts == sorted(counts)
    assert counts[-1] == next(s.value for s in family.samples if s.name.endswith("_count"))


class Metrics:
    """One scrape."""

    def __init__(self, text):
        self.series = parse(text)

    def get(self, name, **labels):
        return self.series.get((name, tuple(sorted(labels.items()))), 0)

    def since(self, before, *names):
        """The changes of these families: {(label values…): difference}."""
        changes = {}
        for (name, labels), value in self.series.items():
            by = value - before.series.get((name, labels), 0)
            if name in names and by != 0:
                changes[tuple(v for _, v in labels)] = by
        return changes

    def names(self):
        return {name for name, _ in self.series}


def scrape(door):
    """Over FastCGI."""
    reply = door.ask(DOORWARD_ENDPOINT="metrics")
    assert reply.status == 200
    assert reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return Metrics(reply.body.decode())
