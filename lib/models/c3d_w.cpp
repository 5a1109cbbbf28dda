#include "models/c3d_w.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "models/layers.h"
#include "models/mlp.h"

namespace tnn {
namespace {

/// Convolutions of one number of channels with a max pool after them.
struct Stage {
  int64_t channels;
  int layers;
  int most_groups;                   ///< D of their gates at most; 0: no gate
  std::vector<int64_t> pool_window;  ///< kernel and stride
};
const int kAnyGroups = 1 << 16;
const std::vector<Stage> kStages{{64, 1, 0, {1, 2, 2}},
                                 {128, 1, 16, {2, 2, 2}},
                                 {256, 2, kAnyGroups, {2, 2, 2}},
                                 {512, 2, kAnyGroups, {2, 2, 2}},
                                 {512, 2, kAnyGroups, {2, 2, 2}}};
constexpr int64_t kHidden = 512;
constexpr int kHiddenGroups = 16;

void require_positions_for_pools(const ModelOptions& options) {
  std::vector<int64_t> least{1, 1, 1};
  for (const Stage& stage : kStages)
    for (size_t d = 0; d < least.size(); ++d) least[d] *= stage.pool_window[d];
  for (size_t d = 0; d < least.size(); ++d)
    if (options.input[d + 1] < least[d])
      throw UsageError(fmt::format("model.input: [{}] is too small for the five pools of c3d_w (allowed: at least {} frames of {} x {})",
                                   fmt::join(options.input, ", "), least[0], least[1], least[2]));
}

}  // namespace

Graph c3d_w(const ModelOptions& options) {
  require_clip_input("c3d_w", options);
  require_positions_for_pools(options);
  GraphBuilder b("c3d_w");
  NodeId x = b.input(options.input);
  int layer = 0, pool = 0;
  for (const Stage& stage : kStages) {
    for (int i = 0; i < stage.layers; ++i) {
      const std::string number = std::to_string(++layer), name = "conv" + number;
      const GateId gate = stage.most_groups == 0 ? kNone : b.channel_gate(name, std::min(options.cardinality, stage.most_groups));
      x = b.convolution(name, x, scaled_channels(stage.channels, options), gate,
                        {.window = square_window(3, 1, 1), .bias = !options.batch_norm});
      if (options.batch_norm) x = b.batch_norm("bn" + number, x);
      x = b.relu("relu" + number, x);
    }
    x = b.pool(fmt::format("pool{}", ++pool), x, {.window = {stage.pool_window, stage.pool_window, {0}, {}}});
  }
  ModelOptions head = options;
  head.hidden.assign(2, scaled_channels(kHidden, options));
  head.cardinality = std::min(options.cardinality, kHiddenGroups);
  return b.finish({classifier(b, b.flatten("flatten", x), head)});
}

}  // namespace tnn
