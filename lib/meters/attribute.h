#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tnn {

/// The content of a file of sysfs or procfs, without line feeds, spaces and zero bytes at its end; without a text, why there is none.
struct AttributeText {
  std::optional<std::string> text = {};
  std::string fault = {};  ///< "'/sys/...' cannot be read: Input/output error"
};

/// The same as a number.
struct AttributeNumber {
  std::optional<double> value = {};
  std::string fault = {};
};

/// Reads at most 4096 bytes. Never throws for what is in the file system.
AttributeText read_attribute(const std::filesystem::path& file);

/// An integer, as attributes hold it; anything else is a fault that quotes what stands there.
AttributeNumber read_attribute_number(const std::filesystem::path& file);

/// Entries of a folder whose names begin with `prefix`, sorted; none where there is no such folder.
std::vector<std::filesystem::path> entries_with_prefix(const std::filesystem::path& folder, const std::string& prefix);

}  // namespace tnn
