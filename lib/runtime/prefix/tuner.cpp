#include "runtime/prefix/tuner.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/interruption.h"
#include "runtime/prefix/point_layouts.h"
#include "runtime/prefix/timed_run.h"

namespace tnn::prefix {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kTilings = 4;           ///< that are tried, those of the best estimates
constexpr double kTilingGain = 0.97;  ///< of the fastest one's time so far, from which on another tiling is taken
constexpr double kPlanGain = 0.98;    ///< of the time by estimates, over all points, from which on times decide
constexpr double kEnoughTime = 10e3;  ///< microseconds of runs in one way at one point
constexpr double kSlowRun = 500e3;    ///< a run that takes longer is not repeated
constexpr int kFewestRuns = 3, kMostRuns = 40;
constexpr double kUnlimited = 1e9;

double sum(const std::vector<double>& times) { return std::accumulate(times.begin(), times.end(), 0.0); }

/// The least time of each step of the plan, over some runs after one that fills the caches.
std::vector<double> least_times(TimedRun& run, int point) {
  stop_if_interrupted();
  std::vector<double> least = run.time_plan(point);
  if (sum(least) > kSlowRun) return least;
  least = run.time_plan(point);
  double spent = sum(least);
  for (int runs = 1; runs < kFewestRuns || (runs < kMostRuns && spent < kEnoughTime); ++runs) {
    const std::vector<double> times = run.time_plan(point);
    for (size_t s = 0; s < least.size(); ++s) least[s] = std::min(least[s], times[s]);
    spent += sum(times);
  }
  return least;
}

/// The least times of whole runs of two plans at a point, in turn: the second's over the first's.
double ratio_of_runs(TimedRun& first, TimedRun& second, int point) {
  double least_first = kInfinity, least_second = kInfinity, spent = 0;
  for (int runs = 0; runs < kFewestRuns || (runs < kMostRuns && spent < 2 * kEnoughTime); ++runs) {
    const double a = sum(first.time_plan(point)), b = sum(second.time_plan(point));
    least_first = std::min(least_first, a);
    least_second = std::min(least_second, b);
    spent += a + b;
    if (spent > kSlowRun) break;
  }
  return least_second / least_first;
}

class Tuner {
 public:
  Tuner(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& set, Precision precision, const ContextOptions& context)
      : model_(model), set_(set), precision_(precision), context_(context), points_(static_cast<int>(model->plan.points.size())) {}

  Tuning measure() {
    tuning_.points.assign(static_cast<size_t>(points_), std::vector<StepTuning>(steps()));
    for (int rank = 0; rank < kTilings; ++rank) measure_tiling(rank);
    if (precision_ == Precision::fp32) {  // bf16 has neither
      measure_winograd();
      measure_planar();
    }
    return is_faster() ? std::move(tuning_) : Tuning{};
  }

 private:
  size_t steps() const { return model_->plan.steps.size(); }
  StepTuning& at(int point, size_t step) { return tuning_.points[static_cast<size_t>(point)][step]; }

  TimedRun trial(Tuning tuning) const {
    return TimedRun(std::make_shared<const ModelParts>(model_, set_, precision_, std::move(tuning)), context_);
  }

  /// All steps at all points alike.
  Tuning uniform(const StepTuning& step) const {
    Tuning tuning;
    tuning.points.assign(static_cast<size_t>(points_), std::vector<StepTuning>(steps(), step));
    tuning.weight_share = kUnlimited;
    return tuning;
  }

  void measure_tiling(int rank) {
    TimedRun wide = trial(uniform({1, kInfinity, kInfinity, rank}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = least_times(wide, point);
      for (size_t s = 0; s < steps(); ++s) {
        StepTuning& step = at(point, s);
        if (rank > 0 && times[s] >= kTilingGain * step.wide) continue;
        step.wide = times[s];
        step.tiling_rank = rank;
      }
    }
  }

  void measure_winograd() {
    TimedRun filtering = trial(uniform({1, 0, kInfinity, 0}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = least_times(filtering, point);
      for (size_t s = 0; s < steps(); ++s) {
        const auto& weights = filtering.parts().weights[s];
        if (weights && weights->at(point).winograd) at(point, s).winograd = times[s];
      }
    }
  }

  void measure_planar() {
    TimedRun planar = trial(uniform({1, kInfinity, 0, 0}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = least_times(planar, point);
      const PointLayouts layouts = choose_layouts(planar.parts(), point, context_.batch_limit);
      for (size_t s = 0; s < steps(); ++s)
        if (layouts.values[static_cast<size_t>(model_->plan.steps[s].output)].planar) at(point, s).planar = times[s];
    }
  }

  /// What a step takes depends on the steps beside it, and what is packed on all points: the whole decides.
  bool is_faster() const {
    TimedRun estimated = trial({}), measured = trial(tuning_);
    double logarithms = 0;
    for (int point = 0; point < points_; ++point) logarithms += std::log(ratio_of_runs(estimated, measured, point));
    return std::exp(logarithms / points_) < kPlanGain;
  }

  const std::shared_ptr<const LoweredModel>& model_;
  const kernels::KernelSet& set_;
  const Precision precision_;
  const ContextOptions context_;
  const int points_;
  Tuning tuning_;
};

}  // namespace

Tuning measure_steps(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& set, Precision precision,
                     const ContextOptions& context) {
  return Tuner(model, set, precision, context).measure();
}

}  // namespace tnn::prefix
