#pragma once

#include "runtime/throttled_network.h"

namespace tnn {

/// UsageError where a batch is outside [1, limit], or more outputs are asked for than the network has.
void check_call(const ThrottledNetwork& network, int64_t batch, int64_t limit, OutputPointers outputs);
/// UsageError where a network's first output is not a vector; `who` needs it: "a cascade".
void check_logits(const ThrottledNetwork& network, const char* who);
/// Multiply-accumulates of one input at an operating point.
int64_t macs_of(const ThrottledNetwork& network, int point);

}  // namespace tnn
