#include "graph/graph_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "core/json_integer.h"
#include "core/json_text.h"
#include "graph/graph_builder.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;  // writing: keys stay in their order
using Parsed = nlohmann::json;        // reading: keys are found without a walk through all

// ---- writing

void write_window(Json& json, const Window& window, bool dilation) {
  json["kernel"] = window.kernel;
  json["stride"] = window.stride;
  json["padding"] = window.padding;
  if (dilation) json["dilation"] = window.dilation;
}

Json node_to_json(const Graph& graph, const Node& node) {
  Json json{{"name", node.name}, {"kind", kind_name(node.operation)}};
  json["inputs"] = Json::array();
  for (const NodeId input : node.inputs) json["inputs"].push_back(graph.node(input).name);
  const auto space_of = [&] { return graph.space(node.shape.parts.front().space).name; };
  std::visit(Match{[&](const Input&) { json["shape"] = graph.dimensions(node.shape); },
                   [&](const Convolution& c) {
                     if (!c.depthwise) json["space"] = space_of();
                     write_window(json, c.window, true);
                     if (!c.depthwise) json["groups"] = c.groups;
                     json["depthwise"] = c.depthwise;
                     json["bias"] = c.bias;
                     if (!c.weights_of.empty()) json["weights_of"] = c.weights_of;
                   },
                   [&](const Linear& l) {
                     json["space"] = space_of();
                     json["bias"] = l.bias;
                   },
                   [&](const BatchNorm& b) {
                     json["epsilon"] = b.epsilon;
                     json["momentum"] = b.momentum;
                   },
                   [&](const LayerNorm& l) { json["epsilon"] = l.epsilon; },
                   [&](const Pool& p) {
                     write_window(json, p.window, false);
                     json["ceil_mode"] = p.ceil_mode;
                   },
                   [&](const Dropout& d) { json["probability"] = d.probability; },
                   [&](const ChannelShuffle& s) {
                     json["space"] = space_of();
                     json["groups"] = s.groups;
                   },
                   [&](const ChannelPad& p) {
                     json["space"] = space_of();
                     json["before"] = p.before;
                   },
                   [&](const Upsample& u) { json["factor"] = u.factor; },
                   [&](const RoiAlign& r) {
                     json["size"] = r.size;
                     json["ratio"] = r.ratio;
                     json["regions"] = r.regions;
                     json["aligned"] = r.aligned;
                   },
                   [](const OneOf<Activation, GlobalPool, Add, Concat, Flatten> auto&) {}},
             node.operation);
  for (const Branch& branch : node.branches) json["branches"].push_back({{"gate", graph.gate(branch.gate).name}, {"index", branch.index}});
  return json;
}

// ---- reading

/// What is asked for, in messages.
template <typename Type>
constexpr const char* kTypeName = nullptr;
template <>
constexpr const char* kTypeName<std::string> = "a text";
template <>
constexpr const char* kTypeName<bool> = "true or false";
template <>
constexpr const char* kTypeName<double> = "a number";
template <>
constexpr const char* kTypeName<int> = "an integer";
template <>
constexpr const char* kTypeName<int64_t> = "an integer";
template <>
constexpr const char* kTypeName<std::vector<int64_t>> = "a list of integers";
template <>
constexpr const char* kTypeName<std::vector<std::string>> = "a list of texts";

