#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tnn {

enum class KeyType { boolean, integer, real, text, choice, integers, reals, texts, text_pairs };

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// A key's value: boolean, integer, real, text or choice, lists of the middle three, and pairs of texts; the alternative follows from the
/// key's type.
using RecipeValue =
    std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>, std::vector<std::string>, TextPairs>;

/// An interval of numbers; an infinite end is no bound.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_inclusive = true;
  bool high_inclusive = true;

  bool contains(double number) const;
  /// "[0, 1)", "at least 1".
  std::string text() const;
};

/// One key of a recipe: declared once, in schema_keys.cpp; reading, checking, `tnn recipe keys` and docs/recipes.md all follow from it.
struct RecipeKey {
  std::string path;  ///< "training.learning_rate"
  KeyType type;
  std::optional<RecipeValue> default_value;  ///< none: the key is required
  std::optional<Range> range;                ///< of a number, or of each number of a list
  std::string unit;                          ///< "epochs", "px"; may be empty
  std::string help;                          ///< one line
  std::vector<std::string> choices = {};     ///< of a choice; where not empty, of each text of a list
  size_t min_items = 0;                      ///< of a list
  size_t max_items = 1000;                   ///< of a list
  /// The stages of training whose result the key decides, so that one is resumed only under the same value; none: those of its section.
  std::optional<std::vector<std::string>> decides = {};
  bool of_trained_model = false;  ///< may be set for a model that is trained already, too
  bool names_path = false;        ///< a text that names a file or folder: a leading ~ is the home folder
  bool or_item = false;           ///< of a list: one value may be given without brackets, and is written so

  bool is_required() const { return !default_value; }
  bool is_list() const { return type >= KeyType::integers; }
  std::string section() const { return path.substr(0, path.find('.')); }
  std::string name() const { return path.substr(path.find('.') + 1); }
};

/// A section of a recipe with its line of help.
struct RecipeSection {
  std::string name;
  std::string help;
  std::vector<std::string> decides = {};  ///< the stages of training whose result its keys decide
  bool of_trained_model = false;          ///< its keys may be set for a model that is trained already, too
};

/// All keys, section after section, in the order in which recipes are written.
const std::vector<RecipeKey>& recipe_keys();
/// All sections, in the same order.
const std::vector<RecipeSection>& recipe_sections();

/// The key of this path, or nullptr.
const RecipeKey* find_recipe_key(const std::string& path);
std::vector<std::string> recipe_section_names();
/// Names, without the section, of a section's keys.
std::vector<std::string> recipe_key_names(const std::string& section);

/// The stages of training that sections and keys decide.
std::set<std::string> recipe_stage_names();
/// Whether a stage of training ("datapath") gives another result where the key has another value.
bool decides_stage(const RecipeKey& key, const std::string& stage);
/// Whether the key may be set for a model that is trained already.
bool is_of_trained_model(const RecipeKey& key);

/// "integer", "list of texts", "integer or list of integers".
std::string key_type_name(const RecipeKey& key);
/// What a value of the key may be beyond its type: "[0, 1)", "sgd, adam, adamw, rmsprop"; empty where anything goes.
std::string allowed_values(const RecipeKey& key);
/// The value as YAML on one line, which reads back as the same value; reals in the shortest form that does.
std::string yaml_value(const RecipeKey& key, const RecipeValue& value);
/// Text as a double-quoted YAML scalar.
std::string yaml_text(const std::string& text);
/// A number for people and for YAML: shortest form, whole numbers without fraction.
std::string number_text(double number);

}  // namespace tnn
