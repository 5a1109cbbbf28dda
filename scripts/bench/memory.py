#!/usr/bin/env python3
"""What all operating points of a model take together: the weights as stored, what the engine holds beside them (packed weights, tables of every
point), and a context (arena, scratch), against one static net a point as separate files would need.

    scripts/bench/memory.py [--json FILE] [--csv FILE] [--nets LIST] [--batch N] [--engine NAME]
"""
import argparse

import support


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    support.add_common_arguments(parser)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--engine", default="")
    options = parser.parse_args()
    support.need_packages("numpy")
    models, rows = support.Models(options.build), []
    for net in support.chosen_nets(options.nets, [name for name in support.NETS if name != "resnext50"]):
        runtime = support.Runtime(options.build, models.throttleable(net), options.engine, batch=options.batch)
        size = runtime.bytes()
        static = sum(models.static(net, u, "safetensors").stat().st_size for u in support.numbers(options.u))
        rows.append({"net": net, "points": runtime.library.tnn_point_count(runtime.network), "weights_mb": size["weight"] / 1e6,
                     "engine_mb": size["engine"] / 1e6, "context_mb": size["context"] / 1e6,
                     "engine_over_weights": size["engine"] / size["weight"], "static_nets_mb": static / 1e6})
        runtime.close()
    support.print_table(rows, list(rows[0]))
    print(f"\nstatic_nets_mb: separate files for u = {options.u} alone; {support.machine()}")
    support.write_files(options, rows, {})


if __name__ == "__main__":
    main()
