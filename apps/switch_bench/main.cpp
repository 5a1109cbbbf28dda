#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/error.h"
#include "runtime/throttled_network.h"

namespace {

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::time_point begin, Clock::time_point end) { return std::chrono::duration<double, std::nano>(end - begin).count(); }

struct Options {
  std::string model, engine;
  int64_t switches = 10'000'000;
};

/// Times every call of set_utilization while another thread runs inferences, and what reading the clock itself takes.
int run(const Options& options) {
  tnn::RuntimeOptions runtime;
  runtime.engine = options.engine;
  tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(options.model, runtime);
  const auto size = [](const std::vector<int64_t>& shape) {
    int64_t product = 1;
    for (const int64_t s : shape) product *= s;
    return static_cast<size_t>(product);
  };
  std::vector<float> input(size(net.input_shape()), 0.5f), output(size(net.output_shape()));
  tnn::InferenceContext context = net.context();
  std::atomic<bool> stop{false};
  int64_t inferences = 0;
  std::thread worker([&] {
    while (!stop.load()) context.run(input.data(), 1, output.data()), ++inferences;
  });
  std::vector<double> utilizations;
  for (const auto& point : net.operating_points()) utilizations.push_back(point.u);
  std::vector<float> call(static_cast<size_t>(options.switches)), clock(call.size());
  for (size_t i = 0; i < call.size(); ++i) {
    const auto begin = Clock::now();
    const auto between = Clock::now();
    net.set_utilization(utilizations[i % utilizations.size()]);
    const auto end = Clock::now();
    clock[i] = static_cast<float>(nanoseconds(begin, between));
    call[i] = static_cast<float>(nanoseconds(between, end));
  }
  stop = true;
  worker.join();
  const auto quantiles = [](std::vector<float>& times) {
    std::sort(times.begin(), times.end());
    const auto at = [&](double q) { return times[static_cast<size_t>(q * static_cast<double>(times.size() - 1))]; };
    return fmt::format("{:.0f} | {:.0f} | {:.0f} | {:.0f}", at(0.5), at(0.99), at(0.9999), at(1.0));
  };
  fmt::print("| ns | p50 | p99 | p99.99 | max |\n|---|---|---|---|---|\n| switch, clock included | {} |\n| clock alone | {} |\n",
             quantiles(call), quantiles(clock));
  fmt::print("\n{} switches between {} operating points while another thread ran {} inferences\n", options.switches, utilizations.size(),
             inferences);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times switching between operating points while inference runs"};
  Options options;
  app.add_option("MODEL", options.model, "Model file (.safetensors)")->required();
  app.add_option("--engine", options.engine, "Engine (default: the fastest)");
  app.add_option("--switches", options.switches, "How many")->check(CLI::Range(int64_t{1}, int64_t{1000000000}))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const tnn::Error& error) {
    fmt::print(stderr, "tnn_switch_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
