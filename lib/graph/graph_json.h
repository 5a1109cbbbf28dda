#pragma once

#include <string>

#include "graph/graph.h"

namespace tnn {

/// The version this program writes; it reads this one and all before it.
constexpr int kGraphJsonVersion = 1;

/// A graph as JSON text: gates, spaces, nodes with inputs by name, every attribute written out, outputs: a node's name, or {"name", "node"}
/// where an output has a name of its own. The same graph always gives the same text, and graph_from_json(graph_to_json(g)) == g.
std::string graph_to_json(const Graph& graph, int indent = -1);

/// UsageError where the text is not such a graph: names the node and what is wrong. Shapes are inferred and checked anew.
Graph graph_from_json(const std::string& text);

}  // namespace tnn
