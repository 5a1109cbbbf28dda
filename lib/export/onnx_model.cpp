#include "export/onnx_model.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cstring>

#include "core/error.h"
#include "graph/node.h"

namespace tnn {
namespace {

constexpr size_t kLargestFile = (size_t{1} << 31) - 1;  // of one protobuf message

template <typename Number>
std::string raw(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

void store(const OnnxTensor& tensor, onnx::TensorProto& proto) {
  proto.set_name(tensor.name);
  for (const int64_t size : tensor.shape) proto.add_dims(size);
  constexpr onnx::TensorProto_DataType kTypes[] = {onnx::TensorProto_DataType_FLOAT, onnx::TensorProto_DataType_INT64,
                                                   onnx::TensorProto_DataType_BOOL};
  proto.set_data_type(kTypes[tensor.values.index()]);
  std::visit([&](const auto& values) { proto.set_raw_data(raw(values)); }, tensor.values);
}

void store(const OnnxValue& value, onnx::ValueInfoProto& proto) {
  proto.set_name(value.name);
  auto& type = *proto.mutable_type()->mutable_tensor_type();
  type.set_elem_type(value.integers ? onnx::TensorProto_DataType_INT64 : onnx::TensorProto_DataType_FLOAT);
  if (!value.has_shape) return;
  auto& shape = *type.mutable_shape();
  for (size_t i = 0; i < value.shape.size(); ++i) {
    auto& dimension = *shape.add_dim();
    if (value.shape[i] >= 0) dimension.set_dim_value(value.shape[i]);
    if (value.shape[i] == -1) dimension.set_dim_param("batch");
  }
}

void store(const OnnxGraph& graph, onnx::GraphProto& proto);

void store(const std::string& name, const OnnxAttribute& attribute, onnx::AttributeProto& proto) {
  proto.set_name(name);
  std::visit(Match{[&](int64_t value) { proto.set_type(onnx::AttributeProto_AttributeType_INT), proto.set_i(value); },
                   [&](float value) { proto.set_type(onnx::AttributeProto_AttributeType_FLOAT), proto.set_f(value); },
                   [&](const std::vector<int64_t>& values) {
                     proto.set_type(onnx::AttributeProto_AttributeType_INTS);
                     for (const int64_t value : values) proto.add_ints(value);
                   },
                   [&](const std::shared_ptr<OnnxGraph>& graph) {
                     proto.set_type(onnx::AttributeProto_AttributeType_GRAPH);
                     store(*graph, *proto.mutable_g());
                   },
                   [&](const std::string& text) { proto.set_type(onnx::AttributeProto_AttributeType_STRING), proto.set_s(text); }},
             attribute);
}

void store(const OnnxGraph& graph, onnx::GraphProto& proto) {
  proto.set_name(graph.name);
  for (const OnnxValue& value : graph.inputs) store(value, *proto.add_input());
  for (const OnnxValue& value : graph.outputs) store(value, *proto.add_output());
  for (const OnnxTensor& tensor : graph.constants) store(tensor, *proto.add_initializer());
  for (const OnnxNode& node : graph.nodes) {
    auto& stored = *proto.add_node();
    stored.set_op_type(node.op);
    stored.set_name(node.name);
    for (const std::string& input : node.inputs) stored.add_input(input);
    for (const std::string& output : node.outputs) stored.add_output(output);
    for (const auto& [name, attribute] : node.attributes) store(name, attribute, *stored.add_attribute());
  }
}

/// Reads one file; `path` is for messages.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  OnnxGraph graph(const onnx::GraphProto& proto) const {
    OnnxGraph graph;
    graph.name = proto.name();
    for (const auto& value : proto.input()) graph.inputs.push_back(this->value(value));
    for (const auto& value : proto.output()) graph.outputs.push_back(this->value(value));
    for (const auto& tensor : proto.initializer()) graph.constants.push_back(this->tensor(tensor));
    for (const auto& node : proto.node()) graph.nodes.push_back(this->node(node));
    return graph;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(fmt::format("'{}': {}", path_, what)); }

  OnnxValue value(const onnx::ValueInfoProto& proto) const {
    OnnxValue value{proto.name(),
                    {},
                    proto.type().tensor_type().has_shape(),
                    proto.type().tensor_type().elem_type() == onnx::TensorProto_DataType_INT64};
    for (const auto& dimension : proto.type().tensor_type().shape().dim())
      value.shape.push_back(dimension.has_dim_value() ? dimension.dim_value() : dimension.has_dim_param() ? -1 : -2);
    return value;
  }

