#include "formats/pretrained/mismatch_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>

namespace tnn {
namespace {

using Hint = std::optional<std::string>;
constexpr size_t kMostCompared = 300;  // names of each side in comparisons of all with all

bool contains(const std::string& name, std::string_view part) { return name.find(part) != std::string::npos; }

template <typename List, typename Check>
bool any(const List& list, Check check) {
  return std::any_of(list.begin(), list.end(), check);
}

std::vector<std::string> components(const std::string& name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

/// A name whose numbers are all the same: "layer#.#.conv#.weight".
std::string without_numbers(const std::string& name) {
  std::string form;
  for (const char c : name) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0)
      form += c;
    else if (form.empty() || form.back() != '#')
      form += '#';
  }
  return form;
}

/// Beginnings of names: "a.", "a.b.".
std::set<std::string> beginnings(const std::vector<std::string>& names) {
  std::set<std::string> found;
  for (size_t i = 0; i < std::min(names.size(), kMostCompared); ++i) {
    size_t dot = names[i].find('.');
    for (int depth = 0; depth < 3 && dot != std::string::npos; ++depth, dot = names[i].find('.', dot + 1))
      found.insert(names[i].substr(0, dot + 1));
  }
  return found;
}

/// How many of `names` are among `others` once `beginning` is taken from them.
size_t matches_without(const std::string& beginning, const std::vector<std::string>& names, const std::set<std::string>& others) {
  return static_cast<size_t>(std::count_if(names.begin(), names.end(), [&](const std::string& name) {
    return name.compare(0, beginning.size(), beginning) == 0 && others.count(name.substr(beginning.size())) != 0;
  }));
}

/// The beginning after whose removal most of `names` are among `others`, where those are half of them or more.
std::string surplus_beginning(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  const std::set<std::string> wanted(others.begin(), others.end());
  std::string best;
  size_t most = std::max<size_t>(1, names.size() / 2) - 1;
  for (const std::string& beginning : beginnings(names))
    if (const size_t count = matches_without(beginning, names, wanted); count > most) best = beginning, most = count;
  return best;
}

std::vector<std::string> resolved_names(const Mismatch& mismatch) {
  std::vector<std::string> names;
  for (const SurplusTensor& tensor : mismatch.unexpected) names.push_back(tensor.resolved);
  return names;
}

Hint beginning_hint(const Mismatch& mismatch, const Graph&) {
  const auto names = resolved_names(mismatch);
  if (const std::string extra = surplus_beginning(names, mismatch.missing); !extra.empty())
    return fmt::format("{} names in the file begin with '{}': model.pretrained_rename: [[\"{}\", \"\"]]",
                       matches_without(extra, names, {mismatch.missing.begin(), mismatch.missing.end()}), extra, extra);
  if (const std::string lacking = surplus_beginning(mismatch.missing, names); !lacking.empty())
    return fmt::format("names of this network begin with '{}', those in the file do not: model.pretrained_rename: [[\"\", \"{}\"]]",
                       lacking, lacking);
  return {};
}

/// A component of names that the file calls `from` and the network `to`.
struct Substitution {
  std::string from, to;
  bool first = false;  ///< at the beginning of names
  bool operator<(const Substitution& other) const { return std::tie(from, to, first) < std::tie(other.from, other.to, other.first); }
};

/// The only component in which two names of as many components differ.
std::optional<Substitution> only_difference(const std::string& found, const std::string& wanted) {
  const auto a = components(found), b = components(wanted);
  std::optional<Substitution> only;
  if (a.size() != b.size()) return {};
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (only || (is_number(a[i]) && is_number(b[i])) || i + 1 == a.size()) return {};
    only = Substitution{a[i], b[i], i == 0};
  }
  return only;
}

Hint substitution_hint(const Mismatch& mismatch, const Graph&) {
  std::map<Substitution, size_t> counts;
  const size_t surplus = std::min(mismatch.unexpected.size(), kMostCompared), missing = std::min(mismatch.missing.size(), kMostCompared);
  for (size_t i = 0; i < surplus; ++i)
    for (size_t k = 0; k < missing; ++k) {
      const SurplusTensor& tensor = mismatch.unexpected[i];
      if (tensor.shape != mismatch.expected.at(mismatch.missing[k])) continue;
      if (const auto difference = only_difference(tensor.resolved, mismatch.missing[k])) ++counts[*difference];
    }
  const auto best = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (best == counts.end()) return {};
  const auto& [from, to, first] = best->first;
  return fmt::format("what the file calls '{}' is called '{}' here: model.pretrained_rename: [[\"{}{}\", \"{}{}\"]]", from, to,
                     first ? "" : "*.", from, first ? "" : "*.", to);
}

/// The last layer of a classifier, which alone has other classes.
Hint classes_hint(const Mismatch& mismatch, const Graph& graph) {
  if (mismatch.reshaped.empty() || mismatch.reshaped.size() > 2 || mismatch.misshaped.size() != mismatch.reshaped.size()) return {};
  const std::string& layer = graph.node(graph.outputs().front().node).name;
  for (const SurplusTensor& tensor : mismatch.reshaped) {
    const auto& expected = mismatch.expected.at(tensor.resolved);
    const bool rest =
        tensor.shape.size() == expected.size() && std::equal(tensor.shape.begin() + 1, tensor.shape.end(), expected.begin() + 1);
    if (!rest || (tensor.resolved != layer + ".weight" && tensor.resolved != layer + ".bias")) return {};
  }
  const int64_t classes = mismatch.reshaped.front().shape.front();
  return fmt::format("the file's network has {} classes: model.classes: {}, or model.pretrained_except: [{}] to train that layer anew",
                     classes, classes, layer);
}

