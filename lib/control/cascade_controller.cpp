#include <algorithm>
#include <numeric>

#include "control/controller_checks.h"
#include "control/input_controller.h"
#include "control/subset_runner.h"
#include "core/error.h"

namespace tnn {
namespace {

class CascadeController : public InputController {
 public:
  CascadeController(const ThrottledNetwork& network, Cascade cascade, const RuntimeOptions& options)
      : cascade_(std::move(cascade)), network_(network), runner_(network, options.batch_limit), limit_(options.batch_limit) {
    for (const Cascade::Stage& stage : cascade_.stages) points_.push_back(network.find_operating_point(stage.u));
    waiting_.reserve(static_cast<size_t>(limit_)), next_.reserve(static_cast<size_t>(limit_));
  }

  void run(const float* input, int64_t batch, OutputPointers outputs, Decision* decisions) override {
    check_call(network_, batch, limit_, outputs);
    std::fill_n(decisions, batch, Decision{});
    waiting_.resize(static_cast<size_t>(batch));
    std::iota(waiting_.begin(), waiting_.end(), 0);
    for (size_t s = 0; s < points_.size() && !waiting_.empty(); ++s) {
      runner_.run(points_[s], waiting_, input, outputs);
      next_.clear();
      for (size_t i = 0; i < waiting_.size(); ++i) {
        Decision& decision = decisions[waiting_[i]];
        decision.point = points_[s];
        decision.macs += macs_of(network_, points_[s]);
        if (confidence(cascade_.measure, runner_.first_output(i), runner_.output_size()) < cascade_.stages[s].threshold)
          next_.push_back(waiting_[i]);
      }
      std::swap(waiting_, next_);
    }
  }

 private:
  Cascade cascade_;
  ThrottledNetwork network_;
  SubsetRunner runner_;
  int64_t limit_;
  std::vector<int> points_;
  std::vector<int64_t> waiting_, next_;  ///< places in the batch
};

}  // namespace

std::unique_ptr<InputController> make_cascade(const ThrottledNetwork& network, const Cascade& cascade, const RuntimeOptions& options) {
  check_logits(network, "a cascade");
  if (cascade.stages.empty()) throw UsageError("a cascade without stages");
  return std::make_unique<CascadeController>(network, cascade, options);
}

}  // namespace tnn
