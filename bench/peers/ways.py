"""The ways in which a peer does each row's work, by the row's kind, and how long they take.

A way is a function of the row's name that prepares the work and returns a function to call again and again, with the number of
vectors that a call multiplies (1 where there are none). bench/rows/rows.json lists the rows, their kinds and these ways."""

import statistics
import time

WAYS = {}


def way(kind, name):
    """Registers a way of a kind of row."""

    def register(make):
        WAYS.setdefault(kind, {})[name] = make
        return make

    return register


def sizes(row):
    """'step/mlp-64-32-32-10/32' → [64, 32, 32, 10], 32; 'hvps/resnet20-16/128/4' → [16], 128."""
    _, model, batch, *_ = row.split("/")
    return [int(n) for n in model.split("-")[1:]], int(batch)


def vectors(row):
    """How many vectors a block has: the last number of 'hvps/…/128/16'."""
    return int(row.split("/")[-1])


LEAST, LONG = 1e-3, 0.2  # seconds: shorter work is repeated to fill a sample; longer work may have a single sample


class Work:
    """A prepared way. prepared: seconds of preparing it and of the first call, compilation included."""

    def __init__(self, make, row):
        start = time.perf_counter()
        self.run, self.vectors = make(row)
        self.run()
        self.prepared = time.perf_counter() - start
        self.repeat = 1
        self.repeat = max(1, round(LEAST / self.sample()))

    def sample(self):
        start = time.perf_counter()
        for _ in range(self.repeat):
            self.run()
        return (time.perf_counter() - start) / self.repeat

    def seconds(self, budget):
        """The median of samples taken for that long; at least 3 of short work, 1 of long."""
        times, end = [], time.perf_counter() + budget
        while not times or time.perf_counter() < end or len(times) < 3 and times[-1] * self.repeat < LONG:
            times.append(self.sample())
        return statistics.median(times) / self.vectors
