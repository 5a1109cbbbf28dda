#include "formats/pretrained/pretrained.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "formats/model_tensors.h"
#include "formats/pretrained/mismatch.h"
#include "formats/pretrained/name_rules.h"
#include "formats/tensor_numbers.h"

namespace tnn {
namespace {

/// What every reader passes over: PyTorch's counters, and a tnn model file's statistics of single operating points.
bool is_passed_over(const std::string& name) { return is_point_tensor(name) || name.ends_with(".num_batches_tracked"); }

/// Whether a tensor's name lies in one of the groups.
bool is_within(const std::string& name, const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return !group.empty() && name.size() > group.size() && name.compare(0, group.size(), group) == 0 && name[group.size()] == '.';
  });
}

/// Runs `make`, whose UsageErrors are about a recipe's key.
template <typename Make>
auto of_key(const char* key, Make make) {
  try {
    return make();
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", key, error.what()));
  }
}

/// A tensor of the file and the graph's name for it.
struct Candidate {
  const TensorView* view = nullptr;
  std::string name;
};

/// Finds the graph's names of a file's tensors.
class NameMatcher {
 public:
  NameMatcher(const Graph& graph, const PretrainedOptions& options)
      : options_(options), rules_(of_key("model.pretrained_rename", [&] { return NameRules(options.rename); })) {
    of_key("model.pretrained_ignore", [&] {
      for (const std::string& pattern : options.ignore) ignored_.emplace_back(pattern);
    });
    for (const Parameter& parameter : graph_parameters(graph)) {
      all_.insert(parameter.name);
      if (!is_within(parameter.name, options.except)) expected_.emplace(parameter.name, parameter);
    }
    for (const std::string& group : options.except)
      if (std::none_of(all_.begin(), all_.end(), [&](const std::string& name) { return is_within(name, {group}); }))
        throw UsageError(fmt::format("model.pretrained_except: '{}' is no layer of '{}' that has weights", group, graph.name()));
  }

  const std::map<std::string, Parameter>& expected() const { return expected_; }

  /// The tensors that are not left out, with the graph's names where there are any.
  std::vector<Candidate> candidates(const TensorFile& file, size_t& left_out) const {
    std::vector<Candidate> candidates;
    for (const TensorView& view : file.tensors) {
      const std::string renamed = rules_.renamed(view.name), bare = without_wrappers(renamed);
      if (is_passed_over(bare)) continue;
      if (is_ignored({view.name, without_wrappers(view.name), renamed, bare}))
        ++left_out;
      else
        candidates.push_back({&view, bare});
    }
    drop_shared_beginnings(candidates);
    std::vector<Candidate> kept;
    for (Candidate& candidate : candidates) {
      candidate.name = resolved(candidate.name);
      if (!candidate.name.empty() && !is_within(candidate.name, options_.except)) kept.push_back(std::move(candidate));
    }
    return kept;
  }

  /// The graph's name of a tensor that cannot be read.
  std::string of_unreadable(const std::string& name) const { return resolved(without_wrappers(rules_.renamed(name))); }

 private:
  bool is_ignored(const std::vector<std::string>& names) const {
    return std::any_of(ignored_.begin(), ignored_.end(), [&](const NameRule& rule) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return rule.matches(name); });
    });
  }

  std::string resolved(const std::string& name) const {
    if (all_.count(name) || !options_.known_name || name.size() > kLongestRuledName) return name;
    return options_.known_name(name);
  }

  size_t matches(const std::vector<Candidate>& candidates, size_t dropped) const {
    return static_cast<size_t>(std::count_if(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return all_.count(resolved(candidate.name.substr(dropped))) != 0;
    }));
  }

  /// Drops the beginning, of one component or several, after which most names are the graph's.
  void drop_shared_beginnings(std::vector<Candidate>& candidates) const {
    if (candidates.empty()) return;
    const std::string first = candidates.front().name;
    const auto is_shared = [&](size_t length) {
      return std::all_of(candidates.begin(), candidates.end(),
                         [&](const Candidate& candidate) { return candidate.name.compare(0, length, first, 0, length) == 0; });
    };
    constexpr int kMost = 8;  // components
    size_t best = 0, most = matches(candidates, 0), dot = first.find('.');
    for (int depth = 0; depth < kMost && dot != std::string::npos && is_shared(dot + 1); ++depth, dot = first.find('.', dot + 1))
      if (const size_t count = matches(candidates, dot + 1); count > most) best = dot + 1, most = count;
    for (Candidate& candidate : candidates) candidate.name.erase(0, best);
  }

  const PretrainedOptions& options_;
  NameRules rules_;
  std::vector<NameRule> ignored_;
  std::set<std::string> all_;
  std::map<std::string, Parameter> expected_;
};

std::string described(const TensorView& tensor, const std::vector<int64_t>& expected) {
  return fmt::format("{} is {} [{}] and should be [{}]", tensor.name, dtype_name(tensor.dtype), fmt::join(tensor.shape, ", "),
                     fmt::join(expected, ", "));
}

void require_fit(const Graph& graph, const NameMatcher& matcher, const std::vector<Candidate>& candidates, PretrainedTensors& result) {
  Mismatch mismatch;
  for (const auto& [name, parameter] : matcher.expected()) mismatch.expected[name] = parameter.shape;
  for (const Candidate& candidate : candidates) {
    const TensorView& tensor = *candidate.view;
    const auto found = mismatch.expected.find(candidate.name);
    if (found == mismatch.expected.end()) {
      if (can_be_weights(tensor.dtype))  // counters and masks that the network does not know mean nothing to it
        mismatch.unexpected.push_back({tensor.name, candidate.name, tensor.shape});
    } else if (!result.by_name.emplace(candidate.name, tensor).second) {
      mismatch.twice.push_back(tensor.name);
    } else if (tensor.shape != found->second || !can_be_weights(tensor.dtype)) {
      mismatch.misshaped.push_back(described(tensor, found->second));
      if (tensor.shape != found->second) mismatch.reshaped.push_back({tensor.name, candidate.name, tensor.shape});
    }
  }
  for (const auto& [name, why] : result.file.unreadable)
    if (mismatch.expected.count(matcher.of_unreadable(name))) mismatch.unreadable.push_back(name + " " + why);
  for (const auto& [name, shape] : mismatch.expected)
    if (!result.by_name.count(name)) mismatch.missing.push_back(name);
  if (!mismatch.empty())
    throw DataError(fmt::format("'{}' does not fit the network '{}':{}", result.path, graph.name(), describe_mismatch(mismatch, graph)));
}

}  // namespace

std::string PretrainedTensors::summary() const {
  std::string text = fmt::format("{} tensors", by_name.size());
  if (!file.entry.empty()) text += fmt::format(" under '{}'", file.entry);
  if (!file.other_entries.empty())
    text += fmt::format(" (there are others under {}: model.pretrained_entry chooses)", fmt::join(file.other_entries, ", "));
  if (left_out > 0) text += fmt::format("; {} left out by model.pretrained_ignore", left_out);
  return text;
}

PretrainedTensors read_pretrained(const Graph& graph, const PretrainedOptions& options) {
  const NameMatcher matcher(graph, options);
  PretrainedTensors result{options.file.string(), read_tensor_file(options.file, options.entry), {}};
  require_fit(graph, matcher, matcher.candidates(result.file, result.left_out), result);
  for (const auto& [name, tensor] : result.by_name) {
    const std::vector<float> numbers = as_floats(tensor, result.path);
    check_numbers(result.path, tensor.name, matcher.expected().at(name).role, numbers.data(), numbers.size());
  }
  return result;
}

}  // namespace tnn
