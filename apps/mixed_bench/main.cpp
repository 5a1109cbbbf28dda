#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "control/subset_runner.h"
#include "core/error.h"
#include "core/random_stream.h"
#include "core/stopwatch.h"
#include "runtime/throttled_network.h"

namespace {

struct Options {
  std::string model, engine;
  int64_t batch = 64;
  int threads = 1, rounds = 50;
};

struct Contender {
  std::string name;
  double macs = 0;  ///< of the batch
  std::function<void()> run;
  std::vector<double> milliseconds{};

  double median() {
    std::nth_element(milliseconds.begin(), milliseconds.begin() + static_cast<std::ptrdiff_t>(milliseconds.size() / 2), milliseconds.end());
    return milliseconds[milliseconds.size() / 2];
  }
};

/// Times a batch whose inputs are spread evenly over the operating points, in turn, against the same batch at u = 1: grouped by
/// point, as controllers run it, and one input after another. All in turn, `rounds` times.
int run(const Options& options) {
  tnn::RuntimeOptions runtime;
  runtime.engine = options.engine, runtime.threads = options.threads, runtime.batch_limit = options.batch;
  const tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(options.model, runtime);
  const auto& points = net.operating_points();
  const auto full = static_cast<int>(points.size()) - 1;
  tnn::RandomStream random(1);
  tnn::SubsetRunner runner(net, options.batch);
  std::vector<float> input(static_cast<size_t>(options.batch * runner.input_size()));
  for (float& value : input) value = static_cast<float>(random.uniform());
  std::vector<std::vector<float>> storage;
  std::vector<float*> outputs;
  for (const auto& output : net.outputs()) storage.emplace_back(static_cast<size_t>(options.batch * output.elements()));
  for (auto& values : storage) outputs.push_back(values.data());
  std::vector<std::vector<int64_t>> groups(points.size());
  std::vector<std::pair<int, std::vector<int64_t>>> singles;
  double mixed_macs = 0;
  for (int64_t i = 0; i < options.batch; ++i) {
    const size_t point = static_cast<size_t>(i) % points.size();
    groups[point].push_back(i);
    singles.push_back({static_cast<int>(point), {i}});
    mixed_macs += static_cast<double>(points[point].cost.macs);
  }
  std::vector<int64_t> all(static_cast<size_t>(options.batch));
  std::iota(all.begin(), all.end(), 0);
  const double full_macs = static_cast<double>(points.back().cost.macs) * static_cast<double>(options.batch);
  std::vector<Contender> contenders{{"all at u = 1", full_macs, [&] { runner.run(full, all, input.data(), outputs); }},
                                    {"mixed, grouped by point", mixed_macs,
                                     [&] {
                                       for (size_t p = 0; p < groups.size(); ++p)
                                         if (!groups[p].empty()) runner.run(static_cast<int>(p), groups[p], input.data(), outputs);
                                     }},
                                    {"mixed, one by one", mixed_macs, [&] {
                                       for (const auto& [point, place] : singles) runner.run(point, place, input.data(), outputs);
                                     }}};
  for (int round = -2; round < options.rounds; ++round)  // two to warm up
    for (Contender& contender : contenders) {
      const tnn::Stopwatch watch;
      contender.run();
      if (round >= 0) contender.milliseconds.push_back(1000 * watch.seconds());
    }
  const double reference = contenders.front().median();
  fmt::print("| batch of {} | ms | of u = 1 | MACs, of u = 1 |\n|---|---:|---:|---:|\n", options.batch);
  for (Contender& contender : contenders)
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} |\n", contender.name, contender.median(), contender.median() / reference,
               contender.macs / full_macs);
  fmt::print("\n{}; {} operating points, medians of {} rounds\n", net.engine().describe(), points.size(), options.rounds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times a batch whose inputs run at operating points of their own"};
  Options options;
  app.add_option("MODEL", options.model, "Model file (.safetensors)")->required();
  app.add_option("--engine", options.engine, "Engine (default: the fastest)");
  app.add_option("--batch", options.batch, "Inputs")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--rounds", options.rounds, "How often each is timed")->check(CLI::Range(1, 1000000))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const tnn::Error& error) {
    fmt::print(stderr, "tnn_mixed_bench: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
