#include "pipelines/stream_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/interruption.h"
#include "core/random_stream.h"
#include "core/stopwatch.h"

namespace tnn {
namespace {

constexpr int64_t kNoiseInputs = 16;   ///< where none are given
constexpr int64_t kMostInputs = 64;    ///< kept in memory
constexpr double kProfileSeconds = 1;  ///< in all
constexpr int kLeastRounds = 5;        ///< over all points

double quantile_of(std::vector<double>& values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<size_t>(rank, 1) - 1];
}

}  // namespace

StreamInputs load_inputs(const RunRequest& request, uint64_t seed, const ThrottledNetwork& network) {
  int64_t each = 1;
  for (const int64_t extent : network.input_shape()) each *= extent;
  StreamInputs inputs;
  if (request.input.empty()) {
    inputs.count = kNoiseInputs;
    RandomStream random(seed);
    for (int64_t i = 0; i < kNoiseInputs * each; ++i) inputs.values.push_back(static_cast<float>(random.normal()));
    inputs.note = fmt::format("no --input: {} inputs of normal noise (seed {})", kNoiseInputs, seed);
    return inputs;
  }
  const auto given = open_inputs(request, network.model().description);
  if (given->count() == 0) throw DataError(fmt::format("--input '{}' holds no input", request.input.string()));
  inputs.count = std::min(given->count(), kMostInputs);
  inputs.values.resize(static_cast<size_t>(inputs.count * each));
  given->read(0, inputs.count, inputs.values.data());
  inputs.note = given->note();
  if (inputs.count < given->count())
    inputs.note +=
        fmt::format("{}the first {} of {} inputs are used, in turn", inputs.note.empty() ? "" : "; ", inputs.count, given->count());
  return inputs;
}

double StreamRunner::run(int point) {
  const auto each = static_cast<int64_t>(inputs_.values.size()) / inputs_.count;
  const float* input = inputs_.values.data() + (next_++ % inputs_.count) * each;
  const Stopwatch watch;
  context_.run_at(point, input, 1, output_.data());
  return 1000 * watch.seconds();
}

PointProfile measure_profile(StreamRunner& runner, size_t points, std::vector<std::string>& notes) {
  std::vector<std::vector<double>> times(points);
  for (size_t i = 0; i < points; ++i) runner.run(static_cast<int>(i));
  const Stopwatch watch;
  int rounds = 0;
  for (; rounds < kLeastRounds || watch.seconds() < kProfileSeconds; ++rounds) {
    stop_if_interrupted();
    for (size_t i = 0; i < points; ++i) times[i].push_back(runner.run(static_cast<int>(i)));
  }
  PointProfile profile;
  for (std::vector<double>& of_point : times) profile.push_back({quantile_of(of_point, 0.5), quantile_of(of_point, 0.9), kNoReading});
  notes.push_back(fmt::format("profile: {} operating points in turn, {} runs each, measured in {:.1f} s before the stream", points, rounds,
                              watch.seconds()));
  return profile;
}

}  // namespace tnn
