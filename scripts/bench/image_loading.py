#!/usr/bin/env python3
"""Images a second that come ready for training (random resized crop to 224, flip, normalised, in batches): tnn's loader against torchvision
on PIL images in a PyTorch DataLoader with as many workers, and against a bare loop that decodes whole files with libjpeg-turbo and does
nothing else. Same files, one after the other in alternating order; ratios are medians over rounds.

    scripts/bench/image_loading.py DATA_ROOT [--workers N] [--rounds N] [--seconds S] [--copies N] [--json FILE]

DATA_ROOT: a folder with train/<class>/*.JPEG. Files are linked --copies times into a folder of their own, so that an epoch is long beside its
start. Needs torch and torchvision for Python (a virtual environment with them is made where Python lacks them) and a C++ compiler.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import support

PACKAGES = ["numpy", "torch==2.11.0", "torchvision==0.26.0"]


def link_files(source, target, copies):
    """A folder of links train/<class>/<image>, and the paths of its files."""
    paths = []
    for image in sorted(source.glob("train/*/*")):
        folder = target / "train" / image.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        for copy in range(copies):
            link = folder / f"{copy}_{image.name}"
            link.symlink_to(image.resolve())
            paths.append(link)
    if not paths:
        sys.exit(f"no image in {source}/train/<class>")
    return paths


def torchvision_side(root, workers, batch):
    """A call that measures for a time and returns images a second; the workers live on between calls."""
    import torch
    from torchvision import datasets, transforms
    torch.set_num_threads(1)
    transform = transforms.Compose([transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
                                    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    data = datasets.ImageFolder(root / "train", transform)
    loader = torch.utils.data.DataLoader(data, batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=workers > 0)

    def measure(seconds):
        for _ in loader:
            pass
        images, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            images += sum(len(labels) for _, labels in loader)
        return images / (time.perf_counter() - start)
    return measure


def our_side(program, root, workers, batch):
    def measure(seconds):
        command = [program, "data", "speed", "image_folder", "--data-root", root, "--workers", workers, "--batch-size", batch, "--seconds", seconds, "--format", "json"]
        out = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
        return json.loads(out)[0]["images_per_second"]
    return measure


def bare_side(build, paths, folder, workers):
    source, program = pathlib.Path(__file__).with_name("bare_jpeg.cpp"), build / "bench/bare_jpeg"
    program.parent.mkdir(exist_ok=True)
    subprocess.run([os.environ.get("CXX", "c++"), "-O3", "-std=c++17", source, "-o", program, "-ljpeg", "-pthread"], check=True)
    files = folder / "list"
    files.write_text("".join(f"{path}\n" for path in paths))
    return lambda seconds: float(subprocess.run([program, files, str(workers), str(seconds)], check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_root", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=support.DEFAULT_BUILD, help="build folder with bin/tnn")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="threads of tnn, processes of the DataLoader (default: cores)")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of each side in each round")
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    support.need_packages(*PACKAGES)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        paths = link_files(options.data_root, root, options.copies)
        sides = {"tnn": our_side(options.build / "bin/tnn", root, options.workers, options.batch),
                 "torchvision": torchvision_side(root, options.workers, options.batch),
                 "bare libjpeg-turbo": bare_side(options.build, paths, root, options.workers)}
        rates = {name: [] for name in sides}
        for number in range(options.rounds):
            for name in list(sides) if number % 2 == 0 else reversed(list(sides)):
                rates[name].append(sides[name](options.seconds))
    rows = [{"side": name, "images_per_second": statistics.median(values), "lowest": min(values), "highest": max(values),
             "tnn_over_it": support.median_ratio(rates, "tnn", name)} for name, values in rates.items()]
    load = os.getloadavg()
    print(f"{support.machine()}, {options.workers} workers, {len(paths)} files, load {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}")
    support.print_table(rows, ["side", "images_per_second", "lowest", "highest", "tnn_over_it"])
    if options.json:
        options.json.write_text(json.dumps({"machine": support.machine(), "workers": options.workers, "load": load, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
