#include <algorithm>

#include "pipelines/settings/settings.h"

namespace tnn {
namespace {

/// The keys that the section training alone has; the others are those of `o`.
OptimizerOptions optimizer_options(const Recipe& r, OptimizerOptions o) {
  o.momentum = r.real("training.momentum");
  o.nesterov = r.boolean("training.nesterov");
  o.beta1 = r.real("training.beta1");
  o.beta2 = r.real("training.beta2");
  o.epsilon = r.real("training.epsilon");
  o.smoothing = r.real("training.smoothing");
  o.weight_decay = r.real("training.weight_decay");
  o.decay_norm_and_bias = r.boolean("training.decay_norm_and_bias");
  return o;
}

ScheduleOptions schedule_options(const Recipe& r, ScheduleOptions o) {
  o.minimum = r.real("training.min_learning_rate");
  o.factor = r.real("training.decay_factor");
  o.step_epochs = r.integer("training.step_epochs");
  o.milestones = r.integers("training.milestones");
  o.patience = r.integer("training.patience");
  o.warmup_epochs = r.real("training.warmup_epochs");
  return o;
}

PriorOptions prior_options(const Recipe& r) {
  PriorOptions o;
  o.kind = prior_from_name(r.text("training.u_prior"));
  o.u_min = r.real("training.u_min");
  o.list = r.reals("training.u_list");
  o.beta_a = r.real("training.beta_a");
  o.beta_b = r.real("training.beta_b");
  o.chunks = r.integer("training.chunks");
  o.sandwich_points = r.integer("training.sandwich_points");
  o.distillation = r.boolean("training.distillation");
  o.curriculum_start = r.real("training.curriculum_start");
  o.curriculum_step = r.real("training.curriculum_step");
  o.curriculum_epochs = r.integer("training.curriculum_epochs");
  o.new_slice_alone = r.text("training.curriculum_trains") == "new_slice";
  o.per_sample = r.text("training.u_per") == "sample";
  return o;
}

void check_together(const Recipe& r, const DatapathOptions& o) {
  std::string faults;
  const auto fault = [&](const std::string& path, const std::string& message) {
    faults += (faults.empty() ? "" : "\n") + std::string(r.fault(path, message).what());
  };
  const PriorKind kind = o.prior.kind;
  if (kind == PriorKind::list && o.prior.list.empty()) fault("training.u_list", "is empty, but training.u_prior is 'list'");
  const bool drawn = kind == PriorKind::uniform || kind == PriorKind::list || kind == PriorKind::beta;
  if (o.prior.per_sample && !drawn)
    fault("training.u_per", "'sample' goes with training.u_prior uniform, list or beta, not '" + r.text("training.u_prior") + "'");
  if (o.prior.per_sample && r.text("training.batch_norm") == "switchable")
    fault("training.u_per", "'sample' does not go with training.batch_norm switchable: its statistics are those of batches at one u");
  if (o.prior.new_slice_alone && kind != PriorKind::curriculum)
    fault("training.curriculum_trains", "'new_slice' goes with training.u_prior curriculum, not '" + r.text("training.u_prior") + "'");
  if (o.prior.new_slice_alone && r.text("gating.strategy") == "independent")
    fault("training.curriculum_trains",
          "'new_slice' needs operating points that lie in each other: gating.strategy 'nested' or 'depthwise_nested'");
  if (o.prior.new_slice_alone && r.text("training.batch_norm") == "shared")
    fault("training.curriculum_trains",
          "'new_slice' does not go with training.batch_norm shared: larger u would change the statistics of smaller ones");
  if (o.optimizer.nesterov && (o.optimizer.kind != OptimizerKind::sgd || o.optimizer.momentum <= 0))
    fault("training.nesterov", "needs training.optimizer sgd and training.momentum above 0");
  if (o.schedule.warmup_epochs > o.schedule.epochs) fault("training.warmup_epochs", "is longer than training.epochs");
  if (o.schedule.minimum > o.schedule.base) fault("training.min_learning_rate", "is above training.learning_rate");
  if (!std::is_sorted(o.schedule.milestones.begin(), o.schedule.milestones.end())) fault("training.milestones", "are not in rising order");
  if (o.schedule.kind == ScheduleKind::multistep && o.schedule.milestones.empty())
    fault("training.milestones", "is empty, but training.schedule is 'multistep'");
  const bool validates = r.real("data.validation_fraction") > 0;
  if (o.best != BestCriterion::last && !validates)
    fault("training.best",
          "'" + r.text("training.best") + "' needs a validation split (data.validation_fraction above 0); without one use 'last'");
  if (o.schedule.kind == ScheduleKind::plateau && !validates)
    fault("training.schedule", "'plateau' needs a validation split (data.validation_fraction above 0)");
  if (o.validation_u.empty()) fault("training.validation_u", "is empty");
  if (o.batch_size < o.prior.chunks && kind == PriorKind::chunks) fault("training.chunks", "is more than training.batch_size");
  if (!faults.empty()) throw UsageError(faults);
}

}  // namespace

DatapathOptions datapath_options(const Recipe& r) {
  DatapathOptions o;
  static_cast<LoopSettings&>(o) = loop_settings(r, "training");
  o.optimizer = optimizer_options(r, o.optimizer);
  o.schedule = schedule_options(r, o.schedule);
  o.prior = prior_options(r);
  o.masked = r.text("training.execution") == "masked";
  o.clip_norm = r.real("training.clip_norm");
  o.sync_batch_norm = r.boolean("training.sync_batch_norm");
  o.recalibration_images = r.integer("training.recalibration_images");
  o.validate_epochs = r.integer("training.validate_epochs");
  o.validation_u = r.reals("training.validation_u");
  const std::string& best = r.text("training.best");
  o.best = best == "last" ? BestCriterion::last : best == "accuracy_at_u" ? BestCriterion::accuracy_at_u : BestCriterion::mean_accuracy;
  o.best_u = r.real("training.best_u");
  check_together(r, o);
  return o;
}

}  // namespace tnn
