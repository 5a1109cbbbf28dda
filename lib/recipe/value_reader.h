#pragma once

#include <functional>
#include <optional>
#include <string>

#include "recipe/schema.h"

namespace YAML {
class Node;
}

namespace tnn {

/// Takes a fault: the YAML node it is about (for its place) and what is wrong there.
using FaultAt = std::function<void(const YAML::Node& node, const std::string& message)>;

/// Reads and checks the value of one key: type, range, choices and the number of a list's items. Every fault goes to `fault`, each item's
/// on its own; nothing is returned where there was one.
std::optional<RecipeValue> read_value(const RecipeKey& key, const YAML::Node& node, const FaultAt& fault);

/// What a node holds, for messages: "the text 'abc'", "12", "a list", "nothing".
std::string described(const YAML::Node& node);
/// User's text inside a message: quoted, on one line, cut where it is long.
std::string quoted_text(const std::string& text);
/// On one line, cut after so many bytes where it is longer.
std::string shortened_text(const std::string& text, size_t most_bytes);

}  // namespace tnn
