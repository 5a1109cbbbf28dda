#include "training/controller_policy.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "control/confidence.h"
#include "core/interruption.h"
#include "network/input_batch.h"

namespace tnn {
namespace {

constexpr int64_t kRows = 4096;  ///< of a first pass together

void append_actions(const at::Tensor& log_p, std::vector<int64_t>& actions) {
  const at::Tensor chosen = log_p.argmax(1).to(at::kCPU).contiguous();
  actions.insert(actions.end(), chosen.const_data_ptr<int64_t>(), chosen.const_data_ptr<int64_t>() + chosen.size(0));
}

}  // namespace

at::Tensor log_policy(const Network& controller, const at::Tensor& inputs, Phase phase, uint64_t dropout_seed) {
  return controller.first_output(inputs, controller.at_point(0), {phase, dropout_seed}).log_softmax(1);
}

at::Tensor seen_of_first_pass(ControllerInput input, const ActionOutputs& outputs, const std::vector<int64_t>& rows) {
  const bool features = input == ControllerInput::features;
  at::Tensor tensor = at::empty({static_cast<int64_t>(rows.size()), features ? outputs.feature_count : outputs.classes}, at::kFloat);
  float* to = tensor.data_ptr<float>();
  for (const int64_t row : rows)
    if (features)
      to = std::copy_n(outputs.features.data() + row * outputs.feature_count, outputs.feature_count, to);
    else
      for (const double value : log_softmax(outputs.of(row, 0), outputs.classes)) *to++ = static_cast<float>(value);
  return tensor;
}

std::vector<int64_t> chosen_actions(const Network& controller, ControllerInput input, const ActionOutputs& outputs, Loader& loader) {
  c10::NoGradGuard no_grad;
  std::vector<int64_t> actions;
  if (looks_at_first_pass(input)) {
    for (int64_t first = 0; first < outputs.size(); first += kRows) {
      stop_if_interrupted();
      std::vector<int64_t> rows(static_cast<size_t>(std::min(kRows, outputs.size() - first)));
      std::iota(rows.begin(), rows.end(), first);
      append_actions(log_policy(controller, seen_of_first_pass(input, outputs, rows).to(controller.device()), Phase::evaluate), actions);
    }
    return actions;
  }
  Batch batch;
  loader.start_epoch(0);
  while (loader.next(batch)) {
    stop_if_interrupted();
    if (!std::equal(batch.indices.begin(), batch.indices.end(), outputs.samples.begin() + static_cast<int64_t>(actions.size())))
      throw std::logic_error("the samples of a controller are not those whose outputs are known");
    append_actions(log_policy(controller, to_tensors(batch, controller.device()).inputs, Phase::evaluate), actions);
  }
  return actions;
}

}  // namespace tnn
