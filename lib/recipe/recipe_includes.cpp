#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "core/error.h"
#include "core/home_folder.h"
#include "core/output_place.h"
#include "core/read_file.h"
#include "recipe/recipe_reader.h"
#include "recipe/value_reader.h"

namespace tnn {
namespace {

constexpr size_t kLargestFile = 1 << 20;  ///< bytes; a larger file is a model or data given for a recipe by mistake
constexpr size_t kDeepestInclude = 32;    ///< files of which each includes the next
constexpr int kMostIncludes = 1000;       ///< files in all; those that are named more than once count each time
constexpr size_t kMostBytes = 8 << 20;    ///< of all of them

/// Why the file cannot be a recipe, or "".
std::string refusal(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return "no such file";
  const bool stream = std::filesystem::is_fifo(status) && descriptor_named_by(path) >= 0;  // a shell's <(command)
  if (!std::filesystem::is_regular_file(status) && !stream) return fmt::format("is {}, not a recipe", file_kind(status.type()));
  if (std::filesystem::is_regular_file(status) && std::filesystem::file_size(path, error) > kLargestFile)
    return "is larger than 1 MiB, which no recipe is";
  return "";
}

}  // namespace

std::filesystem::path recipe_file_identity(const std::filesystem::path& path) {
  std::error_code error;
  auto result = std::filesystem::weakly_canonical(path, error);
  return error ? path : result;
}

void RecipeReader::read_included(const std::filesystem::path& path, const std::string& where) {
  const std::string subject = where == path.string() ? "" : fmt::format("included file '{}': ", path.string());
  if (const std::string reason = refusal(path); !reason.empty()) {
    unreadable_ = true;
    return fault(where, subject + reason);
  }
  try {
    const std::string text = tnn::read_file(path, kLargestFile);
    included_bytes_ += text.size();
    if (std::find(read_files_.begin(), read_files_.end(), path) == read_files_.end()) read_files_.push_back(path);
    if (included_bytes_ <= kMostBytes) return read_text(text, path.string());
    unreadable_ = true;
    fault(where, "the included files are larger than 8 MiB in all, which no recipe is");
  } catch (const DataError& error) {
    unreadable_ = true;
    fault(where, error.what());
  }
}

void RecipeReader::read_includes(const YAML::Node& root) {
  for (const auto& entry : root) {
    if (!entry.first.IsScalar() || entry.first.Scalar() != "include") continue;
    const YAML::Node& value = entry.second;
    std::vector<YAML::Node> names;
    for (size_t i = 0; value.IsSequence() && i < value.size(); ++i) names.push_back(value[i]);
    if (value.IsScalar()) names.push_back(value);
    if (names.empty() && !value.IsSequence())
      fault(at(entry.first), "include must be a file name or a list of them, not " + described(value));
    for (const auto& node : names) {
      if (node.IsScalar() && !node.Scalar().empty())
        read_include(node);
      else
        fault(at(node), "include must name a file, not " + described(node));
    }
  }
}

void RecipeReader::read_include(const YAML::Node& node) {
  if (included_ > kMostIncludes || included_bytes_ > kMostBytes) return;
  const auto refuse = [&](const std::string& message) {
    unreadable_ = true;
    fault(at(node), message);
  };
  if (++included_ > kMostIncludes)
    return refuse(fmt::format("more than {} files are included in all, which no recipe needs", kMostIncludes));
  if (files_.size() > kDeepestInclude) return refuse(fmt::format("includes are nested more than {} deep", kDeepestInclude));
  try {
    const auto path = std::filesystem::path(name_).parent_path() / expand_home(node.Scalar());
    if (std::find(files_.begin(), files_.end(), recipe_file_identity(path)) != files_.end())
      fault(at(node), fmt::format("include of {} closes a circle: that file includes this one", quoted_text(node.Scalar())));
    else
      read_included(path, at(node));
  } catch (const UsageError& error) {  // of ~name
    refuse(error.what());
  }
}

}  // namespace tnn
