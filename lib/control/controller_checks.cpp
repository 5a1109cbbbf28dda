#include "control/controller_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace tnn {

void check_call(const ThrottledNetwork& network, int64_t batch, int64_t limit, OutputPointers outputs) {
  if (batch < 1 || batch > limit) throw UsageError(fmt::format("a batch of {} inputs (allowed: 1 to {})", batch, limit));
  if (outputs.count() > network.outputs().size())
    throw UsageError(
        fmt::format("{} outputs are asked for (allowed: at most {}, which the network has)", outputs.count(), network.outputs().size()));
}

void check_logits(const ThrottledNetwork& network, const char* who) {
  if (network.output_shape().size() != 1)
    throw UsageError(
        fmt::format("{} needs logits: the network's first output has the shape [{}]", who, fmt::join(network.output_shape(), ", ")));
}

int64_t macs_of(const ThrottledNetwork& network, int point) { return network.operating_points()[static_cast<size_t>(point)].cost.macs; }

}  // namespace tnn
