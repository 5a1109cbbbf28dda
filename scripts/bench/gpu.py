#!/usr/bin/env python3
"""Time of one throttleable model in tnn's engine `cuda` against PyTorch on the same GPU with a physically small static net for each utilization:
eager, and recorded as a CUDA graph.

    scripts/bench/gpu.py [--json FILE] [--csv FILE] [--nets LIST] [--u LIST] [--batch LIST] [--precision LIST] [--build DIR]

All sides take inputs from the host and give outputs to the host, in channels_last and the same precision; PyTorch's batch norms are folded and
cudnn.benchmark is on. Interleaved in this process; ratios are ours / peer, medians over rounds. max_rel_error: largest difference of ours to
PyTorch's output in fp32 on the CPU, by the largest output. Needs torch for Python with CUDA. `--device cpu --engine reference` tries the script
itself where there is no GPU; its times mean nothing.
"""
import argparse

import support

PACKAGES = ["numpy", "torch==2.11.0"]


def eager_call(net, images, torch, device, dtype):
    """From host to host."""
    def call():
        return net(images.to(device, dtype, non_blocking=True)).float().cpu()
    return call


def graphed_call(net, images, torch, dtype):
    """The net and the copies of its inputs and outputs as one CUDA graph, like ours."""
    output = torch.empty(net(images.cuda().to(dtype)).shape, pin_memory=True)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(3):  # cudnn.benchmark chooses before the recording
            net(images.cuda().to(dtype))
    stream.synchronize()
    graph, pinned, device_input = torch.cuda.CUDAGraph(), images, images.cuda()
    with torch.cuda.graph(graph):
        device_input.copy_(pinned, non_blocking=True)
        output.copy_(net(device_input.to(dtype)).float(), non_blocking=True)

    def call():
        graph.replay()
        torch.cuda.synchronize()
        return output
    return call


def measure(models, name, batch, precision, options, numpy, torch):
    from static_net import StaticNet
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    dtype = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(precision, torch.float32)
    ours = support.Runtime(options.build, models.throttleable(name), options.engine, precision, 1, batch)
    images = numpy.random.default_rng(1).standard_normal([batch, *ours.input_shape()]).astype(numpy.float32)
    tensor = torch.from_numpy(images)
    if options.device == "cuda":
        tensor = tensor.pin_memory()
    rows = []
    for u in support.numbers(options.u):
        path = models.static(name, u, "safetensors")
        net = StaticNet(path, torch, options.device, dtype)
        ours.set_utilization(u)
        call, output = ours.prepared(images)
        sides = {"ours": call, "eager": eager_call(net, tensor, torch, options.device, dtype)}
        if options.device == "cuda":
            sides["graph"] = graphed_call(net, tensor, torch, dtype)
        call()
        expected = StaticNet(path, torch)(torch.from_numpy(images)).numpy()
        error = float(numpy.abs(expected - output).max() / numpy.abs(expected).max())
        middle, times = support.interleaved(sides, options.rounds, options.seconds)
        row = {"net": name, "u": u, "batch": batch, "precision": precision, "ours_ms": middle["ours"]}
        for peer in list(sides)[1:]:
            row[f"{peer}_ms"], row[f"ours / {peer}"] = middle[peer], support.median_ratio(times, "ours", peer)
        row["max_rel_error"] = error
        rows.append(row)
    ours.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    support.add_common_arguments(parser)
    parser.add_argument("--precision", default="fp32,tf32,fp16,bf16", help="of both sides (default: %(default)s)")
    parser.add_argument("--engine", default="cuda", help="ours (default: %(default)s)")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"], help="PyTorch's (default: %(default)s)")
    support.add_timing_arguments(parser, rounds=11, seconds=1.0)
    options = parser.parse_args()
    support.need_packages(*PACKAGES)
    import numpy
    import torch
    torch.backends.cudnn.benchmark = True
    models, rows = support.Models(options.build), []
    with torch.inference_mode():
        for name in support.chosen_nets(options.nets, ["vgg_w", "mobilenet", "resnext_w", "densenet_w"]):
            for batch in support.numbers(options.batch, int):
                for precision in options.precision.split(","):
                    rows += measure(models, name, batch, precision, options, numpy, torch)
    support.print_table(rows, list(rows[0]))
    gpu = torch.cuda.get_device_name(0) if options.device == "cuda" else "no GPU"
    peers = [key for key in rows[0] if key.startswith("ours / ")]
    summary = {"gpu": gpu, "torch": torch.__version__, "geometric_mean": {key: support.geometric_mean([row[key] for row in rows]) for key in peers}}
    print(f"\n{summary['geometric_mean']}, {len(rows)} rows; {gpu}; torch {torch.__version__}; {support.machine()}")
    support.write_files(options, rows, summary)


if __name__ == "__main__":
    main()
