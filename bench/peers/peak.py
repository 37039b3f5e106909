"""The peak memory of a process that does a row's work three times: peak.py KIND ROW WAY prints bytes."""

import sys

import torch

import dense  # noqa: F401
import images  # noqa: F401
from variants import VARIANTS


def main():
    kind, row, variant = sys.argv[1:]
    torch.set_num_threads(1)
    run, _ = VARIANTS[kind][variant](row)
    for _ in range(3):
        run()
    with open("/proc/self/status") as f:  # the peak of this program alone: getrusage includes the parent's
        print(next(int(line.split()[1]) << 10 for line in f if line.startswith("VmHWM")))


main()
