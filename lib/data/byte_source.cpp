#include "data/byte_source.h"

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "core/atomic_file.h"
#include "core/error.h"

namespace tnn {
namespace {

constexpr size_t kFirstGuess = 1 << 16;

/// Bytes that grow as a decoder asks for room; the decoder writes at free_begin().
class GrowingBytes {
 public:
  explicit GrowingBytes(size_t expected) : bytes_(std::max(expected + 1, kFirstGuess)) {}
  uint8_t* free_begin() { return bytes_.data() + used_; }
  size_t free_count() const { return bytes_.size() - used_; }
  void use(size_t count) {
    used_ += count;
    if (free_count() == 0) bytes_.resize(bytes_.size() * 2);
  }
  size_t used() const { return used_; }
  std::vector<uint8_t> take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  std::vector<uint8_t> bytes_;
  size_t used_ = 0;
};

[[noreturn]] void fail(const std::filesystem::path& path, const char* kind, size_t decoded, const std::string& what) {
  throw DataError(fmt::format("{}: {} stream {} (after {} decompressed bytes)", path.string(), kind, what, decoded));
}

class GzipDecoder {
 public:
  explicit GzipDecoder(const std::filesystem::path& path) : path_(path) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw SystemError("zlib could not start");
  }
  ~GzipDecoder() { inflateEnd(&stream_); }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  std::vector<uint8_t> decode(std::string& packed, size_t expected) {
    constexpr size_t kPiece = std::numeric_limits<uInt>::max();
    GrowingBytes out(expected);
    stream_.next_in = reinterpret_cast<Bytef*>(packed.data());
    for (;;) {
      const size_t left = packed.size() - static_cast<size_t>(reinterpret_cast<char*>(stream_.next_in) - packed.data());
      const auto room = static_cast<uInt>(std::min(out.free_count(), kPiece));
      stream_.avail_in = static_cast<uInt>(std::min(left, kPiece));
      stream_.next_out = out.free_begin();
      stream_.avail_out = room;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      out.use(room - stream_.avail_out);
      if (result == Z_STREAM_END) {
        if (reinterpret_cast<char*>(stream_.next_in) == packed.data() + packed.size()) return out.take();
        inflateReset(&stream_);
      } else if (result == Z_BUF_ERROR) {
        fail(path_, "gzip", out.used(), "is cut off");
      } else if (result != Z_OK) {
        fail(path_, "gzip", out.used(), fmt::format("is damaged: {}", stream_.msg ? stream_.msg : "unknown error"));
      }
    }
  }

 private:
  const std::filesystem::path& path_;
  z_stream stream_{};
};

class XzDecoder {
 public:
  explicit XzDecoder(const std::filesystem::path& path) : path_(path) {
    if (lzma_stream_decoder(&stream_, std::numeric_limits<uint64_t>::max(), LZMA_CONCATENATED) != LZMA_OK)
      throw SystemError("liblzma could not start");
  }
  ~XzDecoder() { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;
  XzDecoder& operator=(const XzDecoder&) = delete;

  std::vector<uint8_t> decode(const std::string& packed, size_t expected) {
    GrowingBytes out(expected);
    stream_.next_in = reinterpret_cast<const uint8_t*>(packed.data());
    stream_.avail_in = packed.size();
    for (;;) {
      const size_t room = out.free_count();
      stream_.next_out = out.free_begin();
      stream_.avail_out = room;
      const lzma_ret result = lzma_code(&stream_, LZMA_FINISH);
      out.use(room - stream_.avail_out);
      if (result == LZMA_STREAM_END) return out.take();
      if (result == LZMA_BUF_ERROR) fail(path_, "xz", out.used(), "is cut off");
      if (result == LZMA_MEM_ERROR) throw SystemError(fmt::format("{}: no memory to decompress", path_.string()));
      if (result != LZMA_OK) fail(path_, "xz", out.used(), fmt::format("is damaged (liblzma code {})", static_cast<int>(result)));
    }
  }

 private:
  const std::filesystem::path& path_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

std::optional<std::filesystem::path> find_source(const std::filesystem::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz", ".xz"}) {
    const auto path = folder / (name + suffix);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

SourceBytes read_source(const std::filesystem::path& path, size_t expected_bytes) {
  std::string content = read_file(path);
  if (path.extension() == ".gz") return {path, GzipDecoder(path).decode(content, expected_bytes)};
  if (path.extension() == ".xz") return {path, XzDecoder(path).decode(content, expected_bytes)};
  return {path, {content.begin(), content.end()}};
}

}  // namespace tnn