Hint batch_norm_hint(const Mismatch& mismatch, const Graph& graph) {
  const bool here = any(graph.nodes(), [](const Node& node) { return std::holds_alternative<BatchNorm>(node.operation); });
  const bool surplus = any(mismatch.unexpected, [](const SurplusTensor& tensor) { return contains(tensor.resolved, "running_mean"); });
  const auto is_statistic = [](const std::string& name) { return contains(name, "running_mean"); };
  const auto expected = static_cast<size_t>(
      std::count_if(mismatch.expected.begin(), mismatch.expected.end(), [&](const auto& entry) { return is_statistic(entry.first); }));
  const auto missing = static_cast<size_t>(std::count_if(mismatch.missing.begin(), mismatch.missing.end(), is_statistic));
  if (!here && surplus) return "the file's network has batch norms, this one none: model.batch_norm: true";
  if (here && !surplus && missing > 0 && missing == expected) return "the file's network has no batch norms: model.batch_norm: false";
  return {};
}

/// ResNet's shortcuts: convolutions (option B) or none (option A).
Hint shortcut_hint(const Mismatch& mismatch, const Graph& graph) {
  const auto is_shortcut = [](const std::string& name) { return contains(name, ".downsample.") || contains(name, ".shortcut."); };
  const bool padded = any(graph.nodes(), [](const Node& node) { return std::holds_alternative<ChannelPad>(node.operation); });
  const bool surplus = any(mismatch.unexpected, [&](const SurplusTensor& tensor) { return is_shortcut(tensor.resolved); });
  if (padded && surplus) return "the file's ResNet has shortcuts by 1x1 convolution (option B): model.variant: b";
  if (!padded && !surplus && any(mismatch.missing, is_shortcut))
    return "the file's ResNet has shortcuts without weights (option A): model.variant: a";
  return {};
}

/// Layers that are more or fewer of a kind that both have.
Hint depth_hint(const Mismatch& mismatch, const Graph&) {
  if (mismatch.missing.empty() == mismatch.unexpected.empty()) return {};
  std::set<std::string> forms;
  const std::set<std::string> missing(mismatch.missing.begin(), mismatch.missing.end());
  for (const auto& [name, shape] : mismatch.expected)
    if (!missing.count(name)) forms.insert(without_numbers(name));
  const auto is_known = [&](const std::string& name) { return forms.count(without_numbers(name)) != 0; };
  const auto surplus = resolved_names(mismatch);
  if (!std::all_of(mismatch.missing.begin(), mismatch.missing.end(), is_known) || !std::all_of(surplus.begin(), surplus.end(), is_known))
    return {};
  return fmt::format("the file's network has {} layers than this one: model.depth, model.hidden or model.stages",
                     mismatch.missing.empty() ? "more" : "fewer");
}

struct Family {
  const char* sign;  ///< part of a name that networks of this kind have
  const char* network;
  const char* model;
};
constexpr Family kFamilies[] = {
    {"denselayer1.", "a DenseNet as torchvision names it", "model.name: densenet_w"},
    {"first_block.final_block.", "a CIFAR ResNet whose stages end with the subsampling block",
     "model.name: resnet_d, model.variant: a_last"},
    {"features.1.conv.0.", "torchvision's MobileNet v2", "model.name: mobilenet_v2"},
    {"features.0.weight", "a VGG as torchvision names it", "model.name: vgg_w with model.depth"},
    {"layer4.0.conv1.", "torchvision's ResNet or ResNeXt",
     "model.name: resnet_d or resnext_w with model.depth; for small images resnet_d with model.variant: imagenet"},
    {"layer1.0.conv1.", "a CIFAR ResNet", "model.name: resnet_d with model.depth, model.variant: a or b"},
    {"layers.0.conv3.", "MobileNet v2 for CIFAR", "model.name: mobilenet_v2, model.variant: projected"},
    {"layers.0.conv2.", "MobileNet for CIFAR", "model.name: mobilenet"},
    {"attn.qkv.", "a vision transformer", "there is no such architecture here"},
};

/// Where hardly a name fits: another architecture.
Hint family_hint(const Mismatch& mismatch, const Graph&) {
  if (mismatch.unexpected.empty() || mismatch.missing.size() * 2 < mismatch.expected.size()) return {};
  for (const Family& family : kFamilies)
    if (any(mismatch.unexpected, [&](const SurplusTensor& tensor) { return contains(tensor.resolved, family.sign); }))
      return fmt::format("the file's names are those of {}: {}", family.network, family.model);
  return {};
}

}  // namespace

std::vector<std::string> mismatch_hints(const Mismatch& mismatch, const Graph& graph) {
  constexpr size_t kMost = 2;
  std::vector<std::string> hints;
  for (Hint (*const of)(const Mismatch&, const Graph&) :
       {beginning_hint, classes_hint, family_hint, batch_norm_hint, shortcut_hint, substitution_hint, depth_hint})
    if (hints.size() < kMost)
      if (Hint hint = of(mismatch, graph)) hints.push_back(*std::move(hint));
  return hints;
}

}  // namespace tnn
