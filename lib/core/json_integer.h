#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"

namespace tnn {

/// Whether a JSON number is written as an integer and is one of a type's.
template <typename Integer, typename Json>
bool holds_integer(const Json& json) {
  using Limits = std::numeric_limits<Integer>;
  static_assert(Limits::is_integer && sizeof(Integer) <= sizeof(int64_t));
  if (!json.is_number_integer()) return false;
  const auto number = json.template get<int64_t>();
  if (!json.is_number_unsigned() && number < 0) return Limits::is_signed && number >= static_cast<int64_t>(Limits::min());
  return json.template get<uint64_t>() <= static_cast<uint64_t>(Limits::max());
}

/// That integer; UsageError where it has a fraction or exponent, or does not fit. (The library's own conversion cuts what does not fit.)
template <typename Integer, typename Json>
Integer json_integer(const Json& json) {
  if (!holds_integer<Integer>(json)) throw UsageError("'" + json.dump().substr(0, 40) + "' is not an integer in range");
  return json.template get<Integer>();
}

/// A JSON array of such numbers.
template <typename Integer, typename Json>
std::vector<Integer> json_integers(const Json& json) {
  if (!json.is_array()) throw UsageError("'" + json.dump().substr(0, 40) + "' is not a list of integers");
  std::vector<Integer> integers;
  for (const Json& entry : json) integers.push_back(json_integer<Integer>(entry));
  return integers;
}

}  // namespace tnn
