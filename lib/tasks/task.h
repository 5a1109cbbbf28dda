#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detection/detector_options.h"
#include "graph/graph.h"
#include "network/input_batch.h"
#include "network/region_proposer.h"
#include "tasks/metric.h"

namespace tnn {

/// What a network computed for a batch: its outputs, in the order of the graph's.
using Outputs = std::vector<at::Tensor>;

/// Collects the metrics of a task over the batches of an evaluation.
class MetricAccumulator {
 public:
  virtual ~MetricAccumulator() = default;
  virtual void add(const Outputs& outputs, const Targets& targets) = 0;
  /// What it has collected, for merge() in another process of the same program.
  virtual std::string collected() const = 0;
  /// Becomes what the processes of a training have collected together, its own being one of them.
  virtual void merge(const std::vector<std::string>& collected) = 0;
  virtual int64_t samples() const = 0;
  /// One value for each of Task::metrics(), in their order.
  virtual std::vector<MetricValue> values() const = 0;
  /// Of each class; empty where the task has none.
  virtual std::vector<ClassResult> classes() const { return {}; }
};

/// What a network is trained and measured for: what a target is, the loss of outputs against targets, and the metrics.
/// Losses and metrics by their names are known here alone; who fills Targets (a data set, the loader) names what a task reads.
class Task {
 public:
  virtual ~Task() = default;
  virtual std::string name() const = 0;

  /// What is measured, the headline metric first: the one that chooses the best checkpoint and that sweep, curve and report show.
  virtual const std::vector<Metric>& metrics() const = 0;
  const Metric& headline() const { return metrics().front(); }
  /// What logs call the headline metric of training and validation batches: "accuracy".
  virtual std::string score_name() const = 0;
  virtual std::unique_ptr<MetricAccumulator> make_accumulator() const = 0;

  /// Mean loss of a batch that gradient descent lowers. `seed`: of what is drawn at random.
  virtual at::Tensor loss(const Outputs& outputs, const Targets& targets, uint64_t seed) const = 0;
  /// The loss of each sample, [N], without what only regularises training.
  virtual at::Tensor loss_each(const Outputs& outputs, const Targets& targets) const = 0;
  /// Mean loss of a student against the outputs of a teacher, which are constants.
  virtual at::Tensor distillation_loss(const Outputs& student, const Outputs& teacher) const = 0;
  /// The headline metric of one training batch, as far as it is known batch by batch; count 0 where it is not.
  virtual MetricSum training_metric(const Outputs& outputs, const Targets& targets) const = 0;

  /// What chooses the regions of a two-stage network in training; null: as outside training.
  virtual std::unique_ptr<RegionProposer> training_proposer(const Targets&, uint64_t /*seed*/) const { return nullptr; }

  /// Why a graph's outputs cannot serve this task; "" where they can.
  virtual std::string mismatch(const Graph& graph) const = 0;
};

/// What a task needs to know of a data set and a recipe.
struct TaskOptions {
  std::vector<std::string> class_names;
  double label_smoothing = 0;
  std::optional<DetectorOptions> detector = {};  ///< of detection
};

/// The task of a data set's card ("classification"); UsageError lists the known ones.
std::unique_ptr<Task> make_task(const std::string& name, const TaskOptions& options);
std::vector<std::string> task_names();

}  // namespace tnn
