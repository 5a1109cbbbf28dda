#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "detection/coco_box.h"

namespace tnn {

/// An object in a list of a JSON file, such as an annotation. What it lacks is a DataError that says which entry of which file it is.
class JsonEntry {
 public:
  /// `list`: the name of the list, empty where the file is the list. `place` counts from 0.
  JsonEntry(const nlohmann::json& object, const std::filesystem::path& file, const std::string& list, size_t place)
      : object_(object), file_(file), list_(list), place_(place) {}

  bool has(const char* key) const;  ///< with a value that is not null
  bool is_text(const char* key) const { return has(key) && object_.at(key).is_string(); }
  int64_t integer(const char* key) const;  ///< 7.0 too, as Python writes it
  double number(const char* key) const;    ///< finite
  std::string text(const char* key) const;
  CocoBox bbox() const;  ///< "bbox": [x, y, width, height], no side negative
  /// "'file.json': annotations[3] (id 17): " and what is wrong.
  DataError fault(const std::string& what) const;

 private:
  const nlohmann::json& member(const char* key) const;

  const nlohmann::json& object_;
  const std::filesystem::path& file_;
  const std::string& list_;
  size_t place_;
};

/// What is done with the entries of a list, one by one.
struct JsonList {
  std::string key;
  std::function<void(const JsonEntry&)> read;
};

/// Goes through the lists of objects that a JSON file's object has under these keys, in the order of the file, with one entry in memory at
/// a time, besides the text; other keys are passed over. DataError where the file cannot be read, is no JSON or lacks a list.
void read_json_lists(const std::filesystem::path& file, const std::vector<JsonList>& lists);

/// The same of a file that is one list.
void read_json_list(const std::filesystem::path& file, const std::function<void(const JsonEntry&)>& read);

}  // namespace tnn
