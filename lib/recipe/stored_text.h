#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tnn {

/// The text of one key of a recipe on disk, "section.key", without a look at the others: of a recipe that another version of this program
/// wrote, whose keys may not be those of today. Empty where the file or the key is not there, or it is not a text.
std::optional<std::string> stored_recipe_text(const std::filesystem::path& recipe, const std::string& path);

}  // namespace tnn
