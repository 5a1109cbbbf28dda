#!/usr/bin/env python3
"""Time of one throttleable model in tnn's runtime against ONNX Runtime with a physically small static net for each utilization.

    scripts/bench/versus_onnxruntime.py [--quick] [--json FILE] [--csv FILE] [--nets LIST] [--u LIST] [--batch LIST] [--threads LIST]

Ours is one file and one copy of the weights, switched between utilizations; the peer gets a net of its own for each (exported by tnn, batch norm
folded). Both run interleaved in this process on the same input and number of threads; ratio is ours / peer, the median over rounds. Outputs are
compared: max_rel_error is the largest difference by the largest output. With --static a second peer is tnn's own engine on the static cut.
Makes a virtual environment with onnxruntime and numpy below .deps (or TNN_DEPS) where Python lacks them.
"""
import argparse
import gc
import pathlib

import support

PACKAGES = ["numpy", "onnxruntime==1.31.1"]


def peer_session(path, threads):
    import onnxruntime
    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # A pool that spins between calls would take a core from the other side.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def peer_call(session, images, numpy):
    """A call with input and output bound once, so that Python's share is small."""
    binding = session.io_binding()
    output = numpy.empty([len(images), session.get_outputs()[0].shape[1]], numpy.float32)
    name = session.get_outputs()[0].name
    binding.bind_input("input", "cpu", 0, numpy.float32, images.shape, images.ctypes.data)
    binding.bind_output(name, "cpu", 0, numpy.float32, output.shape, output.ctypes.data)
    return lambda: session.run_with_iobinding(binding), output


def measure(models, net, batch, threads, options, numpy):
    ours = support.Runtime(options.build, models.throttleable(net), options.engine, options.precision, threads, batch, options.tune)
    images = numpy.random.default_rng(1).standard_normal([batch, *ours.input_shape()]).astype(numpy.float32)
    rows = []
    for u in support.numbers(options.u):
        session = peer_session(models.static(net, u, "onnx"), threads)
        ours.set_utilization(u)
        sides, outputs = {}, {}
        sides["ours"], outputs["ours"] = ours.prepared(images)
        sides["peer"], outputs["peer"] = peer_call(session, images, numpy)
        if options.static:
            cut = support.Runtime(options.build, models.static(net, u, "safetensors"), options.engine, options.precision, threads, batch)
            sides["static"], outputs["static"] = cut.prepared(images)
        middle, times = support.interleaved(sides, options.rounds, options.seconds)
        error = float(numpy.abs(outputs["ours"] - outputs["peer"]).max() / numpy.abs(outputs["peer"]).max())
        row = {"net": net, "u": u, "batch": batch, "threads": threads, "ours_ms": middle["ours"], "peer_ms": middle["peer"],
               "ratio": support.median_ratio(times, "ours", "peer"), "max_rel_error": error}
        if options.static:
            row["versus_own_static"] = support.median_ratio(times, "ours", "static")
            cut.close()
        rows.append(row)
        del session
        gc.collect()
    ours.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    support.add_common_arguments(parser)
    parser.add_argument("--threads", default="1,2", help="numbers of threads, the same on both sides (default: %(default)s)")
    parser.add_argument("--engine", default="", help="ours (default: the fastest)")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"], help="ours; the peer computes in fp32 always")
    parser.add_argument("--tune", type=pathlib.Path, help="ours: take the fastest measured way to compute each step, kept in this file")
    support.add_timing_arguments(parser, rounds=15, seconds=3.0)
    parser.add_argument("--static", action="store_true", help="compare with our own engine on static nets, too")
    parser.add_argument("--quick", action="store_true", help="VGG-W and MobileNet, batch 1, one thread, fewer rounds: under a minute")
    options = parser.parse_args()
    support.need_packages(*PACKAGES)
    import numpy
    default = list(support.NETS)
    if options.quick:
        default, options.batch, options.threads, options.rounds, options.seconds = ["vgg_w", "mobilenet"], "1", "1", 7, 0.7
    models = support.Models(options.build)
    rows = []
    for net in support.chosen_nets(options.nets, default):
        for batch in support.numbers(options.batch, int):
            for threads in support.numbers(options.threads, int):
                rows += measure(models, net, batch, threads, options, numpy)
    support.print_table(rows, list(rows[0]))
    summary = {"geometric_mean": support.geometric_mean([row["ratio"] for row in rows]), "worst": max(row["ratio"] for row in rows)}
    print(f"\nours / peer: geometric mean {summary['geometric_mean']:.3f}, worst {summary['worst']:.3f}, {len(rows)} rows; {support.machine()}")
    support.write_files(options, rows, summary)


if __name__ == "__main__":
    main()
