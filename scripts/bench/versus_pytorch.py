#!/usr/bin/env python3
"""Time of one throttleable VGG-W in tnn's runtime against PyTorch: the full net with masks (what most published code runs), the net sliced at each
call, and a physically small net through torch.compile, for each utilization. All interleaved in this process, same input, same threads.

    scripts/bench/versus_pytorch.py [--json FILE] [--csv FILE] [--u LIST] [--batch LIST] [--threads N]

Ratios are ours / peer, medians over rounds. Needs torch for Python (the CPU build is enough); a virtual environment with it is made where Python
lacks it. torch.compile needs a C++ compiler.
"""
import argparse
import json

import support

PACKAGES = ["numpy", "torch==2.11.0"]


class VggW:
    """VGG-W of the recipe, its tensors by name from tnn's model file, in plain PyTorch operations."""

    def __init__(self, path, torch):
        self.torch = torch
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
            data = file.read()
        self.metadata = header.pop("__metadata__")
        self.graph = json.loads(self.metadata["tnn.graph"])
        self.tensors = {}
        for name, entry in header.items():
            if entry["dtype"] != "F32":
                continue
            begin, end = entry["data_offsets"]
            self.tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).view(entry["shape"])
        points = json.loads(self.metadata["tnn.operating_points"])
        self.points = points

    def layers(self):
        """(kind, name) of each node after the input, batch norm and dropout apart."""
        return [(node["kind"], node["name"]) for node in self.graph["nodes"][1:]]


def runners(net, torch, u, groups, images):
    functional = torch.nn.functional
    share = lambda channels: channels * active // groups  # noqa: E731 - groups divide the channels of VGG-W
    active = max(1, min(groups, int(u * (groups + 1))))
    tensors = net.tensors
    weighted = [name for kind, name in net.layers() if kind in ("convolution", "linear")]
    last = weighted[-1]

    def forward(x, weights, masks):
        for kind, name in net.layers():
            if kind == "convolution":
                x = functional.conv2d(x, *weights[name], padding=1)
            elif kind == "linear":
                x = functional.linear(x, *weights[name])
            elif kind == "batch_norm":
                x = functional.batch_norm(x, *(t[:x.shape[1]] for t in (tensors[f"{name}.running_mean"], tensors[f"{name}.running_var"],
                                                                        tensors[f"{name}.weight"], tensors[f"{name}.bias"])))
            elif kind == "relu":
                x = functional.relu(x)
                if masks is not None:
                    mask = masks[x.shape[1]]
                    x = x * (mask if x.dim() == 2 else mask.view(1, -1, 1, 1))
            elif kind == "max_pool":
                x = functional.max_pool2d(x, 2)
            elif kind == "flatten":
                x = x.flatten(1)
        return x

    def sliced_weights():
        weights, inputs, features = {}, images.shape[1], None
        for kind, name in net.layers():
            if kind not in ("convolution", "linear"):
                continue
            weight, bias = tensors[f"{name}.weight"], tensors.get(f"{name}.bias")
            outputs = weight.shape[0] if name == last else share(weight.shape[0])
            inputs = weight.shape[1] if features is None and kind == "convolution" and weight.shape[1] == images.shape[1] else share(weight.shape[1])
            weights[name] = (weight[:outputs, :inputs], None if bias is None else bias[:outputs])
            features = outputs
        return weights

    whole = {name: (tensors[f"{name}.weight"], tensors.get(f"{name}.bias")) for name in weighted}
    masks = {}
    for name in weighted[:-1]:
        channels = tensors[f"{name}.weight"].shape[0]
        masks[channels] = (torch.arange(channels) < share(channels)).float()
    small = {name: tuple(None if t is None else t.contiguous() for t in pair) for name, pair in sliced_weights().items()}
    compiled = torch.compile(lambda x: forward(x, small, None), mode="max-autotune-no-cudagraphs")
    return {"masked": lambda: forward(images, whole, masks), "sliced": lambda: forward(images, sliced_weights(), None),
            "compiled static": lambda: compiled(images)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    support.add_common_arguments(parser)
    parser.add_argument("--threads", type=int, default=1)
    support.add_timing_arguments(parser, rounds=11, seconds=4.0)
    options = parser.parse_args()
    support.need_packages(*PACKAGES)
    import numpy
    import torch
    torch.set_num_threads(options.threads)
    models, rows = support.Models(options.build), []
    path = models.throttleable("vgg_w")
    net = VggW(path, torch)
    with torch.inference_mode():
        for batch in support.numbers(options.batch, int):
            ours = support.Runtime(options.build, path, threads=options.threads, batch=batch)
            images = numpy.random.default_rng(1).standard_normal([batch, *ours.input_shape()]).astype(numpy.float32)
            for u in support.numbers(options.u):
                ours.set_utilization(u)
                call, output = ours.prepared(images)
                peers = runners(net, torch, u, 16, torch.from_numpy(images))
                call()
                error = max(float(numpy.abs(peer().numpy() - output).max() / numpy.abs(output).max()) for peer in peers.values())
                middle, times = support.interleaved({"ours": call, **peers}, options.rounds, options.seconds)
                row = {"net": "vgg_w", "u": u, "batch": batch, "threads": options.threads, "ours_ms": middle["ours"]}
                for name in peers:
                    row[f"{name} ms"], row[f"ours / {name}"] = middle[name], support.median_ratio(times, "ours", name)
                row["max_rel_error"] = error
                rows.append(row)
            ours.close()
    support.print_table(rows, list(rows[0]))
    print(f"\n{support.machine()}; torch {torch.__version__}")
    support.write_files(options, rows, {})


if __name__ == "__main__":
    main()
