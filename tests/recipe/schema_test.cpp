#include "recipe/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "catch_compat.h"
#include "recipe/recipe.h"
#include "recipe/reference.h"

using namespace tnn;

TEST_CASE("every key is declared once, in a declared section, in the order of the sections, with help on one line") {
  std::set<std::string> paths;
  std::vector<std::string> sections;
  for (const auto& key : recipe_keys()) {
    INFO(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK(find_recipe_key(key.path) == &key);
    CHECK(key.help.size() > 10);
    CHECK(key.help.find('\n') == std::string::npos);
    if (sections.empty() || sections.back() != key.section()) sections.push_back(key.section());
  }
  CHECK(sections == recipe_section_names());
  for (const auto& section : recipe_sections()) CHECK(section.help.size() > 10);
  CHECK(find_recipe_key("training.epoch") == nullptr);
}

TEST_CASE("every default has its key's type and lies in its own range and choices") {
  for (const auto& key : recipe_keys()) {
    if (key.is_required()) continue;
    INFO(key.path);
    const std::string value = yaml_value(key, *key.default_value);
    const Recipe recipe = Recipe::parse("{}", "none", {"model.name=x", key.path + "=" + value});
    CHECK_FALSE(recipe.is_default(key.path));
    CHECK(recipe == Recipe::parse("{}", "none", {"model.name=x"}));
    CHECK((key.type == KeyType::choice) == (!key.choices.empty() && !key.is_list()));
    CHECK((key.type == KeyType::integer || key.type == KeyType::real) <= key.range.has_value());
  }
}

TEST_CASE("a range keeps its open ends out and says so") {
  const Range range{0, 1, false, true};
  CHECK_FALSE(range.contains(0));
  CHECK(range.contains(1));
  CHECK_FALSE((Range{0, 1, true, false}.contains(1)));
  CHECK(range.text() == "(0, 1]");
  CHECK(Range{1}.text() == "at least 1");
  CHECK(Range{1}.contains(1e300));
}

TEST_CASE("the reference holds every key and its help in each format") {
  for (const auto format : {TableFormat::text, TableFormat::md, TableFormat::csv, TableFormat::json}) {
    const std::string reference = recipe_reference(format);
    for (const auto& key : recipe_keys()) CHECK_THAT(reference, ContainsSubstring(key.path) && ContainsSubstring(key.help.substr(0, 10)));
  }
  CHECK_THAT(recipe_reference(TableFormat::md), ContainsSubstring("## training\n\nThe optimizer"));
}

TEST_CASE("the reference as JSON has typed defaults, ranges and choices") {
  const auto keys = nlohmann::json::parse(recipe_reference(TableFormat::json));
  const auto find = [&](const std::string& path) {
    return *std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key["key"] == path; });
  };
  CHECK(keys.size() == recipe_keys().size());
  CHECK(find("model.name")["required"] == true);
  CHECK(find("training.learning_rate")["default"] == 0.1);
  CHECK(find("training.learning_rate")["range"] == nlohmann::json{{"exclusive_minimum", 0.0}, {"maximum", 100.0}});
  CHECK(find("run.device")["choices"] == nlohmann::json{"auto", "cpu", "cuda"});
  CHECK(find("model.input")["default"] == nlohmann::json{3, 32, 32});
  CHECK(find("data.image_size")["default"] == 0);
  CHECK(find("data.image_size")["type"] == "integer or list of integers");
}
