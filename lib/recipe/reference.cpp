#include "recipe/reference.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "recipe/schema.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

std::string code(const std::string& text, bool markdown) { return markdown ? fmt::format("`{}`", text) : text; }

Table table_of(const std::string& section, bool markdown) {
  Table table{{"key", "type", "default", "allowed", "unit", "help"}, {}};
  for (const auto& key : recipe_keys()) {
    if (!section.empty() && key.section() != section) continue;
    const std::string value = key.is_required() ? "required" : code(yaml_value(key, *key.default_value), markdown);
    table.rows.push_back({code(key.path, markdown), key_type_name(key), value, allowed_values(key), key.unit, key.help});
  }
  return table;
}

std::string markdown_reference() {
  std::string out;
  for (const auto& section : recipe_sections())
    out += fmt::format("{}## {}\n\n{}\n\n{}", out.empty() ? "" : "\n", section.name, section.help,
                       format_table(table_of(section.name, true), TableFormat::md));
  return out;
}

Json json_range(const Range& range) {
  Json json;
  if (std::isfinite(range.low)) json[range.low_inclusive ? "minimum" : "exclusive_minimum"] = range.low;
  if (std::isfinite(range.high)) json[range.high_inclusive ? "maximum" : "exclusive_maximum"] = range.high;
  return json;
}

Json json_key(const RecipeKey& key) {
  Json json{{"key", key.path}, {"type", key_type_name(key)}, {"required", key.is_required()}};
  if (key.default_value) json["default"] = std::visit([](const auto& value) { return Json(value); }, *key.default_value);
  if (key.or_item && json.contains("default") && json["default"].size() == 1) json["default"] = Json(json["default"].front());
  if (key.range) json["range"] = json_range(*key.range);
  if (!key.choices.empty()) json["choices"] = key.choices;
  if (key.is_list()) json["items"] = {{"minimum", key.min_items}, {"maximum", key.max_items}};
  json["unit"] = key.unit;
  json["help"] = key.help;
  return json;
}

}  // namespace

std::string recipe_reference(TableFormat format) {
  if (format == TableFormat::md) return markdown_reference();
  if (format != TableFormat::json) return format_table(table_of("", false), format);
  auto array = Json::array();
  for (const auto& key : recipe_keys()) array.push_back(json_key(key));
  return array.dump(2) + '\n';
}

}  // namespace tnn
