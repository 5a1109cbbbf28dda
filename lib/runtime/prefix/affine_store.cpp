#include "runtime/prefix/affine_store.h"

#include <algorithm>
#include <limits>

#include "graph/node_traits.h"

namespace tnn::prefix {
namespace {

constexpr size_t kReadable = 2 * kernels::kBlock;  ///< beyond the last: kernels load whole vectors
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> active_ones(const std::vector<float>& all, const ChannelRanges& active) {
  std::vector<float> some;
  for (const ChannelRange& range : active) some.insert(some.end(), all.begin() + range.begin, all.begin() + range.end);
  return some;
}

}  // namespace

AffineStore::AffineStore(const LoweredModel& model) : stored_(model.plan.steps.size()) {
  const Plan& plan = model.plan;
  places_.assign(plan.points.size(), std::vector<kernels::Epilogue>(plan.steps.size(), {nullptr, nullptr, -kInfinity, kInfinity}));
  for (size_t p = plan.points.size(); p-- > 0;)  // the widest first
    for (size_t s = 0; s < plan.steps.size(); ++s) {
      if (!traits_of(plan.steps[s].operation).has_affine || plan.points[p].steps[s].mode != StepMode::run) continue;
      const ChannelAffine affine = channel_affine(model, plan.steps[s], static_cast<int>(p));
      const ChannelRanges& active = plan.points[p].channels[static_cast<size_t>(plan.steps[s].output)];
      places_[p][s].scale = intern(s, active_ones(affine.scale, active));
      places_[p][s].shift = intern(s, active_ones(affine.shift, active));
    }
}

const float* AffineStore::intern(size_t step, std::vector<float> values) {
  for (const std::vector<float>& other : stored_[step])
    if (other.size() >= values.size() + kReadable && std::equal(values.begin(), values.end(), other.begin())) return other.data();
  values.resize(values.size() + kReadable);
  bytes_ += static_cast<int64_t>(values.size() * sizeof(float));
  stored_[step].push_back(std::move(values));
  return stored_[step].back().data();
}

}  // namespace tnn::prefix
