#include "export/onnx_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "formats/model_tensors.h"
#include "graph/node_traits.h"

namespace tnn {
namespace {

/// Scale and shift of a batch norm with fixed statistics, y = scale x + shift.
struct Affine {
  std::vector<double> scale, shift;
};

Affine affine_of(const StoredModel& model, const std::string& name, double epsilon) {
  const auto& gamma = model.tensor(name + ".weight").values;
  const auto& beta = model.tensor(name + ".bias").values;
  const auto& mean = model.tensor(name + ".running_mean").values;
  const auto& variance = model.tensor(name + ".running_var").values;
  Affine affine;
  for (size_t c = 0; c < gamma.size(); ++c) {
    affine.scale.push_back(gamma[c] / std::sqrt(static_cast<double>(variance[c]) + epsilon));
    affine.shift.push_back(beta[c] - mean[c] * affine.scale.back());
  }
  return affine;
}

void fold(const Affine& affine, HostTensor& weight, HostTensor& bias) {
  const size_t per_channel = weight.values.size() / affine.scale.size();
  for (size_t c = 0; c < affine.scale.size(); ++c) {
    for (size_t i = 0; i < per_channel; ++i) {
      float& w = weight.values[c * per_channel + i];
      w = static_cast<float>(w * affine.scale[c]);
    }
    bias.values[c] = static_cast<float>(bias.values[c] * affine.scale[c] + affine.shift[c]);
  }
}

}  // namespace

OnnxLayers::OnnxLayers(const StoredModel& model, OnnxWriter& writer, OnnxOperatingPoint& point)
    : model_(model),
      graph_(model.description.graph),
      writer_(writer),
      point_(point),
      values_(graph_.nodes().size()),
      reader_(graph_.nodes().size(), kNone) {
  std::vector<int> uses(reader_.size());
  for (size_t i = 0; i < graph_.nodes().size(); ++i)
    for (const NodeId input : graph_.nodes()[i].inputs) {
      ++uses[static_cast<size_t>(input)];
      reader_[static_cast<size_t>(input)] = static_cast<NodeId>(i);
    }
  for (const Output& output : graph_.outputs()) uses[static_cast<size_t>(output.node)] += 2;
  for (size_t i = 0; i < uses.size(); ++i)
    if (uses[i] > 1) reader_[i] = kNone;
}

void OnnxLayers::lower(NodeId id, const std::vector<std::string>& operands) {
  const Node& node = graph_.node(id);
  const std::string& x = operands.front();
  const auto simple = [&](const char* op, OnnxWriter::Attributes attributes = {}) {
    return writer_.emit(op, node.name, operands, std::move(attributes));
  };
  set_value(
      id, std::visit(
              Match{[&](const Input&) { return x; }, [&](const Convolution& c) { return convolution(id, c, x); },
                    [&](const Linear&) { return linear(id, x); },
                    [&](const BatchNorm& b) { return folded_batch_norm(node.inputs.front()) == id ? x : batch_norm(node, b, x); },
                    [&](const LayerNorm& l) { return layer_norm(node, l, x); }, [&](const Activation& a) { return activation(node, a, x); },
                    [&](const Pool& p) { return pool(node, p, x); },
                    [&](const GlobalPool& p) { return simple(p.kind == PoolKind::average ? "GlobalAveragePool" : "GlobalMaxPool"); },
                    [&](const Add&) { return simple(operands.size() == 2 ? "Add" : "Sum"); },
                    [&](const Concat&) {
                      return simple("Concat", {{"axis", int64_t{1}}});
                    },
                    [&](const Flatten&) {
                      return simple("Flatten", {{"axis", int64_t{1}}});
                    },
                    [&](const Dropout&) { return x; }, [&](const ChannelShuffle& s) { return channel_shuffle(node, s, x); },
                    [&](const ChannelPad& p) { return channel_pad(node, p, x); }, [&](const Upsample& u) { return upsample(node, u, x); },
                    [&](const RoiAlign& r) -> std::string { refuse_kind("the ONNX export", node.name, r); }},
              node.operation));
}

std::string OnnxLayers::preprocessing() {
  const Preprocessing& p = model_.description.preprocessing;
  const std::vector<int64_t> dimensions = graph_.dimensions(graph_.input().shape);
  const auto channels = static_cast<size_t>(dimensions.front());
  if (p.mean.size() != channels || p.std.size() != channels)
    throw UsageError(fmt::format("--preprocessing: the model names {} means and {} deviations for {} input channels", p.mean.size(),
                                 p.std.size(), channels));
  std::vector<float> mean, deviation;
  for (size_t c = 0; c < channels; ++c) {
    mean.push_back(static_cast<float>(255 * p.mean[c]));
    deviation.push_back(static_cast<float>(255 * p.std[c]));
  }
  std::vector<int64_t> shape(dimensions.size() + 1, 1);
  shape[1] = dimensions.front();
  const std::string centred = writer_.emit("Sub", "input.centred", {"input", writer_.constant("input.mean", shape, mean)});
  return writer_.emit("Div", "input.normalized", {centred, writer_.constant("input.deviation", shape, deviation)});
}

std::string OnnxLayers::batch_size() {
  if (!batch_.empty()) return batch_;
  const std::string shape = writer_.emit_prologue("Shape", "tnn.input_shape", {"input"});
  const std::string zero = writer_.integers("tnn.axis0", {0}), one = writer_.integers("tnn.one", {1});
  return batch_ = writer_.emit_prologue("Slice", "tnn.batch_size", {shape, zero, one, zero});
}

std::optional<NodeId> OnnxLayers::folded_batch_norm(NodeId id) const {
  const Node& node = graph_.node(id);
  const NodeId reader = reader_[static_cast<size_t>(id)];
  if (!traits_of(node.operation).is_weighted) return std::nullopt;
  if (reader == kNone || !has_one_normalization(model_.description.batch_norm)) return std::nullopt;
  if (!std::holds_alternative<BatchNorm>(graph_.node(reader).operation) || graph_.node(reader).branches != node.branches)
    return std::nullopt;
  return reader;
}

std::vector<std::string> OnnxLayers::weights(NodeId id, bool has_bias, const std::vector<OnnxChannels>& axes) {
  const Node& node = graph_.node(id);
  const std::string& owner = graph_.node(weights_owner(graph_, id)).name;
  const bool may_share = point_.count() == 1 && !folded_batch_norm(id);
  if (may_share && shared_.count(owner)) return shared_.at(owner);
  HostTensor weight = model_.tensor(owner + ".weight"), bias;
  if (has_bias) bias = model_.tensor(owner + ".bias");
  if (const auto norm = folded_batch_norm(id)) {
    const Node& folded = graph_.node(*norm);
    bias.shape = {weight.shape.front()};
    bias.values.resize(static_cast<size_t>(weight.shape.front()));
    fold(affine_of(model_, folded.name, std::get<BatchNorm>(folded.operation).epsilon), weight, bias);
  }
  const auto stored = [&](const char* suffix, HostTensor& tensor, const std::vector<OnnxChannels>& cut) {
    const std::string name = node.name + suffix;
    return point_.slice(name, writer_.constant(name, tensor.shape, std::move(tensor.values)), cut);
  };
  std::vector<std::string> names{stored(".weight", weight, axes)};
  if (!bias.shape.empty()) names.push_back(stored(".bias", bias, {axes.front()}));
  if (may_share) shared_[owner] = names;
  return names;
}

std::string OnnxLayers::convolution(NodeId id, const Convolution& options, const std::string& x) {
  const Node& node = graph_.node(id);
  const Window& w = options.window;
  std::vector<int64_t> pads = w.padding;
  pads.insert(pads.end(), w.padding.begin(), w.padding.end());
  const OnnxWriter::Attributes attributes{
      {"kernel_shape", w.kernel}, {"strides", w.stride}, {"pads", pads}, {"dilations", w.dilation}, {"group", int64_t{1}}};
  std::vector<OnnxChannels> axes{point_.channels(node, node.shape)};
  const OnnxChannels inputs = point_.channels(node, graph_.input_shape(node));
  if (options.groups == 1 && !options.depthwise) axes.push_back(inputs);
  std::vector<std::string> operands{x};
  for (std::string& name : weights(id, options.bias, axes)) operands.push_back(std::move(name));
  std::vector<int64_t> groups;
  for (size_t i = 0; i < point_.count(); ++i) {
    if (!point_.runs(node, i)) continue;
    const int64_t active = count_channels(active_channels(graph_, node.shape, point_.configuration(i)));
    groups.push_back(options.groups * active / graph_.channels(node.shape));
    if (options.groups == 1) groups.back() = 1;
  }
  return grouped_convolution(node, operands, attributes, groups);
}

std::string OnnxLayers::linear(NodeId id, const std::string& x) {
  const Node& node = graph_.node(id);
  std::vector<std::string> operands{x};
  const auto bias = std::get<Linear>(node.operation).bias;
  const std::vector<OnnxChannels> axes{point_.channels(node, node.shape), point_.channels(node, graph_.input_shape(node))};
  for (std::string& name : weights(id, bias, axes)) operands.push_back(std::move(name));
  return writer_.emit("Gemm", node.name, operands, {{"transB", int64_t{1}}});
}

std::string OnnxLayers::channel_vector(const Node& node, ParameterRole role, const OnnxChannels& channels) {
  const BatchNormMode mode = model_.description.batch_norm;
  const std::string stored = used_tensor_name(node.name, role, mode);
  const HostTensor& tensor = model_.tensor(stored);
  std::string vector = writer_.constant(stored, tensor.shape, tensor.values);
  if (has_point_values(mode, role)) vector = point_.pick_row(stored + ".row", vector);
  return point_.slice(parameter_name(node.name, role), vector, {channels});
}

std::string OnnxLayers::batch_norm(const Node& node, const BatchNorm& options, const std::string& x) {
  const OnnxChannels channels = point_.channels(node, node.shape);
  std::vector<std::string> operands{x};
  for (const ParameterRole role : kBatchNormRoles) operands.push_back(channel_vector(node, role, channels));
  return writer_.emit("BatchNormalization", node.name, operands, {{"epsilon", static_cast<float>(options.epsilon)}});
}

/// In its parts: the operator LayerNormalization of opset 17 normalises the last dimensions only.
std::string OnnxLayers::layer_norm(const Node& node, const LayerNorm& options, const std::string& x) {
  const OnnxChannels channels = point_.channels(node, node.shape);
  const auto named = [&](const char* suffix) { return node.name + suffix; };
  const auto mean_of = [&](const std::string& value, const char* suffix) {
    return writer_.emit("ReduceMean", named(suffix), {value}, {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{1}}});
  };
  const auto beside_positions = [&](const char* suffix) {  // [C] as [C, 1, 1]
    std::vector<int64_t> shape(node.shape.extent.size() + 1, 1);
    shape[0] = graph_.channels(node.shape);
    return point_.slice(named(suffix), writer_.constant(named(suffix), shape, model_.tensor(named(suffix)).values), {channels});
  };
  const std::string centred = writer_.emit("Sub", named(".centred"), {x, mean_of(x, ".mean")});
  const std::string variance = mean_of(writer_.emit("Mul", named(".squared"), {centred, centred}), ".variance");
  const std::string stable =
      writer_.emit("Add", named(".stable"), {variance, writer_.scalar(named(".epsilon"), static_cast<float>(options.epsilon))});
  const std::string normal = writer_.emit("Div", named(".normal"), {centred, writer_.emit("Sqrt", named(".deviation"), {stable})});
  const std::string scaled = writer_.emit("Mul", named(".scaled"), {normal, beside_positions(".weight")});
  return writer_.emit("Add", node.name, {scaled, beside_positions(".bias")});
}

