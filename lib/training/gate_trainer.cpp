#include "training/gate_trainer.h"

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <numeric>

#include "core/error.h"
#include "training/checkpoint.h"
#include "training/gate_step.h"
#include "training/validation.h"

namespace tnn {
namespace {

EpochLoopOptions loop_options(const Network& network, const Task& task, const GateOptions& options) {
  EpochLoopOptions loop(options);
  loop.phase = "gates, epoch";
  loop.metric_name = task.score_name();
  loop.channels_last = network.channels_last();
  loop.advice = "A lower gates.learning_rate or gates.lambda may help";
  return loop;
}

const std::vector<ParameterStore::Entry>& trainable(const Network& network, const GateNetwork& gates) {
  if (network.graph().gates().empty()) throw UsageError("the network has no gate: there is nothing to learn");
  return gates.parameters();
}

}  // namespace

GateTrainer::GateTrainer(Network& network, GateNetwork& gates, const Task& task, TrainingData data, GateOptions options,
                         std::filesystem::path folder, Fingerprint fingerprint)
    : EpochLoop(trainable(network, gates), std::move(data), loop_options(network, task, options), folder / "last.safetensors"),
      network_(network),
      gates_(gates),
      task_(task),
      options_(std::move(options)),
      complexity_(network.graph(), options_.complexity),
      fingerprint_(std::move(fingerprint)) {
  for (const auto& entry : network.parameters().entries()) entry.tensor.set_requires_grad(false);
}

bool GateTrainer::resume() {
  if (!std::filesystem::exists(last_path())) return false;
  const SafetensorsFile file(last_path());
  state_ = read_checkpoint_state(file, fingerprint_);
  gates_.load(file);
  optimizer_.load_state(file);
  learning_rate_.load_state(state_.learning_rate);
  return true;
}

std::vector<at::Tensor> GateTrainer::state_tensors() const {
  std::vector<at::Tensor> tensors = tensors_of(network_.parameters().entries());
  for (const auto& entry : gates_.parameters()) tensors.push_back(entry.tensor);
  return tensors;
}

StepResult GateTrainer::accumulate(Batch& batch, const StepShare& share) {
  const InputBatch input = to_tensors(batch, network_.device());
  const GateLoss loss = accumulate_gate_gradients(network_, gates_, task_, complexity_, input, options_, state_.global_step, share);
  penalty_ = loss.penalty;
  complexity_value_ = loss.complexity;
  return loss.step;
}

void GateTrainer::end_epoch(EpochSummary& summary, bool last) {
  if (data_.validation.empty() || !(last || summary.epoch % options_.validate_epochs == 0)) return;
  std::vector<Execution> executions;
  for (const double u : options_.validation_u)
    executions.push_back(network_.sliced(learned_configuration(network_.graph(), gates_, options_, u)));
  summary.validation = validate(network_, task_, data_, executions, options_.evaluation_batch);
  summary.score = std::accumulate(summary.validation.begin(), summary.validation.end(), 0.0) / static_cast<double>(executions.size());
  state_.best_score = summary.score;
  state_.best_epoch = summary.epoch;
}

void GateTrainer::save_last() const {
  check_finite(gates_.parameters(), state_, last_path());
  NamedTensors tensors = gates_.tensors();
  for (auto& tensor : optimizer_.state()) tensors.push_back(std::move(tensor));
  save_checkpoint(last_path(), network_, tensors, state_, fingerprint_);
}

Configuration learned_configuration(const Graph& graph, const GateNetwork& gates, const GateOptions& options, double u) {
  return harden(graph, gates.probabilities(u), options.hardening, options.min_active);
}

std::vector<OperatingPoint> learned_points(const Graph& graph, const GateNetwork& gates, const GateOptions& options) {
  std::vector<double> utilizations;
  std::vector<Configuration> configurations;
  for (int64_t k = 1; k <= options.points; ++k) {
    utilizations.push_back(static_cast<double>(k) / static_cast<double>(options.points));
    configurations.push_back(learned_configuration(graph, gates, options, utilizations.back()));
  }
  return learned_operating_points(utilizations, configurations);
}

Network with_learned_points(const Network& datapath, const GateNetwork& gates, const GateOptions& options) {
  ModelDescription description = datapath.description();
  if (description.batch_norm == BatchNormMode::switchable)
    throw UsageError("switchable batch norm has no parameters for the operating points of learned gates");
  description.gating.strategy = gate_method_name(options.method);
  description.gating.rounding = Rounding::ceil;  // a point stands for the utilizations up to its own
  description.gating.min_active = options.min_active;
  description.points = learned_points(description.graph, gates, options);
  Network network(std::move(description), 0, datapath.device(), datapath.channels_last());
  c10::NoGradGuard no_grad;
  const auto& from = datapath.parameters().entries();
  const auto& to = network.parameters().entries();
  for (size_t i = 0; i < to.size(); ++i)
    if (to[i].tensor.sizes() == from[i].tensor.sizes() && !to[i].per_point) to[i].tensor.detach().copy_(from[i].tensor);
  return network;
}

}  // namespace tnn
