#include "recipe/stored_text.h"

#include <yaml-cpp/yaml.h>

#include "core/error.h"
#include "core/read_file.h"

namespace tnn {

std::optional<std::string> stored_recipe_text(const std::filesystem::path& recipe, const std::string& path) {
  constexpr size_t kLargestFile = 1 << 20;
  try {
    const YAML::Node root = YAML::Load(read_file(recipe, kLargestFile));
    const size_t dot = path.find('.');
    const YAML::Node section = root.IsMap() ? root[path.substr(0, dot)] : YAML::Node();
    const YAML::Node value = section.IsMap() ? section[path.substr(dot + 1)] : YAML::Node();
    if (value.IsScalar()) return value.Scalar();
  } catch (const YAML::Exception&) {  // damaged: nothing is known of it
  } catch (const DataError&) {
  }
  return std::nullopt;
}

}  // namespace tnn