std::string OnnxLayers::activation(const Node& node, const Activation& options, const std::string& x) {
  switch (options.kind) {
    case ActivationKind::relu:
      return writer_.emit("Relu", node.name, {x});
    case ActivationKind::sigmoid:
      return writer_.emit("Sigmoid", node.name, {x});
    case ActivationKind::relu6:
      break;
  }
  return writer_.emit("Clip", node.name, {x, writer_.scalar(node.name + ".low", 0), writer_.scalar(node.name + ".high", 6)});
}

std::string OnnxLayers::channel_shuffle(const Node& node, const ChannelShuffle& options, const std::string& x) {
  const int64_t channels = graph_.channels(node.shape);
  const std::vector<int64_t> grouped{0, options.groups, channels / options.groups, -1};  // 0: the batch as it is
  std::vector<int64_t> whole{0, channels};
  whole.insert(whole.end(), node.shape.extent.begin(), node.shape.extent.end());
  const std::string groups = writer_.emit("Reshape", node.name + ".groups", {x, writer_.integers(node.name + ".grouped_shape", grouped)});
  const std::string turned = writer_.emit("Transpose", node.name + ".transposed", {groups}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  return writer_.emit("Reshape", node.name, {turned, writer_.integers(node.name + ".shape", whole)});
}

/// Each output position reads the input position of its index over the factor, rounded down.
std::string OnnxLayers::upsample(const Node& node, const Upsample& options, const std::string& x) {
  std::vector<float> scales(node.shape.extent.size() + 2, static_cast<float>(options.factor));
  scales[0] = scales[1] = 1;
  const std::string scale = writer_.constant(node.name + ".scales", {static_cast<int64_t>(scales.size())}, scales);
  return writer_.emit("Resize", node.name, {x, "", scale},
                      {{"mode", std::string("nearest")},
                       {"coordinate_transformation_mode", std::string("asymmetric")},
                       {"nearest_mode", std::string("floor")}});
}

std::string OnnxLayers::channel_pad(const Node& node, const ChannelPad& options, const std::string& x) {
  const size_t dimensions = node.shape.extent.size() + 2;
  std::vector<int64_t> pads(2 * dimensions, 0);  // of every dimension: zeros in front, then those behind
  pads[1] = options.before;
  pads[dimensions + 1] = graph_.channels(node.shape) - graph_.channels(graph_.input_shape(node)) - options.before;
  return writer_.emit("Pad", node.name, {x, writer_.integers(node.name + ".pads", pads)});
}

}  // namespace tnn
