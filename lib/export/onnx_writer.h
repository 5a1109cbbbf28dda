#pragma once

#include <functional>
#include <set>

#include "export/onnx_model.h"

namespace tnn {

/// Writes an ONNX graph operator by operator. Constants belong to the outermost graph, which subgraphs see; operators are appended to the
/// graph that is open: the outermost or a subgraph. What depends on nothing but the operating point goes to a prologue before all else.
class OnnxWriter {
 public:
  /// UsageError where the opset is not 13 or 17.
  explicit OnnxWriter(int opset);

  using Attributes = std::map<std::string, OnnxAttribute>;
  /// Appends one operator with one output, named like the node; returns the output's name. UsageError where the opset lacks it.
  std::string emit(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes = {});
  /// With further outputs beside the one that is named like the node: the node's name and a suffix each.
  std::vector<std::string> emit_several(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                                        Attributes attributes, const std::vector<std::string>& suffixes);
  std::string emit_prologue(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes = {});

  template <typename Number>
  std::string constant(const std::string& name, std::vector<int64_t> shape, std::vector<Number> values) {
    main_.constants.push_back({unique(name), std::move(shape), std::move(values)});
    return main_.constants.back().name;
  }
  std::string integers(const std::string& name, const std::vector<int64_t>& values);  ///< the same values are stored once
  std::string scalar(const std::string& name, float value) { return constant(name, {}, std::vector<float>{value}); }

  /// A subgraph: `write` appends its operators and returns the names of its outputs.
  std::shared_ptr<OnnxGraph> subgraph(const std::string& name, const std::function<std::vector<std::string>()>& write);
  /// The operator If with several outputs.
  void emit_if(const std::string& name, const std::string& condition, std::shared_ptr<OnnxGraph> then_branch,
               std::shared_ptr<OnnxGraph> else_branch, const std::vector<std::string>& outputs);
  /// Whether the open graph itself computes a value of that name, and does not only see it.
  bool computes(const std::string& value) const;

  void input(OnnxValue value, bool first = false);
  void output(OnnxValue value) { main_.outputs.push_back(std::move(value)); }
  /// The name, or where that is taken the name with a number.
  std::string unique(const std::string& name);
  /// Keeps a name for emit_reserved(): no other value gets it.
  void reserve(const std::string& name) { names_.insert(name); }
  std::string emit_reserved(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes = {});
  OnnxModel finish(const std::string& graph_name);

 private:
  /// With `name` as it is.
  OnnxNode checked(const std::string& op, const std::string& name, std::vector<std::string> inputs, Attributes attributes) const;
  int opset_;
  OnnxGraph main_;
  std::vector<OnnxNode> prologue_;
  OnnxGraph* open_ = &main_;
  std::set<std::string> names_;
  std::map<std::vector<int64_t>, std::string> integers_;
};

}  // namespace tnn
