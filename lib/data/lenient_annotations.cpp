#include "data/lenient_annotations.h"

#include <fmt/format.h>

#include <set>
#include <sstream>

#include "core/error.h"
#include "core/read_file.h"
#include "data/annotated_folder.h"
#include "formats/annotations/voc.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";

/// The names in a list of VOC, each once.
std::vector<std::string> listed_names(const fs::path& list, std::vector<Finding>& findings) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  std::string text = read_file(list);
  if (text.starts_with(kByteOrderMark)) text.erase(0, 3);
  std::istringstream lines(text);
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::string name;
    if (!(std::istringstream(line) >> name)) continue;
    if (seen.insert(name).second)
      names.push_back(name);
    else
      findings.push_back({list, fmt::format("line {}: image '{}' is named before", number, name)});
  }
  return names;
}

/// The readers' messages begin with the file in quotes; a finding has it already.
std::string without_file(const std::string& message, const fs::path& file) {
  const std::string prefix = fmt::format("'{}': ", file.string());
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

}  // namespace

AnnotatedImages read_voc_leniently(const DatasetCard& card, const fs::path& folder, const DatasetSplit& split,
                                   std::vector<Finding>& findings) {
  AnnotatedImages annotations;
  annotations.categories = card.classes;
  for (size_t i = 0; i < card.classes.size(); ++i) annotations.category_ids.push_back(static_cast<int64_t>(i) + 1);
  std::vector<std::string> ids;
  for (const std::string& name : listed_names(annotation_list(card, folder, split).value(), findings)) {
    const fs::path xml = folder / "Annotations" / (name + ".xml");
    std::error_code ignored;
    if (!fs::exists(xml, ignored)) {
      findings.push_back({xml, "a list names it, but it is not there"});
      continue;
    }
    try {
      annotations.images.push_back(read_voc_annotation(xml, card.classes));
      ids.push_back(name);
    } catch (const DataError& error) {
      findings.push_back({xml, without_file(error.what(), xml)});
    }
  }
  name_by_files(annotated_images_folder(card, folder, split).value(), ids, annotations);
  return annotations;
}

}  // namespace tnn
