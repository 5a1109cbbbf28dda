#!/usr/bin/env python3
"""Training speed of tnn against the same network in Python with the same LibTorch version, interleaved, on the same threads.

    scripts/bench/training_speed.py --data-root DIR [--threads N] [--images N] [--rounds N]

Needs Python's torch (2.11.0, the version tnn is built with). VGG-W of recipes/dtnn-2022 on CIFAR-10 (binary files, plain or .xz below
DIR/cifar-10-batches-bin). Each round runs every contender once; images/s is the median over rounds, of one epoch without its first steps for
Python, and of the epoch's training steps for tnn (which include its loader). Prints a Markdown table and the ratios.
"""
import argparse
import json
import lzma
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from torch import nn

TOP = pathlib.Path(__file__).resolve().parents[2]
RECIPE = TOP / "recipes/dtnn-2022/vgg-w-cifar10.yaml"


def read_images(root, count):
    folder = pathlib.Path(root) / "cifar-10-batches-bin"
    plain, packed = folder / "data_batch_1.bin", folder / "data_batch_1.bin.xz"
    data = plain.read_bytes() if plain.exists() else lzma.decompress(packed.read_bytes())
    records = torch.frombuffer(bytearray(data), dtype=torch.uint8).view(-1, 3073)[:count]
    return records[:, 1:].reshape(-1, 3, 32, 32).float().div_(255), records[:, 0].long()


def vgg_w():
    layers, channels = [], 3
    for entry in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M"]:
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, entry, 3, padding=1), nn.ReLU(inplace=True)]
            channels = entry
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 10))


def run_python(images, labels, batch, channels_last):
    """Images per second of one epoch at full width."""
    model = vgg_w()
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    order = torch.randperm(len(labels))
    start, skipped = None, 2
    for step, begin in enumerate(range(0, len(labels) - batch + 1, batch)):
        if step == skipped:
            start = time.perf_counter()
        index = order[begin:begin + batch]
        x = images[index]
        if channels_last:
            x = x.contiguous(memory_format=torch.channels_last)
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(x), labels[index])
        loss.backward()
        optimizer.step()
        loss.item()
    return (step + 1 - skipped) * batch / (time.perf_counter() - start)


def run_tnn(program, root, images, batch, threads, settings):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        values = ["training.epochs=1", f"data.train_limit={images}", "data.validation_fraction=0", "training.best=last", f"training.batch_size={batch}",
                  "training.batch_norm=shared", "model.dropout=0", "output.tensorboard=false", *settings]
        command = [program, "train-datapath", str(RECIPE), "--quiet", "--threads", str(threads), "--data-root", root, "--out", str(out)]
        for value in values:
            command += ["--set", value]
        environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}  # what Python's torch may need is not for tnn
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        return (images // batch) * batch / next(line["epoch_seconds"] for line in lines if "epoch_seconds" in line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", required=True)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--images", type=int, default=1920)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", default=str(TOP / "build/release/bin/tnn"))
    options = parser.parse_args()
    if not pathlib.Path(options.program).exists():
        sys.exit(f"{options.program} is not there: build it with scripts/quickstart or name it with --program")
    torch.set_num_threads(options.threads)
    images, labels = read_images(options.data_root, options.images)
    full, uniform = ["training.u_prior=list", "training.u_list=[1]"], ["training.u_prior=uniform"]

    def tnn(*settings):
        return lambda: run_tnn(options.program, options.data_root, options.images, options.batch, options.threads, settings)

    contenders = {
        "tnn, u = 1": tnn(*full),
        "Python, full width": lambda: run_python(images, labels, options.batch, False),
        "Python, full width, channels_last": lambda: run_python(images, labels, options.batch, True),
        "tnn, uniform u, sliced": tnn(*uniform),
        "tnn, uniform u, masked": tnn(*uniform, "training.execution=masked"),
    }
    speeds = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name, run in contenders.items():
            speeds[name].append(run())
    median = {name: statistics.median(values) for name, values in speeds.items()}
    print(f"VGG-W, CIFAR-10, batch {options.batch}, {options.threads} thread(s), {options.rounds} rounds, torch {torch.__version__}\n")
    print("| contender | images/s (median) | lowest | highest |\n|---|---:|---:|---:|")
    for name, values in speeds.items():
        print(f"| {name} | {median[name]:.1f} | {min(values):.1f} | {max(values):.1f} |")

    def ratio(a, b):
        return statistics.median(x / y for x, y in zip(speeds[a], speeds[b]))

    best = max(["Python, full width", "Python, full width, channels_last"], key=median.get)
    print(f"\nu = 1: tnn / Python = {ratio('tnn, u = 1', 'Python, full width'):.2f}, / Python channels_last = {ratio('tnn, u = 1', 'Python, full width, channels_last'):.2f}"
          f" (Python's faster layout: {best})")
    print(f"uniform u: sliced / masked = {ratio('tnn, uniform u, sliced', 'tnn, uniform u, masked'):.2f}")


if __name__ == "__main__":
    main()
