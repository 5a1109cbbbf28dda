"""What the benchmarks of this folder share: Python packages, model files, the runtime's C interface, interleaved timing, tables."""
import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import venv

TOP = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_BUILD = TOP / "build/release"

# Recipe, and what is set on top of it, of each benchmarked network.
NETS = {
    "vgg_w": ("recipes/dtnn-2022/vgg-w-cifar10.yaml", []),
    "resnext_w": ("recipes/cifar10/resnext29.yaml", []),
    "densenet_w": ("recipes/cifar10/densenet100.yaml", []),
    "mobilenet": ("recipes/cifar10/mobilenet.yaml", []),
    "ds_cnn": ("recipes/cifar10/ds_cnn.yaml", []),
    "resnext50": ("recipes/cifar10/resnext29.yaml", ["model.depth=50", "model.cardinality=32", "model.group_width=4", "model.input=[3, 224, 224]", "model.classes=1000"]),
}


def need_packages(*packages):
    """Imports work after this: where they do not, the script starts again in a virtual environment that has the packages."""
    missing = []
    for package in packages:
        try:
            __import__(package.split("==")[0])
        except ImportError:
            missing.append(package)
    if not missing:
        return
    folder = pathlib.Path(os.environ.get("TNN_DEPS", TOP / ".deps")) / "bench-venv"
    python = folder / "bin/python"
    if sys.prefix == str(folder):
        sys.exit(f"{folder} lacks {', '.join(missing)}")
    if not python.exists():
        print(f"making {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"pip could not install {', '.join(packages)}: check the network, or install them for {sys.executable}")
    os.execv(python, [str(python), *sys.argv])


def add_common_arguments(parser):
    parser.add_argument("--build", type=pathlib.Path, default=DEFAULT_BUILD, help="build folder with bin/tnn and lib/libtnn_runtime.so")
    parser.add_argument("--nets", default="", help=f"comma-separated, of {', '.join(NETS)} (default: all)")
    parser.add_argument("--u", default="0.1,0.25,0.5,0.75,1", help="utilizations (default: %(default)s)")
    parser.add_argument("--json", type=pathlib.Path, help="write the rows here, too")
    parser.add_argument("--csv", type=pathlib.Path, help="write the rows here, too")


def add_timing_arguments(parser, rounds, seconds):
    parser.add_argument("--batch", default="1,32", help="batch sizes (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=rounds, help="in each every side has its turn (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=seconds, help="time for a row (default: %(default)s)")


def chosen_nets(text, default):
    names = text.split(",") if text else default
    for name in names:
        if name not in NETS:
            sys.exit(f"unknown net '{name}' (allowed: {', '.join(NETS)})")
    return names


def numbers(text, kind=float):
    return [kind(part) for part in text.split(",")]


class Models:
    """Model files with initial weights, made once by `tnn export` and kept in <build>/bench."""

    def __init__(self, build):
        self.program = build / "bin/tnn"
        if not self.program.exists():
            sys.exit(f"{self.program} is not there: build it with scripts/build, or name a build folder with --build")
        self.folder = build / "bench"
        self.folder.mkdir(exist_ok=True)

    def _export(self, source, out, *flags):
        newest = self.program.stat().st_mtime
        if not out.exists() or out.stat().st_mtime < newest:
            subprocess.run([self.program, "export", source, "--out", out, "--quiet", *flags], check=True, stdout=subprocess.DEVNULL)
        return out

    def throttleable(self, net):
        recipe, settings = NETS[net]
        flags = [flag for setting in settings for flag in ("--set", setting)]
        return self._export(TOP / recipe, self.folder / f"{net}.safetensors", "--format", "safetensors", *flags)

    def static(self, net, u, form):
        suffix = {"onnx": "onnx", "safetensors": "safetensors"}[form]
        return self._export(self.throttleable(net), self.folder / f"{net}-{u:g}.{suffix}", "--format", form, "--u", f"{u:g}")


class _Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_int64), ("engine", ctypes.c_char_p), ("precision", ctypes.c_char_p), ("threads", ctypes.c_int64),
                ("batch_limit", ctypes.c_int64), ("memory_limit_bytes", ctypes.c_int64), ("tuning_file", ctypes.c_char_p)]


