#pragma once

#include <filesystem>
#include <memory>

#include "data/encoded_clips.h"
#include "data/folder_entries.h"

namespace tnn {

/// Whether an entry of a folder is a frame by its name: a JPEG or PNG file that is not hidden. A link that leads nowhere is a damaged one.
bool is_frame(const FolderEntry& entry);

/// The clip whose frames are the JPEG and PNG files of a folder (by their extensions), in the order of the numbers that end their names:
/// 00001.jpg or frame_0001.png. Numbers begin with 0 or 1 and have no gap; what is before them is the same in all. Hidden files, folders
/// and files of other kinds do not count. DamagedImage where there is no folder, no frame, or a number is missing, there twice or has
/// another beginning; DataError where the folder cannot be read.
std::unique_ptr<const OpenClip> open_clip_folder(const std::filesystem::path& folder);

}  // namespace tnn
