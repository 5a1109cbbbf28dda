#include "formats/pretrained/pretrained.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "graph/parameters.h"

namespace tnn {
namespace {

bool is_ignored(const std::string& name) {
  for (const char* suffix : {".num_batches_tracked", ".point_weight", ".point_bias", ".point_mean", ".point_var"})
    if (name.ends_with(suffix)) return true;
  return false;
}

std::string without_wrappers(std::string name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string prefix : {"module.", "_orig_mod."})
      if (name.compare(0, prefix.size(), prefix) == 0) name.erase(0, prefix.size()), again = true;
  }
  return name;
}

/// Whether a tensor's name lies in one of the groups.
bool is_within(const std::string& name, const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return !group.empty() && name.size() > group.size() && name.compare(0, group.size(), group) == 0 && name[group.size()] == '.';
  });
}

bool is_real(DType dtype) { return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f64; }

/// What does not fit, collected to be told at once.
struct Misfits {
  std::vector<std::string> missing, unexpected, twice, misshaped;

  std::string text() const {
    std::string all;
    const auto append = [&](const char* what, const std::vector<std::string>& list) {
      if (!list.empty()) all += fmt::format("\n  {} ({}): {}", what, list.size(), fmt::join(list, ", "));
    };
    append("missing", missing);
    append("unexpected", unexpected);
    append("given twice", twice);
    append("of another shape or type", misshaped);
    return all;
  }
};

}  // namespace

PretrainedTensors read_pretrained(const Graph& graph, const PretrainedOptions& options) {
  PretrainedTensors result{read_tensor_file(options.file), {}};
  std::map<std::string, std::vector<int64_t>> expected;
  std::vector<std::string> used;
  for (const Parameter& parameter : graph_parameters(graph)) {
    used.push_back(parameter.name);
    if (!is_within(parameter.name, options.except)) expected[parameter.name] = parameter.shape;
  }
  for (const std::string& group : options.except)
    if (std::none_of(used.begin(), used.end(), [&](const std::string& name) { return is_within(name, {group}); }))
      throw UsageError(fmt::format("model.pretrained_except: '{}' is no layer of '{}' that has weights", group, graph.name()));

  Misfits misfits;
  for (const TensorView& tensor : result.file.tensors) {
    std::string name = without_wrappers(tensor.name);
    if (is_ignored(name)) continue;
    if (options.rename) name = options.rename(name);
    if (is_within(name, options.except)) continue;
    const auto found = expected.find(name);
    if (found == expected.end()) {
      misfits.unexpected.push_back(tensor.name);
    } else if (!result.by_name.emplace(name, tensor).second) {
      misfits.twice.push_back(tensor.name);
    } else if (tensor.shape != found->second || !is_real(tensor.dtype)) {
      misfits.misshaped.push_back(fmt::format("{} is {} [{}] and should be [{}]", tensor.name, dtype_name(tensor.dtype),
                                              fmt::join(tensor.shape, ", "), fmt::join(found->second, ", ")));
    }
  }
  for (const auto& [name, shape] : expected)
    if (!result.by_name.count(name)) misfits.missing.push_back(name);
  if (const std::string text = misfits.text(); !text.empty())
    throw DataError(fmt::format("'{}' does not fit the network '{}':{}", options.file.string(), graph.name(), text));
  return result;
}

}  // namespace tnn
