#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/error.h"

namespace tnn {

/// Deepest nesting of lists and objects in JSON that is read.
constexpr size_t kDeepestJson = 100;

/// What a failure of the JSON library means for the text that was read, in words of our own; `text` is what was parsed.
std::string json_fault(const nlohmann::json::exception& fault, std::string_view text = {});

/// UsageError where lists and objects are nested too deep (the library goes through what it has read by recursion).
void check_json_depth(std::string_view text);

/// Adds a member whose key an object does not have yet, without looking for it: objects of ordered_json are searched from end to end.
void append_member(nlohmann::ordered_json& object, const std::string& key, nlohmann::ordered_json value);

/// Parses JSON that comes from outside. UsageError says in which line and column it is none, and what stands there.
template <typename Json>
Json parse_json(std::string_view text) {
  check_json_depth(text);
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::exception& fault) {
    throw UsageError(json_fault(fault, text));
  }
}

}  // namespace tnn
