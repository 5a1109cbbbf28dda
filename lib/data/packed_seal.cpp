#include "data/packed_seal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "data/checksum.h"

namespace tnn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStart = "tnn packed images, version ", kVersion = "3, SHA-256 ";
constexpr std::string_view kHdf5{"\x89HDF\r\n\x1a\n"};
constexpr size_t kDigestAt = kStart.size() + kVersion.size(), kDigestDigits = 64, kRestAt = kDigestAt + kDigestDigits;

void add_range(Sha256& digest, const InputFile& file, uint64_t begin, uint64_t end, std::vector<uint8_t>& buffer) {
  while (begin < end) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(buffer.size(), end - begin));
    file.read_at(begin, buffer.data(), count);
    digest.add(buffer.data(), count);
    begin += count;
  }
}

/// Of the seal, where `seal` is its text, and of the rest of the file.
std::string digest_of(const InputFile& file, const std::string& seal, uint64_t bytes, const std::vector<FileRange>& images) {
  Sha256 digest;
  digest.add(seal.data(), kDigestAt);
  digest.add(seal.data() + kRestAt, seal.size() - kRestAt);
  std::vector<uint8_t> buffer(1 << 20);
  uint64_t begin = kSealBytes;
  for (const FileRange& range : images) {
    add_range(digest, file, begin, range.offset, buffer);
    begin = range.offset + range.size;
  }
  add_range(digest, file, begin, bytes, buffer);
  return digest.hex();
}

[[noreturn]] void fail(const InputFile& file, const std::string& what) {
  throw DataError(fmt::format("{}: {}", file.path().string(), what));
}

/// What a seal says, in order and within the file; DataError where it does not.
std::vector<FileRange> images_of(const InputFile& file, const std::string& seal) {
  const std::string rest = seal.substr(kRestAt, seal.find('\0') - kRestAt);
  std::vector<FileRange> images;
  uint64_t bytes = 0;
  try {
    const Json json = Json::parse(rest);
    bytes = json.at("bytes").get<uint64_t>();
    for (const auto& [offset, size] : json.at("images").get<std::vector<std::pair<uint64_t, uint64_t>>>()) images.push_back({offset, size});
  } catch (const nlohmann::json::exception&) {
    fail(file, "its first bytes are damaged");
  }
  if (bytes != file.size()) fail(file, fmt::format("has {} bytes, but {} were packed: it was cut off, or is damaged", file.size(), bytes));
  uint64_t end = kSealBytes;
  for (const FileRange& range : images) {
    if (range.offset < end || range.offset > bytes || range.size > bytes - range.offset) fail(file, "its first bytes are damaged");
    end = range.offset + range.size;
  }
  return images;
}

}  // namespace

void write_seal(const InputFile& file, OutputFile& out, const std::vector<FileRange>& images) {
  Json json{{"bytes", file.size()}, {"images", Json::array()}};
  for (const FileRange& range : images) json["images"].push_back({range.offset, range.size});
  std::string seal = std::string(kStart) + std::string(kVersion) + std::string(kDigestDigits, '0') + "\n" + json.dump() + "\n";
  seal.resize(kSealBytes, '\0');
  seal.replace(kDigestAt, kDigestDigits, digest_of(file, seal, file.size(), images));
  out.write_at(0, seal.data(), seal.size());
}

std::optional<std::vector<FileRange>> check_seal(const InputFile& file) {
  std::string seal(std::min(kSealBytes, file.size()), '\0');
  file.read_at(0, reinterpret_cast<uint8_t*>(seal.data()), seal.size());
  if (seal.starts_with(kHdf5)) return std::nullopt;
  if (!seal.starts_with(kStart)) fail(file, "not an HDF5 file, or a damaged one");
  if (seal.size() < kSealBytes) fail(file, "it was cut off");
  if (seal.substr(kStart.size(), kVersion.size()) != kVersion) {
    const std::string version = seal.substr(kStart.size(), seal.find(',', kStart.size()) - kStart.size());
    const bool number = version != "3" && version.size() < 10 && version.find_first_not_of("0123456789") == std::string::npos;
    fail(file, number ? fmt::format("packed in version {} (this program reads version 3)", version) : "its first bytes are damaged");
  }
  const auto images = images_of(file, seal);
  if (digest_of(file, seal, file.size(), images) != seal.substr(kDigestAt, kDigestDigits))
    fail(file, "is damaged: what it holds beside images has another SHA-256 than when it was packed");
  return images;
}

}  // namespace tnn
