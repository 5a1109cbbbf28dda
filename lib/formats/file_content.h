#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tnn {

/// The first bytes of a file, up to `count`. DataError where it cannot be read or is no file.
std::string leading_bytes(const std::filesystem::path& path, size_t count);

/// How many leading bytes recognised_content wants to see.
constexpr size_t kContentBytes = 1024;

/// What a file is that should be weights or an array, told from its leading bytes and its size, with what to do about it: "it is a page of
/// HTML, ...". Known are what people hold in its place: nothing, pages of HTML, git-lfs pointers, JSON and other text, compressed files,
/// archives, images, files of other programs. Empty where it is none of these; ZIP archives and pickles are told by `archives` only.
std::string recognised_content(std::string_view beginning, uint64_t file_bytes, bool archives = true);
std::string recognised_content(const std::filesystem::path& path, bool archives = true);

}  // namespace tnn
