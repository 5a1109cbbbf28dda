#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/error.h"

namespace tnn {

/// A value of an enumeration and its name in recipes, files and messages.
template <typename Value>
struct NamedValue {
  const char* name;
  Value value;
};

/// The value of that name in a table of all of them; UsageError lists the names. `kind`: what the message calls it ("rounding").
template <typename Value, size_t Count>
Value value_from_name(const NamedValue<Value> (&table)[Count], const std::string& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const NamedValue<Value>& row : table) {
    if (name == row.name) return row.value;
    names.emplace_back(row.name);
  }
  throw UsageError(unknown_name_message(kind, name, names));
}

/// The name of a value, which the table must have.
template <typename Value, size_t Count>
std::string name_of_value(const NamedValue<Value> (&table)[Count], Value value) {
  for (const NamedValue<Value>& row : table)
    if (row.value == value) return row.name;
  return "unknown";
}

}  // namespace tnn
