#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tnn {

struct OnnxGraph;

/// A constant of an ONNX graph: fp32, int64 or bool (as bytes 0 and 1).
struct OnnxTensor {
  std::string name;
  std::vector<int64_t> shape;
  std::variant<std::vector<float>, std::vector<int64_t>, std::vector<uint8_t>> values;
};

using OnnxAttribute = std::variant<int64_t, float, std::vector<int64_t>, std::shared_ptr<OnnxGraph>, std::string>;

struct OnnxNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;  ///< an input that is left out: ""
  std::map<std::string, OnnxAttribute> attributes;
};

/// The name and type of a graph's input or output; -1: the batch dimension, -2: not known before the file runs.
struct OnnxValue {
  std::string name;
  std::vector<int64_t> shape;
  bool has_shape = true;
  bool integers = false;  ///< int64, else fp32
};

/// A graph or, under an If, a subgraph, which sees the values of the graph around it.
struct OnnxGraph {
  std::string name;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<OnnxNode> nodes;  ///< in the order of computation
  std::vector<OnnxTensor> constants;
};

/// An ONNX file as plain data: what the lowering writes, the file format stores and the evaluator reads.
struct OnnxModel {
  OnnxGraph graph;
  int opset = 13;
  std::string producer_version, documentation;
  std::map<std::string, std::string> metadata;
};

/// The bytes of an .onnx file, by ONNX's own protobuf classes. UsageError above protobuf's 2 GB.
std::string onnx_to_bytes(const OnnxModel& model);

/// Reads what onnx_to_bytes writes; DataError where the bytes are no ONNX file or hold what this program never writes.
OnnxModel onnx_from_bytes(const std::string& bytes, const std::string& path);

}  // namespace tnn
