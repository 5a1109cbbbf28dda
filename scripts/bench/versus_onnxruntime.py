#!/usr/bin/env python3
"""Time of one throttleable model in tnn's runtime against ONNX Runtime, or OpenVINO, with a physically small static net for each utilization.

    scripts/bench/versus_onnxruntime.py [--peer onnxruntime|openvino] [--busy-core] [--quick] [--json FILE] [--csv FILE] [--nets LIST]
                                        [--u LIST] [--batch LIST] [--threads LIST]

Ours is one file and one copy of the weights, switched between utilizations; the peer gets a net of its own for each (exported by tnn, batch norm
folded). Both run interleaved in this process on the same input and number of threads; ratio is ours / peer, the median over rounds. Outputs are
compared: max_rel_error is the largest difference by the largest output. With --static a second peer is tnn's own engine on the static cut.
With --busy-core another process keeps one of the processors busy meanwhile, and a round's time is the median of its calls, not the fastest.
Makes a virtual environment with the peer and numpy below .deps (or TNN_DEPS) where Python lacks them.
"""
import argparse
import contextlib
import gc
import os
import pathlib
import statistics
import subprocess
import sys

import support

PACKAGES = {"onnxruntime": "onnxruntime==1.31.1", "openvino": "openvino==2026.4.1"}


class OnnxRuntime:
    """A net in ONNX Runtime; input and output are bound once, so that Python's share is small."""

    def __init__(self, path, threads, images, numpy):
        import onnxruntime
        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # A pool that spins between calls would take a core from the other side.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        first = self.session.get_outputs()[0]
        self.output = numpy.empty([len(images), first.shape[1]], numpy.float32)
        self.binding.bind_input("input", "cpu", 0, numpy.float32, images.shape, images.ctypes.data)
        self.binding.bind_output(first.name, "cpu", 0, numpy.float32, self.output.shape, self.output.ctypes.data)

    def __call__(self):
        self.session.run_with_iobinding(self.binding)


class OpenVino:
    """A net in OpenVINO's CPU plugin, fp32, one stream, the input's shape fixed."""

    def __init__(self, path, threads, images, numpy):
        import openvino
        core = openvino.Core()
        model = core.read_model(str(path))
        model.reshape(list(images.shape))
        how = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
        self.request = core.compile_model(model, "CPU", how).create_infer_request()
        self.request.set_input_tensor(openvino.Tensor(images, shared_memory=True))
        self.output = self.request.get_output_tensor().data

    def __call__(self):
        self.request.infer()


PEERS = {"onnxruntime": OnnxRuntime, "openvino": OpenVino}


@contextlib.contextmanager
def busy_core(wanted):
    """Another process keeps the last processor that this one may use busy."""
    if not wanted:
        yield
        return
    core = max(os.sched_getaffinity(0))
    busy = subprocess.Popen([sys.executable, "-c", f"import os; os.sched_setaffinity(0, [{core}])\nwhile True: pass"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def measure(models, net, batch, threads, options, numpy):
    ours = support.Runtime(options.build, models.throttleable(net), options.engine, options.precision, threads, batch, options.tune)
    images = numpy.random.default_rng(1).standard_normal([batch, *ours.input_shape()]).astype(numpy.float32)
    rows = []
    for u in support.numbers(options.u):
        peer = PEERS[options.peer](models.static(net, u, "onnx"), threads, images, numpy)
        ours.set_utilization(u)
        sides, outputs = {}, {}
        sides["ours"], outputs["ours"] = ours.prepared(images)
        sides["peer"], outputs["peer"] = peer, peer.output
        if options.static:
            cut = support.Runtime(options.build, models.static(net, u, "safetensors"), options.engine, options.precision, threads, batch)
            sides["static"], outputs["static"] = cut.prepared(images)
        middle, times = support.interleaved(sides, options.rounds, options.seconds, statistics.median if options.busy_core else min)
        error = float(numpy.abs(outputs["ours"] - outputs["peer"]).max() / numpy.abs(outputs["peer"]).max())
        row = {"net": net, "u": u, "batch": batch, "threads": threads, "ours_ms": middle["ours"], "peer_ms": middle["peer"],
               "ratio": support.median_ratio(times, "ours", "peer"), "max_rel_error": error}
        if options.static:
            row["versus_own_static"] = support.median_ratio(times, "ours", "static")
            cut.close()
        rows.append(row)
        del peer, sides
        gc.collect()
    ours.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    support.add_common_arguments(parser)
    parser.add_argument("--threads", default="1,2", help="numbers of threads, the same on both sides (default: %(default)s)")
    parser.add_argument("--peer", default="onnxruntime", choices=list(PEERS), help="whom to compare with (default: %(default)s)")
    parser.add_argument("--busy-core", action="store_true", help="another process keeps one processor busy meanwhile")
    parser.add_argument("--engine", default="", help="ours (default: the fastest)")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"], help="ours; the peer computes in fp32 always")
    parser.add_argument("--tune", type=pathlib.Path, help="ours: take the fastest measured way to compute each step, kept in this file")
    support.add_timing_arguments(parser, rounds=15, seconds=3.0)
    parser.add_argument("--static", action="store_true", help="compare with our own engine on static nets, too")
    parser.add_argument("--quick", action="store_true", help="VGG-W and MobileNet, batch 1, one thread, fewer rounds: under a minute")
    options = parser.parse_args()
    support.need_packages("numpy", PACKAGES[options.peer])
    import numpy
    default = list(support.NETS)
    if options.quick:
        default, options.batch, options.threads, options.rounds, options.seconds = ["vgg_w", "mobilenet"], "1", "1", 7, 0.7
    models = support.Models(options.build)
    rows = []
    with busy_core(options.busy_core):
        for net in support.chosen_nets(options.nets, default):
            for batch in support.numbers(options.batch, int):
                for threads in support.numbers(options.threads, int):
                    rows += measure(models, net, batch, threads, options, numpy)
    support.print_table(rows, list(rows[0]))
    summary = {"geometric_mean": support.geometric_mean([row["ratio"] for row in rows]), "worst": max(row["ratio"] for row in rows)}
    print(f"\nours / {options.peer}{', one core busy' if options.busy_core else ''}: geometric mean {summary['geometric_mean']:.3f}, worst {summary['worst']:.3f}, {len(rows)} rows; {support.machine()}")
    support.write_files(options, rows, summary)


if __name__ == "__main__":
    main()