/// The value as the text has it, cut where it is long.
std::string spelt(const Parsed& json) {
  constexpr size_t kLongest = 40;
  if (json.is_structured() && !json.empty()) return json.is_array() ? "a list of something else" : "an object";
  const std::string text = json.dump(-1, ' ', true, Parsed::error_handler_t::replace);
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

/// An object whose every key must be read: what is left over is an error.
class Fields {
 public:
  Fields(const Parsed& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw UsageError(fmt::format("{}: an object is expected, not {}", where_, spelt(json)));
  }
  bool has(const char* key) {
    known_.insert(key);
    return json_.contains(key);
  }
  template <typename Type>
  Type get(const char* key) {
    if (!has(key)) throw UsageError(fmt::format("{}: the key '{}', {}, is missing", where_, key, kTypeName<Type>));
    return value<Type>(json_.at(key), key);
  }
  template <typename Type>
  Type get(const char* key, Type otherwise) {
    return has(key) ? get<Type>(key) : otherwise;
  }
  const Parsed& list(const char* key) {
    if (!has(key)) throw UsageError(fmt::format("{}: the key '{}', a list, is missing", where_, key));
    if (!json_.at(key).is_array()) throw UsageError(fmt::format("{}: '{}' must be a list, not {}", where_, key, spelt(json_.at(key))));
    return json_.at(key);
  }
  void finish() const {
    for (const auto& [key, unused] : json_.items())
      if (!known_.count(key))
        throw UsageError(fmt::format("{}: {}", where_, unknown_name_message("key", key, {known_.begin(), known_.end()})));
  }
  const std::string& where() const { return where_; }
  /// Adds the kind to what messages say of the place.
  void name_kind(const std::string& kind) { where_ += " (" + kind + ")"; }

 private:
  template <typename Type>
  Type value(const Parsed& json, const char* key) const {
    try {
      if constexpr (std::is_same_v<Type, std::vector<int64_t>>)
        return json_integers<int64_t>(json);
      else if constexpr (std::is_integral_v<Type> && !std::is_same_v<Type, bool>)
        return json_integer<Type>(json);
      else
        return json.get<Type>();
    } catch (const UsageError&) {
    } catch (const Parsed::exception&) {
    }
    throw UsageError(fmt::format("{}: '{}' must be {}, not {}", where_, key, kTypeName<Type>, spelt(json)));
  }
  const Parsed& json_;
  std::string where_;
  std::set<std::string> known_;
};

using Names = std::unordered_map<std::string, int>;

int find(const Names& names, const std::string& kind, const std::string& name, const std::string& where) {
  const auto found = names.find(name);
  if (found != names.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [key, id] : names) known.push_back(key);
  std::sort(known.begin(), known.end(), [&](const std::string& a, const std::string& b) { return names.at(a) < names.at(b); });
  throw UsageError(fmt::format("{}: {}", where, unknown_name_message(kind, name, known)));
}

Window read_window(Fields& fields, bool dilation) {
  Window window{fields.get<std::vector<int64_t>>("kernel"),
                fields.get<std::vector<int64_t>>("stride", {}),
                fields.get<std::vector<int64_t>>("padding", {}),
                {}};
  if (dilation) window.dilation = fields.get<std::vector<int64_t>>("dilation", {});
  return window;
}

/// An operation of that name with default values.
Operation operation_named(const std::string& kind, const std::string& where) {
  std::vector<std::string> names;
  for (const Operation& operation : every_kind()) {
    names.push_back(kind_name(operation));
    if (names.back() == kind) return operation;
  }
  throw UsageError(fmt::format("{}: {}", where, unknown_name_message("kind", kind, names)));
}

struct Reader {
  GraphBuilder builder;
  Names gates, spaces, nodes;
  std::vector<NodeId> outputs;
  std::vector<std::string> output_names;

  NodeId read_operation(const std::string& name, const std::string& kind, const std::vector<NodeId>& inputs, Fields& fields) {
    const auto x = [&] {
      if (inputs.size() != 1) throw UsageError(fmt::format("{}: takes one input, not {}", fields.where(), inputs.size()));
      return inputs.front();
    };
    const auto space = [&] { return SpaceId{find(spaces, "channel space", fields.get<std::string>("space"), fields.where())}; };
    return std::visit(
        Match{
            [&](const Input&) { return builder.input(fields.get<std::vector<int64_t>>("shape")); },
            [&](const Convolution& c) {
              const bool depthwise = fields.get<bool>("depthwise", c.depthwise);
              const Window window = read_window(fields, true);
              const bool bias = fields.get<bool>("bias", c.bias);
              if (depthwise) return builder.depthwise_convolution(name, x(), window, bias);
              return builder.convolution(name, x(), space(),
                                         Convolution{window, fields.get<int64_t>("groups", c.groups), false, bias,
                                                     fields.get<std::string>("weights_of", c.weights_of)});
            },
            [&](const Linear& l) { return builder.linear(name, x(), space(), Linear{fields.get<bool>("bias", l.bias)}); },
            [&](const BatchNorm& b) {
              return builder.batch_norm(name, x(), {fields.get<double>("epsilon", b.epsilon), fields.get<double>("momentum", b.momentum)});
            },
            [&](const LayerNorm& l) { return builder.layer_norm(name, x(), {fields.get<double>("epsilon", l.epsilon)}); },
            [&](const Activation& a) { return builder.activation(name, x(), a.kind); },
            [&](const Pool& p) {
              const Window window = read_window(fields, false);
              return builder.pool(name, x(), {p.kind, window, fields.get<bool>("ceil_mode", p.ceil_mode)});
            },
            [&](const GlobalPool& p) { return builder.global_pool(name, x(), p.kind); },
            [&](const Add&) { return builder.add(name, inputs); }, [&](const Concat&) { return builder.concat(name, inputs); },
            [&](const Flatten&) { return builder.flatten(name, x()); },
            [&](const Dropout&) { return builder.dropout(name, x(), fields.get<double>("probability")); },
            [&](const ChannelShuffle&) { return builder.channel_shuffle(name, x(), space(), fields.get<int64_t>("groups")); },
            [&](const ChannelPad&) { return builder.channel_pad(name, x(), space(), fields.get<int64_t>("before")); },
            [&](const Upsample&) { return builder.upsample(name, x(), fields.get<int64_t>("factor")); },
            [&](const RoiAlign& r) {
              return builder.roi_align(name, inputs,
                                       {fields.get<int64_t>("size"), fields.get<int64_t>("ratio", r.ratio), fields.get<int64_t>("regions"),
                                        fields.get<bool>("aligned", r.aligned)});
            }},
        operation_named(kind, fields.where()));
  }

  void read_node(const Parsed& json, size_t index) {
    const auto name = Fields(json, fmt::format("node {}", index)).get<std::string>("name");
    Fields fields(json, fmt::format("node '{}'", name));
    fields.has("name");
    const auto kind = fields.get<std::string>("kind");
    fields.name_kind(kind);
    std::vector<NodeId> inputs;
    for (const auto& input : fields.get<std::vector<std::string>>("inputs")) inputs.push_back(find(nodes, "input", input, fields.where()));
    size_t branches = 0;
    if (fields.has("branches"))
      for (const Parsed& item : fields.list("branches")) {
        Fields branch(item, fields.where() + ", branches");
        const auto gate = branch.get<std::string>("gate");
        builder.begin_branch(find(gates, "gate", gate, branch.where()), branch.get<int>("index"));
        branch.finish();
        ++branches;
      }
    nodes[name] = read_operation(name, kind, inputs, fields);
    if (kind == "input" && name != "input") throw UsageError(fmt::format("node '{}': the input's name is 'input'", name));
    for (; branches > 0; --branches) builder.end_branch();
    fields.finish();
  }

  /// A node's name, or a name of its own and the node's.
  void read_output(const Parsed& json, size_t index) {
    const std::string where = fmt::format("output {}", index);
    std::string name, node;
    if (json.is_object()) {
      Fields fields(json, where);
      name = fields.get<std::string>("name");
      node = fields.get<std::string>("node");
      fields.finish();
    } else if (json.is_string()) {
      name = node = json.get<std::string>();
    } else {
      throw UsageError(fmt::format("{}: a node's name, or an object with 'name' and 'node', is expected, not {}", where, spelt(json)));
    }
    outputs.push_back(find(nodes, "node", node, where));
    output_names.push_back(name);
  }

  void read_gate(const Parsed& json, size_t index) {
    Fields fields(json, fmt::format("gate {}", index));
    const auto name = fields.get<std::string>("name"), kind = fields.get<std::string>("kind");
    if (kind != "channel" && kind != "branch")
      throw UsageError(fmt::format("gate '{}': {}", name, unknown_name_message("kind", kind, {"channel", "branch"})));
    const int groups = fields.get<int>("groups"), min_active = fields.get<int>("min_active");
    gates[name] = kind == "channel" ? builder.channel_gate(name, groups, min_active) : builder.branch_gate(name, groups, min_active);
    fields.finish();
  }

  void read_space(const Parsed& json, size_t index) {
    Fields fields(json, fmt::format("channel space {}", index));
    const auto name = fields.get<std::string>("name");
    const GateId gate = fields.has("gate") ? find(gates, "gate", fields.get<std::string>("gate"), "channel space '" + name + "'") : kNone;
    spaces[name] = builder.space(name, fields.get<int64_t>("channels"), gate);
    fields.finish();
  }
};

Parsed parse(const std::string& text) {
  try {
    return parse_json<Parsed>(text);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("graph: {}", error.what()));
  }
}

}  // namespace