class Runtime:
    """One network in libtnn_runtime.so with one context."""

    _library = None

    def __init__(self, build, model, engine="", precision="fp32", threads=1, batch=1, tuning_file=None):
        import numpy
        self.numpy = numpy
        if Runtime._library is None:
            path = next((p for p in (build / "lib/libtnn_runtime.so", build / "bin/libtnn_runtime.so") if p.exists()), None)
            if path is None:
                sys.exit(f"libtnn_runtime.so is not in {build}/lib: build it with scripts/build")
            Runtime._library = ctypes.CDLL(str(path))
            Runtime._library.tnn_last_error.restype = ctypes.c_char_p
            for name in ("tnn_output_elements", "tnn_input_elements", "tnn_context_bytes", "tnn_engine_bytes", "tnn_weight_bytes", "tnn_point_count"):
                getattr(Runtime._library, name).restype = ctypes.c_int64
        self.library = Runtime._library
        options = _Options(ctypes.sizeof(_Options), engine.encode() or None, precision.encode(), threads, batch, 0,
                           str(tuning_file).encode() if tuning_file else None)
        self.network, self.context = ctypes.c_void_p(), ctypes.c_void_p()
        self._check(self.library.tnn_network_load(str(model).encode(), ctypes.byref(options), ctypes.byref(self.network)))
        self._check(self.library.tnn_context_create(self.network, ctypes.byref(self.context)))
        self.outputs = self.library.tnn_output_elements(self.network)
        self.inputs = self.library.tnn_input_elements(self.network)

    def _check(self, status):
        if status:
            sys.exit("runtime: " + self.library.tnn_last_error().decode())

    def input_shape(self):
        sizes = (ctypes.c_int64 * 8)()
        self.library.tnn_input_shape.restype = ctypes.c_int64
        return list(sizes[:self.library.tnn_input_shape(self.network, sizes, 8)])

    def set_utilization(self, u):
        self._check(self.library.tnn_set_utilization(self.network, ctypes.c_double(u)))

    def prepared(self, images):
        """A call without Python's conversions in it, and the array it writes."""
        output = self.numpy.empty((len(images), self.outputs), self.numpy.float32)
        arguments = (self.context, images.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(len(images)), output.ctypes.data_as(ctypes.c_void_p), None)
        run = self.library.tnn_run
        return lambda: self._check(run(*arguments)), output

    def bytes(self):
        return {name: getattr(self.library, f"tnn_{name}_bytes")(self.context if name == "context" else self.network)
                for name in ("weight", "engine", "context")}

    def close(self):
        self.library.tnn_context_free(self.context)
        self.library.tnn_network_free(self.network)


def interleaved(sides, rounds, seconds, of_round=min):
    """Milliseconds a call of each side: the median over rounds of the fastest of a round's calls (or what `of_round` makes of them). In each round every side has its turn, in
    alternating order, so that what disturbs the machine disturbs all."""
    names = list(sides)
    calls = {}
    for name in names:  # warm-up, and how many calls fill a turn
        sides[name]()
        start = time.perf_counter()
        sides[name]()
        once = time.perf_counter() - start
        calls[name] = max(2, min(1000, int(seconds / rounds / len(names) / max(once, 1e-7))))
    times = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            call, own = sides[name], []
            call()
            for _ in range(calls[name]):
                start = time.perf_counter()
                call()
                own.append(time.perf_counter() - start)
            times[name].append(of_round(own) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}, times


def median_ratio(times, ours, peer):
    return statistics.median(a / b for a, b in zip(times[ours], times[peer]))


def geometric_mean(values):
    return statistics.geometric_mean(values) if values else float("nan")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    return f"{model}, {os.cpu_count()} threads"


def print_table(rows, columns):
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(f"{row[c]:.4g}" if isinstance(row[c], float) else str(row[c]) for c in columns) + " |")


def write_files(options, rows, summary):
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), **summary, "rows": rows}, indent=1) + "\n")
    if options.csv and rows:
        lines = [",".join(rows[0])] + [",".join(str(value) for value in row.values()) for row in rows]
        options.csv.write_text("\n".join(lines) + "\n")
