#pragma once

#include <memory>
#include <vector>

#include "distributed/open_blocks.h"
#include "distributed/process_group.h"

namespace tnn {

/// Adds up the gradients of a step over the processes. Parameters are taken from the last to the first, as the backward pass comes to them,
/// and packed into buckets; of each only what is open in the step is sent, for the rest of its gradient is zero everywhere. All processes
/// open the same: they draw the same utilizations from the seed. A parameter that has no gradient in any process stays without.
///
///     reducer.begin(graph, configurations, points);
///     ... backward passes ...
///     reducer.finish();
class GradientReducer {
 public:
  GradientReducer(const ProcessGroup& group, std::vector<ParameterStore::Entry> parameters);

  /// What the step's passes have open (see open_blocks()).
  void begin(const Graph& graph, const std::vector<Configuration>& configurations, const std::vector<int>& points);
  /// Everything is open: parameters that no gate closes.
  void begin();
  /// Leaves the sums in the parameters' gradients, with the same bits in every process. Throws PeerLost; the gradients are then of no use.
  void finish();

  /// What the last step gave to the group to be summed.
  int64_t bytes() const { return bytes_; }

  static constexpr int64_t kBucketNumbers = int64_t{1} << 19;  ///< 2 MiB

 private:
  /// One parameter's place in a bucket: its open blocks one after another, then 1 where it has a gradient.
  struct Item {
    size_t parameter;
    std::vector<ParameterBlock> blocks;
    int64_t numbers = 0;
  };
  struct Bucket {
    std::vector<Item> items;
    int64_t numbers = 0;
    at::Tensor values;
    std::unique_ptr<PendingSum> sum;
  };
  void add(size_t parameter, std::vector<ParameterBlock> blocks);
  void pack(Bucket& bucket) const;
  void unpack(const Bucket& bucket) const;

  const ProcessGroup& group_;
  std::vector<ParameterStore::Entry> parameters_;
  std::vector<Bucket> buckets_;
  int64_t bytes_ = 0;
};

}  // namespace tnn