std::string graph_to_json(const Graph& graph, int indent) {
  Json json{{"format", "tnn-graph"}, {"version", kGraphJsonVersion}, {"name", graph.name()}};
  json["gates"] = json["spaces"] = json["nodes"] = json["outputs"] = Json::array();
  for (const Gate& gate : graph.gates())
    json["gates"].push_back({{"name", gate.name},
                             {"kind", gate.kind == GateKind::channel ? "channel" : "branch"},
                             {"groups", gate.groups},
                             {"min_active", gate.min_active}});
  for (const ChannelSpace& space : graph.spaces()) {
    if (&space == &graph.spaces().at(static_cast<size_t>(graph.input().shape.parts.front().space)))
      continue;  // declared by the input itself
    Json item{{"name", space.name}, {"channels", space.channels}};
    if (space.gate != kNone) item["gate"] = graph.gate(space.gate).name;
    json["spaces"].push_back(item);
  }
  for (const Node& node : graph.nodes()) json["nodes"].push_back(node_to_json(graph, node));
  for (const Output& output : graph.outputs()) {
    const std::string& node = graph.node(output.node).name;
    json["outputs"].push_back(output.name == node ? Json(node) : Json{{"name", output.name}, {"node", node}});
  }
  return json.dump(indent);
}

Graph graph_from_json(const std::string& text) {
  const Parsed json = parse(text);
  Fields fields(json, "graph");
  if (const auto format = fields.get<std::string>("format"); format != "tnn-graph")
    throw UsageError(fmt::format("graph: 'format' is '{}' (allowed: tnn-graph)", format.substr(0, 40)));
  const int version = fields.get<int>("version");
  if (version < 1 || version > kGraphJsonVersion)
    throw UsageError(fmt::format("graph: version {} is not known (allowed: 1 to {})", version, kGraphJsonVersion));
  Reader reader{GraphBuilder(fields.get<std::string>("name")), {}, {}, {}, {}, {}};
  const Parsed &gates = fields.list("gates"), &nodes = fields.list("nodes"), &spaces = fields.list("spaces"),
               &outputs = fields.list("outputs");
  for (size_t i = 0; i < gates.size(); ++i) reader.read_gate(gates[i], i);
  if (nodes.empty()) throw UsageError("graph: 'nodes' is empty (the first is the input)");
  reader.read_node(nodes.front(), 0);
  for (size_t i = 0; i < spaces.size(); ++i) reader.read_space(spaces[i], i);
  for (size_t i = 1; i < nodes.size(); ++i) reader.read_node(nodes[i], i);
  for (size_t i = 0; i < outputs.size(); ++i) reader.read_output(outputs[i], i);
  fields.finish();
  return reader.builder.finish(reader.outputs, reader.output_names);
}

}  // namespace tnn
