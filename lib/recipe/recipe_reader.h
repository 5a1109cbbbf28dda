#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "recipe/schema.h"

namespace YAML {
class Node;
}

namespace tnn {

/// A value that a file or an override gave, and where: "file:line:column" or "--set a.b=value".
struct GivenValue {
  RecipeValue value;
  std::string where;
};

/// What a path means among included files, by whatever spelling.
std::filesystem::path recipe_file_identity(const std::filesystem::path& path);

/// Reads recipe files with what they include, and overrides; later values replace earlier ones. Faults are collected, not thrown, so that
/// one run of a command shows them all, or of many the first and how many more.
class RecipeReader {
 public:
  static constexpr size_t kShownFaults = 20;

  /// A file and, before it, those of its `include`.
  void read_file(const std::filesystem::path& path);
  /// YAML text; `name` stands for the file in messages, and its folder is where `include` starts from.
  void read_text(const std::string& text, const std::string& name);
  /// "a.b=value", the value as YAML.
  void read_override(const std::string& text);
  /// A fault at `where` for each required key that nothing gave.
  void require_keys(const std::string& where);

  /// The files that were read, each once, in the order of reading.
  const std::vector<std::filesystem::path>& read_files() const { return read_files_; }

  /// What was given, by path; UsageError with a line for each fault, at most kShownFaults, where there were any.
  std::map<std::string, GivenValue> finish();

 private:
  void fault(const std::string& where, const std::string& message);
  bool shows_no_more() const { return faults_.size() >= kShownFaults; }
  std::string at(const YAML::Node& node) const;
  void read_included(const std::filesystem::path& path, const std::string& where);
  void read_document(const YAML::Node& root);
  void read_includes(const YAML::Node& root);
  void read_include(const YAML::Node& node);
  void read_section(const YAML::Node& name_node, const YAML::Node& keys);
  void read_key(const RecipeKey& key, const YAML::Node& name_node, const YAML::Node& value_node);
  void give(const RecipeKey& key, RecipeValue value, const std::string& where);

  std::map<std::string, GivenValue> given_;
  std::vector<std::string> faults_;               ///< the first ones
  std::unordered_set<std::string> known_faults_;  ///< all: of a file that is read twice each counts once
  int included_ = 0;                              ///< files so far
  size_t included_bytes_ = 0;
  std::set<std::string> mentioned_;           ///< keys with a value, be it a faulty one
  std::vector<std::filesystem::path> files_;  ///< being read: each is included by the one before it
  std::string name_;                          ///< of the last of them, for messages
  std::vector<std::filesystem::path> read_files_;
  bool unreadable_ = false;  ///< a file could not be parsed: what it lacks is not known
};

}  // namespace tnn
