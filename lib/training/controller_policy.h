#pragma once

#include <vector>

#include "control/action_outputs.h"
#include "control/controller_description.h"
#include "data/loader.h"
#include "network/network.h"

namespace tnn {

/// The logarithms of a controller's probabilities of its K actions, [N, K], for its inputs [N, ...]; with autograd where it is on.
at::Tensor log_policy(const Network& controller, const at::Tensor& inputs, Phase phase, uint64_t dropout_seed = 0);

/// What a controller sees of the data path's pass at the first action: log-probabilities [rows, classes], or features [rows,
/// feature_count].
at::Tensor seen_of_first_pass(ControllerInput input, const ActionOutputs& outputs, const std::vector<int64_t>& rows);

/// The most probable action of each sample of `outputs`, in their order (DTNN Eq. 14). `loader`: the same samples as the data path sees
/// them, in the same order; not read where the controller looks at a first pass.
std::vector<int64_t> chosen_actions(const Network& controller, ControllerInput input, const ActionOutputs& outputs, Loader& loader);

}  // namespace tnn
