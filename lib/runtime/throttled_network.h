#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cost/cost.h"
#include "runtime/engine.h"

namespace tnn {

struct RuntimeOptions {
  std::string engine = {};  ///< a name of engine_names(); empty: the fastest of this build
  Precision precision = Precision::fp32;
  std::string instruction_set = {};                ///< of the prefix engine; empty: the best of the processor
  int threads = 1;                                 ///< that work on one run of a context, 1 to 256
  int64_t batch_limit = 1;                         ///< inputs in one run at most, 1 to 65536
  int64_t memory_limit_bytes = int64_t{16} << 30;  ///< of the activations of a context; a model that needs more is refused
  std::filesystem::path tuning_file = {};       ///< of the prefix engine: measured ways to compute each step (EngineOptions); empty: none
  std::vector<std::string> extra_outputs = {};  ///< nodes whose values are outputs, too, after the network's own
};

/// What an application may choose between.
struct OperatingPointInfo {
  double u = 1.0;                                  ///< canonical utilization
  double u_begin = 0.0, u_end = 1.0;               ///< the utilizations that lead to this point
  Cost cost;                                       ///< of one input: MACs, FLOPs, active parameters, peak activations
  std::vector<int> groups;                         ///< active groups of each gate
  std::optional<double> validation_accuracy = {};  ///< top-1, a fraction, where the file has it
};

/// An output of a network.
struct OutputInfo {
  std::string name;
  std::vector<int64_t> shape;  ///< of one input: {channels, extent...}; channels that a point closes are 0

  int64_t elements() const;
};

class ThrottledNetwork;

/// Runs a network. One thread at a time may use a context; any number of contexts share one network's weights and operating point.
class InferenceContext {
 public:
  /// Computes `batch` inputs, row-major [batch, input_shape...], at the operating point that is set when the call begins. `outputs`: a
  /// pointer, to the first output [batch, output_shape...] alone, or one for each output in the order of ThrottledNetwork::outputs(); what
  /// is null is not written. Returns the index of the point. Allocates nothing. UsageError where batch is outside [1, batch_limit], or
  /// there are more pointers than outputs.
  int run(const float* input, int64_t batch, OutputPointers outputs);
  /// The same at a point of the caller's choice; the network's own stays as it is. UsageError where there is no such point.
  void run_at(int point, const float* input, int64_t batch, OutputPointers outputs);
  /// What this context holds beside the weights.
  int64_t memory_bytes() const { return context_->memory_bytes(); }

 private:
  friend class ThrottledNetwork;
  struct Shared;
  InferenceContext(std::shared_ptr<const Shared> shared, std::unique_ptr<EngineContext> context);
  std::shared_ptr<const Shared> shared_;
  std::unique_ptr<EngineContext> context_;
};

/// A trained network whose cost is set at every inference by the utilization u. One file, one copy of the weights, every width.
///
///     ThrottledNetwork net = ThrottledNetwork::load("model.safetensors");
///     InferenceContext context = net.context();
///     net.set_utilization(0.25);               // from any thread
///     context.run(image.data(), 1, logits.data());
class ThrottledNetwork {
 public:
  /// Reads a model file by memory map and prepares an engine. DataError where the file is damaged, UsageError for an unknown engine.
  static ThrottledNetwork load(const std::filesystem::path& file, const RuntimeOptions& options = {});
  /// The same of a model that was read before.
  static ThrottledNetwork prepare(std::shared_ptr<const LoweredModel> model, const RuntimeOptions& options = {});

  /// A context with an arena of its own; the network may be destroyed before it.
  InferenceContext context() const;

  /// From any thread, at any time: takes effect at the next run of every context. One atomic store; never blocks, allocates nothing.
  /// UsageError where u is outside (0, 1].
  void set_utilization(double u);
  /// The same by index into operating_points(); UsageError where there is none.
  void set_operating_point(int index);
  int operating_point() const;
  /// The operating point that u stands for.
  int find_operating_point(double u) const;

  const std::vector<OperatingPointInfo>& operating_points() const;  ///< by rising u
  /// Of one input: {channels, extent...}.
  const std::vector<int64_t>& input_shape() const;
  const std::vector<OutputInfo>& outputs() const;
  /// Of the first output.
  const std::vector<int64_t>& output_shape() const { return outputs().front().shape; }
  const LoweredModel& model() const;
  const Engine& engine() const;

 private:
  explicit ThrottledNetwork(std::shared_ptr<InferenceContext::Shared> shared);
  std::shared_ptr<InferenceContext::Shared> shared_;
};

}  // namespace tnn
