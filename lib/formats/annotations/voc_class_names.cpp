#include "formats/annotations/voc_class_names.h"

#include <pugixml.hpp>
#include <set>

#include "formats/annotations/voc_image_set.h"

namespace tnn {
namespace {

/// Without the blanks around it, as read_voc_annotation() takes it.
std::string name_of(const pugi::xml_node& object) {
  const std::string text = object.child_value("name");
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::vector<std::string> voc_class_names(const std::filesystem::path& folder, const std::string& image_set) {
  std::set<std::string> names;
  for (const ListedImage& image : read_voc_list(folder, image_set)) {
    pugi::xml_document document;
    if (!document.load_file((folder / "Annotations" / (image.name + ".xml")).c_str())) continue;
    for (const pugi::xml_node& object : document.child("annotation").children("object"))
      if (std::string name = name_of(object); !name.empty()) names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

}  // namespace tnn
