#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace tnn {

/// Which samples of a step's batch this process has. Places are dealt out one by one (rank r has r, r + size, ...), so that each part of a
/// batch with a utilization of its own is divided, too.
struct BatchShare {
  int64_t size = 0;                ///< samples of the batch, of all processes
  std::vector<int64_t> positions;  ///< of this process's samples in it, rising
  int rank = 0;

  /// All of a batch, for a process that is alone.
  static BatchShare whole(int64_t size);
  /// Of a batch of which only some places came, damaged images being left out: `present` is 1 for each place that did. `own`: the places of
  /// this process's samples.
  static BatchShare of_present(const std::vector<double>& present, const std::vector<int64_t>& own, int rank);

  int64_t count() const { return static_cast<int64_t>(positions.size()); }
  /// This process's samples, as a range of its own, that lie in [begin, end) of the batch.
  std::pair<int64_t, int64_t> within(int64_t begin, int64_t end) const;
};

}  // namespace tnn
