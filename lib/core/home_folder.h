#pragma once

#include <string>

namespace tnn {

/// A path as a user writes it in a recipe or after `--flag=`, where no shell expands it: "~" and "~/..." begin at the user's home folder
/// (HOME, else what the system says). Any other path is returned as it is. UsageError for "~name/..." unless something of that name is
/// there, since homes of others are not looked up; and where there is no home folder.
std::string expand_home(const std::string& path);

}  // namespace tnn
