#include "formats/pretrained/zip_archive.h"

#include <fmt/format.h>
#include <minizip/unzip.h>

#include <algorithm>
#include <fstream>

#include "core/error.h"

namespace tnn {
namespace {

constexpr size_t kLongestName = 4096, kMostMembers = 100000;
constexpr unsigned kReadAtOnce = 1u << 24;

/// Whether the last record, without a comment, is whole: minizip takes missing bytes at the end for zeros.
bool ends_with_directory_end(const std::filesystem::path& path) {
  constexpr std::streamoff kRecord = 22;
  std::ifstream stream(path, std::ios::binary);
  std::string signature(4, '\0');
  stream.seekg(-kRecord, std::ios::end);
  stream.read(signature.data(), 4);
  return stream && signature == "PK\x05\x06";
}

}  // namespace

void ZipArchive::fail(const std::string& what) const { throw DataError(fmt::format("'{}': {}", path_.string(), what)); }

ZipArchive::ZipArchive(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  file_bytes_ = std::filesystem::file_size(path, error);
  if (error) fail(error.message());
  archive_ = unzOpen64(path.c_str());
  if (!archive_) fail("not a ZIP archive, or its end is missing (truncated?)");
  try {
    list();
  } catch (...) {
    unzClose(archive_);
    throw;
  }
}

ZipArchive::~ZipArchive() { unzClose(archive_); }

void ZipArchive::list() {
  unz_global_info64 all{};
  if (unzGetGlobalInfo64(archive_, &all) != UNZ_OK || (all.size_comment == 0 && !ends_with_directory_end(path_)))
    fail("the ZIP archive's end is damaged (truncated?)");
  int status = unzGoToFirstFile(archive_);
  while (status == UNZ_OK && members_.size() <= kMostMembers) {
    char name[kLongestName] = {};
    unz64_file_pos place{};
    if (unzGetCurrentFileInfo64(archive_, nullptr, name, sizeof name - 1, nullptr, 0, nullptr, 0) != UNZ_OK) break;
    if (unzGetFilePos64(archive_, &place) != UNZ_OK) break;
    members_[name] = {place.pos_in_zip_directory, place.num_of_file};
    status = unzGoToNextFile(archive_);
  }
  if (status != UNZ_END_OF_LIST_OF_FILE)
    fail(fmt::format("the ZIP archive's directory is damaged, or lists more than {} members", kMostMembers));
}

std::vector<std::string> ZipArchive::names() const {
  std::vector<std::string> names;
  for (const auto& [name, place] : members_) names.push_back(name);
  return names;
}

std::string ZipArchive::read(const std::string& name) const {
  unz_file_info64 info{};
  const auto member = members_.find(name);
  if (member == members_.end()) fail(fmt::format("the ZIP archive lacks '{}'", name));
  unz64_file_pos place{member->second.offset, member->second.index};
  if (unzGoToFilePos64(archive_, &place) != UNZ_OK ||
      unzGetCurrentFileInfo64(archive_, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK)
    fail(fmt::format("the ZIP archive's directory is damaged at '{}'", name));
  if (info.compression_method != 0 || (info.flag & 1) != 0)
    fail(fmt::format("'{}' in the ZIP archive is compressed or encrypted (PyTorch stores its files as they are)", name));
  if (info.uncompressed_size > file_bytes_) fail(fmt::format("'{}' is larger than the archive it is in", name));
  if (unzOpenCurrentFile(archive_) != UNZ_OK) fail(fmt::format("'{}' in the ZIP archive cannot be read (damaged?)", name));
  std::string content(static_cast<size_t>(info.uncompressed_size), '\0');
  size_t done = 0;
  while (done < content.size()) {
    const auto part = static_cast<unsigned>(std::min<size_t>(kReadAtOnce, content.size() - done));
    const int got = unzReadCurrentFile(archive_, content.data() + done, part);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  const int status = unzCloseCurrentFile(archive_);  // tests the checksum
  if (done < content.size() || status != UNZ_OK) fail(fmt::format("'{}' in the ZIP archive is damaged or truncated", name));
  return content;
}

}  // namespace tnn
