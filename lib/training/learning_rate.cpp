#include "training/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/name_table.h"

namespace tnn {

ScheduleKind schedule_from_name(const std::string& name) {
  static constexpr NamedValue<ScheduleKind> kNames[] = {{"constant", ScheduleKind::constant},
                                                        {"step", ScheduleKind::step},
                                                        {"multistep", ScheduleKind::multistep},
                                                        {"cosine", ScheduleKind::cosine},
                                                        {"plateau", ScheduleKind::plateau}};
  return value_from_name(kNames, "schedule", name);
}

double LearningRate::at(double epoch) const {
  const auto& o = options_;
  const double whole = std::floor(epoch + 1e-9);
  double rate = o.base;
  switch (o.kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      rate *= std::pow(o.factor, std::floor(whole / static_cast<double>(o.step_epochs)));
      break;
    case ScheduleKind::multistep:
      rate *= std::pow(o.factor, static_cast<double>(std::count_if(o.milestones.begin(), o.milestones.end(), [&](int64_t milestone) {
                         return static_cast<double>(milestone) <= whole;
                       })));
      break;
    case ScheduleKind::cosine: {
      const double span = std::max(1e-9, o.epochs - o.warmup_epochs), done = std::clamp((epoch - o.warmup_epochs) / span, 0.0, 1.0);
      rate = o.minimum + 0.5 * (o.base - o.minimum) * (1.0 + std::cos(std::numbers::pi * done));
      break;
    }
    case ScheduleKind::plateau:
      rate *= std::pow(o.factor, static_cast<double>(state_.reductions));
      break;
  }
  rate = std::max(rate, std::min(o.minimum, o.base));
  return epoch < o.warmup_epochs ? rate * epoch / o.warmup_epochs : rate;
}

void LearningRate::observe(double score) {
  if (score > state_.best) {
    state_.best = score;
    state_.waited = 0;
  } else if (++state_.waited > options_.patience) {
    ++state_.reductions;
    state_.waited = 0;
  }
}

}  // namespace tnn
