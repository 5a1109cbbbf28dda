#pragma once

#include <filesystem>

namespace tnn {

/// Creates a folder and those above it; SystemError with path and reason.
void create_folder(const std::filesystem::path& path);

/// SystemError where create_folder() would fail, or files could not be made in the folder. Changes nothing.
void check_folder_can_be_written(const std::filesystem::path& path);

}  // namespace tnn
