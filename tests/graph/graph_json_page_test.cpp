#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "catch_compat.h"
#include "core/error.h"
#include "core/read_file.h"
#include "graph/graph_json.h"
#include "random_detector.h"
#include "random_graph.h"

using namespace tnn;
using Json = nlohmann::json;

namespace {

std::string page() { return read_file(TNN_SOURCE_DIR "/docs/graph-json.md"); }

/// What stands in `backquotes`, in order.
std::vector<std::string> in_backquotes(const std::string& cell) {
  std::vector<std::string> words;
  std::istringstream parts(cell);
  bool inside = false;
  for (std::string part; std::getline(parts, part, '`'); inside = !inside)
    if (inside) words.push_back(part);
  return words;
}

/// A key of the page's tables: where it may stand (a kind of node, or "gate", "space", ...), and its default, as the page spells it.
using Keys = std::map<std::string, std::map<std::string, std::string>>;

/// The rows of the tables; `kinds`: those of the kinds of nodes, whose first cells are quoted, else the others.
Keys keys_of_page(bool kinds) {
  Keys keys;
  std::istringstream lines(page());
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    if (!line.starts_with("| ") || cells.size() < 5) continue;
    auto places = in_backquotes(cells[1]);
    if (places.empty() == kinds) continue;
    if (!kinds) places = {cells[1].substr(1, cells[1].size() - 2)};
    const auto defaults = in_backquotes(cells[3]);
    for (const std::string& place : places) {
      keys[place];
      for (const std::string& key : in_backquotes(cells[2])) keys[place][key] = defaults.empty() ? cells[3] : defaults.front();
    }
  }
  for (const char* header : {"where", "kind"}) keys.erase(header);
  return keys;
}

void note_keys(const Json& object, std::set<std::string>& keys) {
  for (const auto& [key, value] : object.items()) keys.insert(key);
}

const std::set<std::string> kOfEveryNode{"name", "kind", "inputs", "branches"};

/// The graph of a text, or nothing where it is refused.
std::optional<Graph> read_or_refuse(const Json& json) {
  try {
    return graph_from_json(json.dump());
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("docs/graph-json.md names every kind of node and every key of a graph file, and no other") {
  std::map<std::string, std::set<std::string>> kinds, places;
  for (const Operation& operation : every_kind()) kinds[kind_name(operation)];
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Json json = Json::parse(graph_to_json(seed % 10 == 9 ? random_detector(seed).graph : RandomGraph(seed).build()));
    note_keys(json, places["graph"]);
    for (const Json& gate : json.at("gates")) note_keys(gate, places["gate"]);
    for (const Json& space : json.at("spaces")) note_keys(space, places["space"]);
    for (const Json& output : json.at("outputs"))
      if (output.is_object()) note_keys(output, places["output"]);
    for (const Json& node : json.at("nodes")) {
      std::set<std::string> keys;
      note_keys(node, keys);
      if (node.contains("branches"))
        for (const Json& branch : node.at("branches")) note_keys(branch, places["branch"]);
      for (const std::string& key : keys) (kOfEveryNode.count(key) ? places["node"] : kinds.at(node.at("kind"))).insert(key);
    }
  }
  for (const auto& [of_file, on_page] : {std::pair{kinds, keys_of_page(true)}, std::pair{places, keys_of_page(false)}}) {
    CHECK(of_file.size() == on_page.size());
    for (const auto& [place, keys] : of_file) {
      INFO(place);
      REQUIRE(on_page.count(place) == 1);
      std::set<std::string> named;
      for (const auto& [key, otherwise] : on_page.at(place)) named.insert(key);
      CHECK(named == keys);
    }
  }
}

TEST_CASE("a key left out of a graph file means the default that docs/graph-json.md says") {
  const Keys page = keys_of_page(true);
  size_t compared = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const Json json = Json::parse(graph_to_json(seed % 10 == 9 ? random_detector(seed).graph : RandomGraph(seed).build()));
    for (size_t i = 0; i < json.at("nodes").size(); ++i) {
      const Json& node = json.at("nodes")[i];
      for (const auto& [key, otherwise] : page.at(node.at("kind"))) {
        if (!node.contains(key)) continue;
        INFO(node.dump() << ": " << key << " " << otherwise);
        Json without = json, with = json;
        without["nodes"][i].erase(key);
        const bool required = otherwise.find("required") != std::string::npos;
        if (!required) with["nodes"][i][key] = node.contains(otherwise) ? node.at(otherwise) : Json::parse(otherwise);
        REQUIRE(read_or_refuse(without) == (required ? std::nullopt : read_or_refuse(with)));
        ++compared;
      }
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("the net of docs/graph-json.md is one that is read") {
  const std::string text = page(), begin = "```json\n";
  const size_t first = text.find(begin) + begin.size();
  const Graph graph = graph_from_json(text.substr(first, text.find("```", first) - first));
  CHECK(graph.gates().size() == 2);
  CHECK(graph.dimensions(graph.input().shape) == std::vector<int64_t>{1, 28, 28});
  CHECK(graph.dimensions(graph.shape(graph.outputs().front())) == std::vector<int64_t>{10});
}
