#pragma once

#include <optional>

#include "export/onnx_operating_point.h"
#include "graph/parameters.h"

namespace tnn {

/// Writes the operators of single nodes.
class OnnxLayers {
 public:
  OnnxLayers(const StoredModel& model, OnnxWriter& writer, OnnxOperatingPoint& point);

  /// The name of a node's value in the graph where it is computed.
  const std::string& value(NodeId node) const { return values_[static_cast<size_t>(node)]; }
  void set_value(NodeId node, std::string name) { values_[static_cast<size_t>(node)] = std::move(name); }

  /// Appends the operators of a node that reads the values `operands`.
  void lower(NodeId node, const std::vector<std::string>& operands);
  /// (pixel - 255 mean) / (255 std); returns its name. UsageError where the model says neither mean nor std.
  std::string preprocessing();
  /// The number of samples, [1], int64.
  std::string batch_size();

 private:
  std::string convolution(NodeId id, const Convolution& options, const std::string& x);
  std::string linear(NodeId id, const std::string& x);
  std::string batch_norm(const Node& node, const BatchNorm& options, const std::string& x);
  std::string layer_norm(const Node& node, const LayerNorm& options, const std::string& x);
  std::string activation(const Node& node, const Activation& options, const std::string& x);
  std::string pool(const Node& node, const Pool& options, const std::string& x);
  std::string channel_shuffle(const Node& node, const ChannelShuffle& options, const std::string& x);
  std::string upsample(const Node& node, const Upsample& options, const std::string& x);
  std::string channel_pad(const Node& node, const ChannelPad& options, const std::string& x);

  /// The batch norm that can be folded into a weighted node: its only reader, with one set of statistics.
  std::optional<NodeId> folded_batch_norm(NodeId id) const;
  /// Weight and bias as the graph uses them, sliced; the bias is empty where there is none.
  std::vector<std::string> weights(NodeId id, bool bias, const std::vector<OnnxChannels>& axes);
  std::string channel_vector(const Node& node, ParameterRole role, const OnnxChannels& channels);
  std::string grouped_convolution(const Node& node, const std::vector<std::string>& inputs, const OnnxWriter::Attributes& attributes,
                                  const std::vector<int64_t>& groups);

  const StoredModel& model_;
  const Graph& graph_;
  OnnxWriter& writer_;
  OnnxOperatingPoint& point_;
  std::vector<std::string> values_;
  std::vector<NodeId> reader_;  ///< the only reader of a node; kNone where it has none or several, or is an output
  std::string batch_;
  std::map<std::string, std::vector<std::string>> shared_;  ///< of a static net: weight and bias that several nodes use, by their owner
};

}  // namespace tnn
