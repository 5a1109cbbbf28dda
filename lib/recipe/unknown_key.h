#pragma once

#include <string>

namespace tnn {

/// Messages for names that the schema does not know, each with what was likely meant: the nearest section; the nearest key of the section,
/// or the section in which that key does exist; for a path, either.
std::string unknown_section_message(const std::string& section);
std::string unknown_key_message(const std::string& section, const std::string& name);
std::string unknown_path_message(const std::string& path);

}  // namespace tnn