  template <typename Number>
  std::vector<Number> numbers(const onnx::TensorProto& proto, int64_t count) const {
    const std::string& bytes = proto.raw_data();
    if (bytes.size() != static_cast<size_t>(count) * sizeof(Number))
      fail(fmt::format("tensor '{}' has {} bytes, its shape says {} elements", proto.name(), bytes.size(), count));
    std::vector<Number> values(static_cast<size_t>(count));
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  OnnxTensor tensor(const onnx::TensorProto& proto) const {
    OnnxTensor tensor{proto.name(), {proto.dims().begin(), proto.dims().end()}, {}};
    const auto bytes = static_cast<int64_t>(proto.raw_data().size());
    int64_t count = 1;
    for (const int64_t size : tensor.shape) {
      if (size < 0 || (size > 0 && count > bytes / size + 1)) fail(fmt::format("tensor '{}' is larger than its data", proto.name()));
      count *= size;
    }
    switch (proto.data_type()) {
      case onnx::TensorProto_DataType_FLOAT:
        tensor.values = numbers<float>(proto, count);
        return tensor;
      case onnx::TensorProto_DataType_INT64:
        tensor.values = numbers<int64_t>(proto, count);
        return tensor;
      case onnx::TensorProto_DataType_BOOL:
        tensor.values = numbers<uint8_t>(proto, count);
        return tensor;
    }
    fail(fmt::format("tensor '{}' has type {} (allowed: float, int64, bool)", proto.name(), proto.data_type()));
  }

  OnnxNode node(const onnx::NodeProto& proto) const {
    OnnxNode node{proto.op_type(), proto.name(), {proto.input().begin(), proto.input().end()}, {}, {}};
    node.outputs.assign(proto.output().begin(), proto.output().end());
    for (const auto& a : proto.attribute()) {
      if (a.type() == onnx::AttributeProto_AttributeType_INT)
        node.attributes[a.name()] = a.i();
      else if (a.type() == onnx::AttributeProto_AttributeType_FLOAT)
        node.attributes[a.name()] = a.f();
      else if (a.type() == onnx::AttributeProto_AttributeType_INTS)
        node.attributes[a.name()] = std::vector<int64_t>(a.ints().begin(), a.ints().end());
      else if (a.type() == onnx::AttributeProto_AttributeType_GRAPH)
        node.attributes[a.name()] = std::make_shared<OnnxGraph>(graph(a.g()));
      else if (a.type() == onnx::AttributeProto_AttributeType_STRING)
        node.attributes[a.name()] = a.s();
      else
        fail(fmt::format("node '{}': attribute '{}' has a type that is not read here", node.name, a.name()));
    }
    return node;
  }

  std::string path_;
};

}  // namespace

std::string onnx_to_bytes(const OnnxModel& model) {
  onnx::ModelProto proto;
  proto.set_ir_version(model.opset >= 15 ? 8 : 7);  // the one that came with the opset
  proto.set_producer_name("tnn");
  proto.set_producer_version(model.producer_version);
  proto.set_doc_string(model.documentation);
  auto& opset = *proto.add_opset_import();
  opset.set_domain("");
  opset.set_version(model.opset);
  for (const auto& [key, value] : model.metadata) {
    auto& entry = *proto.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  store(model.graph, *proto.mutable_graph());
  if (proto.ByteSizeLong() > kLargestFile)
    throw UsageError(fmt::format("the network takes {} bytes, one ONNX file holds at most {}", proto.ByteSizeLong(), kLargestFile));
  return proto.SerializeAsString();
}

OnnxModel onnx_from_bytes(const std::string& bytes, const std::string& path) {
  onnx::ModelProto proto;
  if (bytes.size() > kLargestFile || !proto.ParseFromString(bytes) || proto.opset_import_size() == 0)
    throw DataError(fmt::format("'{}' is not an ONNX file", path));
  OnnxModel model;
  model.opset = static_cast<int>(proto.opset_import(0).version());
  model.producer_version = proto.producer_version();
  model.documentation = proto.doc_string();
  for (const auto& entry : proto.metadata_props()) model.metadata[entry.key()] = entry.value();
  model.graph = Reader(path).graph(proto.graph());
  return model;
}

}  // namespace tnn
