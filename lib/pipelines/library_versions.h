#pragma once

#include <string>

namespace tnn {

/// The libraries the program runs with, a line each: LibTorch, OpenCV, HDF5, yaml-cpp, fmt, and the GPU module.
std::string library_versions();

}  // namespace tnn
