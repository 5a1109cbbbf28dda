#pragma once

#include <string>

namespace tnn {

/// "0.1.0 (commit abc1234)": the program's version and the commit it was built from, where that is known.
std::string version();
/// Compiler and build type.
std::string build_description();

}  // namespace tnn
