// Time of every step of a model in the prefix engine, and its share of the processor's measured FMA peak.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "core/error.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/step_profile.h"

namespace {
using namespace tnn;

/// GFLOP/s of one core: the best of some tries.
double measured_peak(const kernels::KernelSet& set) {
  double best = 0;
  float result[kernels::kBlock];
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double operations = set.fma_chains(20000, result);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, operations / time.count() * 1e-9);
  }
  return best;
}

void report(const std::vector<prefix::StepTime>& steps, double peak) {
  double total = 0;
  for (const prefix::StepTime& step : steps) total += step.microseconds;
  fmt::print("| step | kernel | us | share of time | GFLOP/s | share of peak |\n|---|---|---|---|---|---|\n");
  for (const prefix::StepTime& step : steps) {
    const double gflops = 2e-3 * static_cast<double>(step.macs) / step.microseconds;
    fmt::print("| {} | {} | {:.2f} | {:.1f} % | {:.1f} | {:.0f} % |\n", step.name, step.kernel, step.microseconds,
               100 * step.microseconds / total, gflops, 100 * gflops / peak);
  }
  fmt::print("\nsum {:.1f} us; FMA peak of one core {:.0f} GFLOP/s\n", total, peak);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Time of every step of a model in the prefix engine"};
  std::string model_file, instruction_set, precision = "fp32";
  double u = 1;
  ContextOptions context;
  int repeats = 200;
  app.add_option("model", model_file, "model.safetensors")->required();
  app.add_option("--u", u, "utilization");
  app.add_option("--batch", context.batch_limit, "inputs in one run")->check(CLI::Range(1, 65536));
  app.add_option("--threads", context.threads, "that work on a step together")->check(CLI::Range(1, 256));
  app.add_option("--repeats", repeats, "runs, of which each step's least time counts")->check(CLI::PositiveNumber);
  app.add_option("--instruction-set", instruction_set, "avx512, avx2, neon, scalar (default: the best)");
  app.add_option("--precision", precision, "fp32 or bf16")->check(CLI::IsMember({"fp32", "bf16"}));
  CLI11_PARSE(app, argc, argv);
  try {
    const auto model = load_lowered_model(model_file);
    EngineOptions options;
    options.instruction_set = instruction_set;
    options.precision = precision_from_name(precision);
    make_engine("prefix", model, options);  // refuses what the processor has not
    const auto& set = instruction_set.empty() ? kernels::best_kernel_set() : kernels::kernel_set(instruction_set);
    report(prefix::profile_steps(model, options, context, point_at(model->description, u), repeats), measured_peak(set));
  } catch (const Error& error) {
    fmt::print(stderr, "tnn_step_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
