#include "runtime/reference/reference_engine.h"

#include "core/error.h"
#include "graph/node_traits.h"
#include "runtime/reference/reference_context.h"

namespace tnn {
namespace {

class ReferenceEngine : public Engine {
 public:
  explicit ReferenceEngine(std::shared_ptr<const LoweredModel> model) : model_(std::move(model)) {
    const Plan& plan = model_->plan;
    affine_.resize(plan.points.size());
    for (size_t point = 0; point < plan.points.size(); ++point)
      for (const Step& step : plan.steps) affine_[point].push_back(affine_of(step, static_cast<int>(point)));
  }

  std::unique_ptr<EngineContext> make_context(const ContextOptions& options) const override {
    return std::make_unique<reference::ReferenceContext>(*model_, affine_, options);
  }

  int64_t memory_bytes() const override {
    size_t numbers = 0;
    for (const auto& point : affine_)
      for (const ChannelAffine& affine : point) numbers += affine.scale.size() + affine.shift.size();
    return static_cast<int64_t>(numbers * sizeof(float));
  }

  std::string describe() const override { return "reference: plain loops, sums in double precision"; }

 private:
  ChannelAffine affine_of(const Step& step, int point) const {
    return traits_of(step.operation).has_affine ? channel_affine(*model_, step, point) : ChannelAffine{};
  }

  std::shared_ptr<const LoweredModel> model_;
  reference::AffineTable affine_;
};

}  // namespace

std::unique_ptr<Engine> make_reference_engine(std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  if (options.precision != Precision::fp32)
    throw UsageError("the reference engine computes in fp32, not " + precision_name(options.precision));
  return std::make_unique<ReferenceEngine>(std::move(model));
}

}  // namespace tnn
