#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "network/gate_sites.h"
#include "network/parameter_store.h"
#include "network/region_proposer.h"

namespace tnn {

/// What batch norm and dropout do in a forward pass.
enum class Phase {
  train,     ///< statistics of the batch, running statistics follow; dropout drops
  evaluate,  ///< stored statistics
  calibrate  ///< statistics of the batch, averaged over batches into those of the operating point
};

/// Which channels a pass computes and which samples see which of them.
struct Execution {
  /// Channels outside are not computed at all (sliced execution).
  Configuration computed;
  /// Empty: every sample sees all that is computed. One: all samples see this (masked execution: the rest is computed and multiplied by
  /// zero). One a sample: per-sample utilization.
  std::vector<Configuration> masks;
  /// Index of the operating point whose batch-norm statistics serve; one, or one a sample; -1: the shared statistics.
  std::vector<int> points{-1};
  /// Real-valued gates, to train learned gates: one tensor [N or 1, D] a gate, 1 open, 0 closed, differentiable. Then everything is
  /// computed and `masks` is empty.
  std::vector<at::Tensor> gates = {};
};

struct Pass {
  Phase phase = Phase::evaluate;
  uint64_t dropout_seed = 0;
  int64_t calibration_batch = 0;             ///< Phase::calibrate: batches seen before this one
  const RegionProposer* proposer = nullptr;  ///< of a two-stage network; null: the network's own (proposer())
};

/// A throttleable network with its weights: autograd execution of a graph, T(x, u) of the DTNN paper.
class Network {
 public:
  Network(ModelDescription description, uint64_t seed, at::Device device = at::kCPU, bool channels_last = true);

  const ModelDescription& description() const { return description_; }
  ModelDescription& description() { return description_; }
  const Graph& graph() const { return description_.graph; }
  const GatingStrategy& gating() const { return *gating_; }
  const ParameterStore& parameters() const { return parameters_; }
  ParameterStore& parameters() { return parameters_; }
  /// Where factors of gates apply.
  const GateSites& gate_sites() const { return gate_sites_; }
  /// Of a detector: the regions that its options choose; null where the description has none.
  const RegionProposer* proposer() const { return proposer_.get(); }
  at::Device device() const { return device_; }
  bool channels_last() const { return channels_last_; }

  /// What the model is at utilization u outside training: the configuration of its operating point, which for a random gating strategy is
  /// the draw with calibrated statistics.
  Configuration configuration_at(double u) const;

  /// Computes active channels only. The batch is at one configuration.
  Execution sliced(const Configuration& configuration) const;
  /// The same at an operating point by index, with its statistics: several points of learned gates may have one configuration.
  Execution at_point(int point) const;
  /// Computes everything and multiplies by the gates: the reference.
  Execution masked(const Configuration& configuration) const;
  /// The same of an operating point by its index.
  Execution masked_at_point(int point) const;
  /// A configuration for each sample; what no sample uses is not computed: costs what the largest costs.
  Execution per_sample(const std::vector<Configuration>& configurations) const;

  /// Computes everything and multiplies by real-valued gates: one tensor [N or 1, D] a gate. Evaluation only, with the batch-norm
  /// statistics that all operating points share. Where every value is 0 or 1 the result is that of per_sample().
  Execution gated(std::vector<at::Tensor> gates) const;

  /// Of inputs [N, C, H, W] (or [N, C, T, H, W], [N, features]) every output of the graph, in their order, [N, channels, extent...] at full
  /// width: channels that a gate closes are 0 in every execution. Images may have another height and width than the graph's input where all
  /// nodes can do with it. A two-stage graph (RoiAlign) gives its outputs of images [N, ...] and of regions [regions, ...], and after the
  /// last one the regions themselves, [regions, 5] (region_proposer.h); UsageError where each sample has a configuration.
  std::vector<at::Tensor> forward(const at::Tensor& input, const Execution& execution, const Pass& pass) const;
  /// The first of them: a classifier's logits [N, classes].
  at::Tensor first_output(const at::Tensor& input, const Execution& execution, const Pass& pass) const {
    return forward(input, execution, pass).front();
  }

 private:
  int point_of(const Configuration& configuration) const;
  ModelDescription description_;
  std::unique_ptr<GatingStrategy> gating_;
  ParameterStore parameters_;
  GateSites gate_sites_;
  std::shared_ptr<const RegionProposer> proposer_;
  at::Device device_;
  bool channels_last_;
};

}  // namespace tnn
