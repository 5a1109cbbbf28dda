#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

enum class ScheduleKind { constant, step, multistep, cosine, plateau };
ScheduleKind schedule_from_name(const std::string& name);

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::cosine;
  double base = 0.1;
  double minimum = 0;
  double factor = 0.1;              ///< of step, multistep and plateau
  int64_t step_epochs = 30;         ///< step: every so many epochs
  std::vector<int64_t> milestones;  ///< multistep: after these epochs
  int64_t patience = 5;             ///< plateau: evaluations without improvement
  double warmup_epochs = 0;         ///< linear from 0
  double epochs = 10;
};

/// The learning rate over a training. All but `plateau` depend on the position alone.
class LearningRate {
 public:
  explicit LearningRate(ScheduleOptions options) : options_(std::move(options)) {}

  /// At `epoch` (a fraction inside an epoch counts for cosine and warm-up).
  double at(double epoch) const;
  /// Tells plateau a validation score, larger is better.
  void observe(double score);

  /// Plateau's memory, for exact resume.
  struct State {
    double best = -1e300;
    int64_t waited = 0, reductions = 0;
  };
  const State& state() const { return state_; }
  void load_state(const State& state) { state_ = state; }

 private:
  ScheduleOptions options_;
  State state_;
};

}  // namespace tnn
