#include "runtime/prefix/tuner.h"

#include <algorithm>
#include <numeric>

#include "runtime/prefix/prefix_context.h"

namespace tnn::prefix {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kTilings = 4;             ///< that are tried, the best estimates first
constexpr double kTilingGain = 0.97;    ///< of the best estimate's time, from which on another tiling is taken
constexpr double kPointGain = 0.98;     ///< of the time by estimates, from which on what was measured decides at a point
constexpr double kMicroseconds = 10e3;  ///< of runs in one way at one point
constexpr int kFewestRuns = 3, kMostRuns = 40;
constexpr double kUnlimited = 1e9;

/// The programs of a tuning, and memory to run them on.
class Trial {
 public:
  Trial(std::shared_ptr<const ModelParts> parts, const ContextOptions& context)
      : parts_(std::move(parts)),
        programs_(std::make_shared<const ProgramSet>(parts_, context)),
        run_(programs_, context.threads),
        batch_(context.batch_limit),
        input_(static_cast<size_t>(batch_ * full_numbers(parts_->plan(), {Segment{0, false, {}}})), 0.5F),
        output_(static_cast<size_t>(batch_ * full_numbers(parts_->plan(), parts_->plan().output))) {}

  const ModelParts& parts() const { return *parts_; }
  bool is_planar(int point, ValueId value) const {
    return choose_layouts(*parts_, point, batch_).values[static_cast<size_t>(value)].planar;
  }

  /// Microseconds of each step of the plan in one run; what comes after the last counts as one more.
  std::vector<double> time_once(int point) {
    std::vector<double> times, by_step(parts_->plan().steps.size() + 1);
    run_.run_timed(input_.data(), batch_, point, output_.data(), times);
    for (size_t i = 0; i < times.size(); ++i) by_step[programs_->at(point).steps[i].plan_step] += times[i];
    return by_step;
  }

  /// The least time of each step.
  std::vector<double> time_steps(int point) {
    time_once(point);  // into the caches
    std::vector<double> least = time_once(point);
    double spent = std::accumulate(least.begin(), least.end(), 0.0);
    for (int runs = 1; runs < kFewestRuns || (runs < kMostRuns && spent < kMicroseconds); ++runs) {
      const std::vector<double> times = time_once(point);
      for (size_t s = 0; s < least.size(); ++s) least[s] = std::min(least[s], times[s]);
      spent += std::accumulate(times.begin(), times.end(), 0.0);
    }
    return least;
  }

  double time_run(int point) {
    const std::vector<double> times = time_once(point);
    return std::accumulate(times.begin(), times.end(), 0.0);
  }

 private:
  std::shared_ptr<const ModelParts> parts_;
  std::shared_ptr<const ProgramSet> programs_;
  PrefixContext run_;
  int64_t batch_;
  std::vector<float> input_, output_;
};

class Tuner {
 public:
  Tuner(const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& set, Precision precision, const ContextOptions& context)
      : model_(model), set_(set), precision_(precision), context_(context), points_(static_cast<int>(model->plan.points.size())) {}

  Tuning measure() {
    tuning_.points.assign(static_cast<size_t>(points_), std::vector<StepTuning>(steps()));
    for (int rank = 0; rank < kTilings; ++rank) measure_tiling(rank);
    measure_winograd();
    measure_planar();
    forget_what_is_slower();
    return std::move(tuning_);
  }

 private:
  size_t steps() const { return model_->plan.steps.size(); }
  StepTuning& at(int point, size_t step) { return tuning_.points[static_cast<size_t>(point)][step]; }

  Trial trial(Tuning tuning) const {
    return Trial(std::make_shared<const ModelParts>(model_, set_, precision_, std::move(tuning)), context_);
  }

  /// All steps at all points alike.
  Tuning uniform(const StepTuning& step) const {
    Tuning tuning;
    tuning.points.assign(static_cast<size_t>(points_), std::vector<StepTuning>(steps(), step));
    tuning.winograd_share = kUnlimited;
    return tuning;
  }

  void measure_tiling(int rank) {
    Trial wide = trial(uniform({1, kInfinity, kInfinity, rank}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = wide.time_steps(point);
      for (size_t s = 0; s < steps(); ++s) {
        StepTuning& step = at(point, s);
        if (rank > 0 && times[s] >= kTilingGain * step.wide) continue;
        step.wide = times[s];
        step.tiling_rank = rank;
      }
    }
  }

  void measure_winograd() {
    Trial filtering = trial(uniform({1, 0, kInfinity, 0}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = filtering.time_steps(point);
      for (size_t s = 0; s < steps(); ++s) {
        const auto& weights = filtering.parts().weights[s];
        if (weights && weights->at(point).winograd) at(point, s).winograd = times[s];
      }
    }
  }

  void measure_planar() {
    Trial planar = trial(uniform({1, kInfinity, 0, 0}));
    for (int point = 0; point < points_; ++point) {
      const std::vector<double> times = planar.time_steps(point);
      for (size_t s = 0; s < steps(); ++s)
        if (planar.is_planar(point, model_->plan.steps[s].output)) at(point, s).planar = times[s];
    }
  }

  /// What a step takes depends on what the steps beside it do; the whole decides.
  void forget_what_is_slower() {
    Trial estimated = trial({}), measured = trial(tuning_);
    for (int point = 0; point < points_; ++point) {
      double least_estimated = kInfinity, least_measured = kInfinity, spent = 0;
      for (int runs = 0; runs < kFewestRuns || (runs < kMostRuns && spent < 2 * kMicroseconds); ++runs) {
        const double a = estimated.time_run(point), b = measured.time_run(point);
        least_estimated = std::min(least_estimated, a);
        least_measured = std::min(least_measured, b);
        spent += a + b;
      }
      if (least_measured >= kPointGain * least_estimated) tuning_.points[static_cast<size_t>(point)].clear();
    }
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
