#include "control/subset_runner.h"

#include <algorithm>

namespace tnn {

SubsetRunner::SubsetRunner(const ThrottledNetwork& network, int64_t batch_limit) : context_(network.context()) {
  for (const int64_t extent : network.input_shape()) input_size_ *= extent;
  inputs_.resize(static_cast<size_t>(batch_limit * input_size_));
  for (const OutputInfo& output : network.outputs()) {
    sizes_.push_back(output.elements());
    outputs_.emplace_back(static_cast<size_t>(batch_limit * output.elements()));
  }
  for (auto& output : outputs_) pointers_.push_back(output.data());
}

void SubsetRunner::run(int point, const std::vector<int64_t>& places, const float* batch, OutputPointers outputs) {
  if (places.empty()) return;
  for (size_t i = 0; i < places.size(); ++i)
    std::copy_n(batch + places[i] * input_size_, input_size_, inputs_.data() + static_cast<int64_t>(i) * input_size_);
  context_.run_at(point, inputs_.data(), static_cast<int64_t>(places.size()), OutputPointers(pointers_));
  for (size_t o = 0; o < outputs_.size(); ++o) {
    float* to = outputs.at(o);
    if (!to) continue;
    for (size_t i = 0; i < places.size(); ++i)
      std::copy_n(outputs_[o].data() + static_cast<int64_t>(i) * sizes_[o], sizes_[o], to + places[i] * sizes_[o]);
  }
}

}  // namespace tnn
