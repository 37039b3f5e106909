"""A peer's variants of each row's work, by the row's kind, and how they are timed.

A variant is a function of the row's name that prepares the work and returns a function to be called repeatedly, with
the number of vectors that a call multiplies (1 where there are none). bench/rows/rows.json lists the rows, their kinds
and these variants."""

import statistics
import time

VARIANTS = {}


def variant(kind, name):
    """Registers a variant of a kind of row."""

    def register(make):
        VARIANTS.setdefault(kind, {})[name] = make
        return make

    return register


def sizes(row):
    """'step/mlp-64-32-32-10/32' → [64, 32, 32, 10], 32; 'hvps/resnet20-16/128/4' → [16], 128."""
    _, model, batch, *_ = row.split("/")
    return [int(n) for n in model.split("-")[1:]], int(batch)


def vectors(row):
    """The number of vectors of a block: the last number of 'hvps/…/128/16'."""
    return int(row.split("/")[-1])


LEAST, LONG = 1e-3, 0.2  # seconds: work shorter than LEAST is repeated; work longer than LONG may have a single sample


class Work:
    """A prepared variant. prepared: seconds of preparing it and of the first call, compilation included."""

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
        """The median of samples taken for the budgeted time; at least 3 of short work, 1 of long."""
        times, end = [], time.perf_counter() + budget
        while not times or time.perf_counter() < end or len(times) < 3 and times[-1] * self.repeat < LONG:
            times.append(self.sample())
        return statistics.median(times) / self.vectors
