#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gating/configuration.h"
#include "graph/graph.h"

namespace tnn {

using ValueId = int;

/// A tensor that is stored while the network runs. Full width; how many of its channels exist at an operating point is in PlanPoint.
struct Value {
  std::string name;  ///< of the last node that is computed into it
  TensorShape shape;
  int64_t channels = 0;

  const std::vector<int64_t>& extent() const { return shape.extent; }
};

/// A stored value as part of what a step reads.
struct Segment {
  ValueId value = kNone;
  bool flattened = false;        ///< read as channels x positions features, channel-major
  std::vector<Branch> branches;  ///< absent while one of them is closed, even where the value is there

  /// The value as it is: nothing but its own memory decides what is read.
  bool is_plain() const { return !flattened && branches.empty(); }
  bool operator==(const Segment&) const = default;
};

/// What a step reads: stored values side by side in the channel dimension. A concatenation is a list of several; nothing is copied.
using Operand = std::vector<Segment>;

/// A second operand added in a step's epilogue.
struct Residual {
  Operand operand;
  TensorShape beside;  ///< shape of what the operand is added to; while that is absent, the operand alone is the result
};

/// What is done to a weighted step's sums before they are stored: times scale, plus shift (channel_affine.h), plus residual, activation.
struct Epilogue {
  std::vector<NodeId> batch_norms;  ///< folded into scale and shift, in their order
  std::optional<Residual> residual;
  std::optional<ActivationKind> activation;
};

/// The kinds of nodes that no step of a lowered plan has: engines refuse them by name. Two-stage graphs are split at their RoiAlign first
/// (graph/region_split.h).
template <typename Kind>
concept LoweredAway = OneOf<Kind, Input, Concat, Flatten, Dropout, RoiAlign>;

/// One operation of a lowered network. Its kind is that of a graph's node. BatchNorm is one that could not be folded: scale and shift a
/// channel.
struct Step {
  std::string name;  ///< "conv1+bn1+relu1": the nodes it computes
  Operation operation;
  NodeId node = kNone;  ///< whose weights it uses
  std::vector<Operand> inputs;
  ValueId output = kNone;
  Epilogue epilogue;
  std::vector<Branch> branches;  ///< of the node; only passes before the views read it
};

/// What a step does at an operating point.
enum class StepMode {
  skip,          ///< its output does not exist
  run,           ///< the operation and its epilogue
  residual_only  ///< what the residual is added to lies in a closed branch: activation(residual)
};

struct StepAtPoint {
  StepMode mode = StepMode::run;
  bool adds_residual = false;  ///< false where the step has none, or where it lies in a closed branch
  int64_t macs = 0;            ///< for one input
};

/// A plan at one operating point.
struct PlanPoint {
  Configuration configuration;
  std::vector<ChannelRanges> channels;  ///< active channels of each value, as ranges of the channels at full width
  std::vector<StepAtPoint> steps;
};

/// A result of the network, as it is read from stored values.
struct PlanOutput {
  std::string name;
  Operand operand;
};

/// A network lowered to steps over stored values, independent of any engine: what is computed in which order, and what of it at which
/// operating point. How values are laid out in memory is the engine's.
struct Plan {
  std::vector<Value> values;  ///< the first is the network's input
  std::vector<Step> steps;    ///< in the order of computation
  std::vector<PlanOutput> outputs;
  std::vector<PlanPoint> points;

  const Value& value(ValueId id) const { return values.at(static_cast<size_t>(id)); }
};

/// How often each value is read; each output of the network counts as a read.
std::vector<int> count_reads(const Plan& plan);
/// Of each output the number of steps after which all of it is there. Engines write it then, so that its memory serves the steps behind.
std::vector<size_t> steps_before_outputs(const Plan& plan);
/// Calls `visit` for every operand that a step reads: inputs, then residual.
template <typename StepType, typename Visit>
void for_each_operand(StepType& step, Visit visit) {
  for (auto& operand : step.inputs) visit(operand);
  if (step.epilogue.residual) visit(step.epilogue.residual->operand);
}

/// Active channels of a segment's value at a point, as ranges of the value's channels (not multiplied by positions where it is flattened);
/// empty while a branch of the segment is closed.
const ChannelRanges& active_channels(const PlanPoint& point, const Segment& segment);
/// Channels (of a flattened segment: features) that an operand has at a point.
int64_t count_channels(const Plan& plan, const PlanPoint& point, const Operand& operand);
/// Channels (features) of an operand at full width, and its spatial extent.
int64_t full_channels(const Plan& plan, const Operand& operand);
const std::vector<int64_t>& operand_extent(const Plan& plan, const Operand& operand);
/// Numbers of one image at full width, all of an operand's channels and positions.
int64_t full_numbers(const Plan& plan, const Operand& operand);
/// Whether an operand of an addition is there: it has the channels of the sum.
bool is_present(const Plan& plan, const PlanPoint& point, const Operand& operand, ValueId sum);

}  // namespace tnn
