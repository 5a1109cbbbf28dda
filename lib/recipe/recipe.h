#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "recipe/recipe_reader.h"

namespace tnn {

/// What a run is to do: a value for every key of the schema, from YAML files, from overrides (--set) or by default. Immutable once read.
///
///     include: base.yaml          # or a list; a later file wins over an earlier one, and this file over all it includes
///     model:
///       name: vgg_w
///     training:
///       epochs: 30
///
/// Reading is strict and throws one UsageError with a line for each fault, "file:line:column: message" or "--set a.b=value: message".
/// Checks of one key against another belong to the layers that know why; they throw fault(). Overrides are "a.b=value", the value as YAML;
/// the last of several for one key wins.
class Recipe {
 public:
  using Overrides = std::vector<std::string>;

  static Recipe load(const std::filesystem::path& path, const Overrides& overrides = {});
  /// YAML text; `name` stands for a file's path in messages, and includes are relative to its folder.
  static Recipe parse(const std::string& yaml, const std::string& name, const Overrides& overrides = {});
  /// No file. Required keys may stay without a value: reading one then is a UsageError.
  static Recipe defaults(const Overrides& overrides = {});

  /// Values by the path of their key. A path that is not in the schema, or has another type, is a programmer's error: std::logic_error.
  bool boolean(const std::string& path) const { return get<bool>(path); }
  int64_t integer(const std::string& path) const { return get<int64_t>(path); }
  double real(const std::string& path) const { return get<double>(path); }
  const std::string& text(const std::string& path) const { return get<std::string>(path); }  ///< of a text or a choice
  const std::vector<int64_t>& integers(const std::string& path) const { return get<std::vector<int64_t>>(path); }
  const std::vector<double>& reals(const std::string& path) const { return get<std::vector<double>>(path); }
  const std::vector<std::string>& texts(const std::string& path) const { return get<std::vector<std::string>>(path); }

  const TextPairs& text_pairs(const std::string& path) const { return get<TextPairs>(path); }

  /// Nothing gave the key a value; false also where what was given equals the default.
  bool is_default(const std::string& path) const;
  /// The value is that of the default, given or not.
  bool has_default_value(const std::string& path) const;
  /// Where the value is from: "file:line:column", "--set a.b=value" or "default".
  std::string where(const std::string& path) const;
  /// The error to throw where a value does not do: "<where>: <message>", which for a default is "<path> (default): <message>".
  UsageError fault(const std::string& path, const std::string& message) const;

  /// The recipe file's name without folder and extension; empty for defaults().
  const std::string& name() const { return name_; }

  /// The file it was loaded from, and those that it includes.
  const std::vector<std::filesystem::path>& files() const { return files_; }

  /// The values that decide the result of a stage of training ("datapath"), as YAML by path: two runs with the same ones train the same.
  std::map<std::string, std::string> deciding_values(const std::string& stage) const;

  /// Every key with its value, in the order of the schema, as YAML that loads to the same values.
  std::string resolved_yaml() const;

  /// The same values, wherever they are from.
  friend bool operator==(const Recipe& a, const Recipe& b) { return a.resolved_yaml() == b.resolved_yaml(); }

 private:
  Recipe(RecipeReader& reader, std::string name) : given_(reader.finish()), name_(std::move(name)), files_(reader.read_files()) {}
  const RecipeValue* find(const RecipeKey& key) const;
  template <typename T>
  const T& get(const std::string& path) const;

  std::map<std::string, GivenValue> given_;
  std::string name_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace tnn
