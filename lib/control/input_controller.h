#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "control/controller_description.h"
#include "runtime/throttled_network.h"

namespace tnn {

/// What became of one input.
struct Decision {
  int point = 0;     ///< the operating point that its outputs are of
  int64_t macs = 0;  ///< multiply-accumulates of all that was computed for it: the controller's network, and every pass
};

/// A controller in front of a network: computes each input at an operating point that it chooses for it (DTNN 3.3). The inputs of a batch
/// are grouped by their points and computed together; the network's own operating point is neither read nor changed. One thread at a time.
class InputController {
 public:
  virtual ~InputController() = default;
  /// Computes `batch` inputs, row-major [batch, input_shape...]: outputs as of InferenceContext::run, and one decision an input. UsageError
  /// where batch is outside [1, batch_limit].
  virtual void run(const float* input, int64_t batch, OutputPointers outputs, Decision* decisions) = 0;
};

/// The learned controller of a file for the network of `model`, its own network in the same kind of engine. DataError where the file holds
/// none; UsageError where it was trained for another network, or for another input. What it chooses is raised to `least_u` where it is
/// below.
std::unique_ptr<InputController> load_controller(const ThrottledNetwork& network, const std::filesystem::path& model,
                                                 const std::filesystem::path& controller, const RuntimeOptions& options,
                                                 double least_u = 0);

/// A cascade over the network's operating points. UsageError where the network's first output is not a vector of logits.
std::unique_ptr<InputController> make_cascade(const ThrottledNetwork& network, const Cascade& cascade, const RuntimeOptions& options);

}  // namespace tnn
