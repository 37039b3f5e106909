"""The peak memory of a process that does a row's work three times: peak.py KIND ROW WAY prints bytes."""

import sys

import torch

import dense  # noqa: F401
import images  # noqa: F401
from ways import WAYS


def main():
    kind, row, way = sys.argv[1:]
    torch.set_num_threads(1)
    run, _ = WAYS[kind][way](row)
    for _ in range(3):
        run()
    with open("/proc/self/status") as f:  # the peak of this program alone, where getrusage counts what started it
        print(next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM")))


main()
