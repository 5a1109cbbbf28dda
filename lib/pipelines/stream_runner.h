#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/point_profile.h"
#include "pipelines/run_model.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// Inputs in memory, [count, input shape...].
struct StreamInputs {
  std::vector<float> values;
  int64_t count = 0;
  std::string note;
};

/// The inputs of a request, at most 64 of them; where it names none, 16 of normal noise by a seed, which the note says. DataError where
/// there is none in the file, or it does not fit the network.
StreamInputs load_inputs(const RunRequest& request, uint64_t seed, const ThrottledNetwork& network);

/// Runs single inferences and measures them. The inputs live longer than this.
class StreamRunner {
 public:
  StreamRunner(const ThrottledNetwork& network, const StreamInputs& inputs)
      : context_(network.context()), inputs_(inputs), output_(static_cast<size_t>(network.outputs().front().elements())) {}
  /// Milliseconds of the next input at a point.
  double run(int point);

 private:
  InferenceContext context_;
  const StreamInputs& inputs_;
  std::vector<float> output_;
  int64_t next_ = 0;
};

/// What each of the points 0 to `points` - 1 takes: one run of each in turn for a second, at least five; the first of each does not count.
/// A note says so. Interrupted on request.
PointProfile measure_profile(StreamRunner& runner, size_t points, std::vector<std::string>& notes);

}  // namespace tnn
