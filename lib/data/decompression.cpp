#include "data/decompression.h"

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace tnn {
namespace {

constexpr size_t kPiece = 1 << 18;  ///< of a file

[[noreturn]] void fail_too_large(const InputFile& file, const ContentLimit& limit) {
  throw DataError(
      fmt::format("{}: expected {}{} decompressed bytes, found more", file.path().string(), limit.exact ? "" : "at most ", limit.most));
}

[[noreturn]] void fail(const InputFile& file, const char* kind, size_t decoded, const std::string& what) {
  throw DataError(fmt::format("{}: {} stream {} (after {} decompressed bytes)", file.path().string(), kind, what, decoded));
}

/// Content that a decoder writes at free_begin(). There is always room; one byte more than the limit is a DataError.
class LimitedContent {
 public:
  LimitedContent(const InputFile& file, ContentLimit limit)
      : file_(file), limit_(limit), bytes_(std::min(limit.most, limit.exact ? limit.most : kPiece) + 1) {}
  uint8_t* free_begin() { return bytes_.data() + used_; }
  size_t free_count() const { return bytes_.size() - used_; }
  void use(size_t count) {
    used_ += count;
    if (used_ > limit_.most) fail_too_large(file_, limit_);
    if (free_count() == 0) bytes_.resize(std::min(bytes_.size() * 2, limit_.most + 1));
  }
  size_t used() const { return used_; }
  std::vector<uint8_t> take() {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  const InputFile& file_;
  ContentLimit limit_;
  std::vector<uint8_t> bytes_;
  size_t used_ = 0;
};

/// The bytes of a file, one piece after another.
class Pieces {
 public:
  explicit Pieces(InputFile& file) : file_(file), bytes_(kPiece) {}
  /// Empty at the end.
  std::pair<uint8_t*, size_t> next() { return {bytes_.data(), file_.read(bytes_.data(), bytes_.size())}; }

 private:
  InputFile& file_;
  std::vector<uint8_t> bytes_;
};

struct GzipStream : z_stream {
  GzipStream() : z_stream{} {
    if (inflateInit2(this, 15 + 16) != Z_OK) throw SystemError("zlib could not start");
  }
  ~GzipStream() { inflateEnd(this); }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
};

struct XzStream {
  XzStream() {
    if (lzma_stream_decoder(&stream, kMostXzMemory, LZMA_CONCATENATED) != LZMA_OK) throw SystemError("liblzma could not start");
  }
  ~XzStream() { lzma_end(&stream); }
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;
  lzma_stream stream = LZMA_STREAM_INIT;
};

}  // namespace

std::vector<uint8_t> plain_content(InputFile& file, ContentLimit limit) {
  if (file.size() > limit.most) fail_too_large(file, limit);
  std::vector<uint8_t> bytes(file.size());
  file.read_at(0, bytes.data(), bytes.size());
  return bytes;
}

std::vector<uint8_t> gzip_content(InputFile& file, ContentLimit limit) {
  LimitedContent out(file, limit);
  Pieces pieces(file);
  GzipStream stream;
  const auto refill = [&] {
    const auto [bytes, count] = pieces.next();
    stream.next_in = bytes;
    stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  };
  for (;;) {
    if (stream.avail_in == 0) refill();
    const auto room = static_cast<uInt>(std::min<size_t>(out.free_count(), std::numeric_limits<uInt>::max()));
    stream.next_out = out.free_begin();
    stream.avail_out = room;
    const int result = inflate(&stream, Z_NO_FLUSH);
    out.use(room - stream.avail_out);
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0 && !refill()) return out.take();
      inflateReset(&stream);
    } else if (result == Z_BUF_ERROR) {
      fail(file, "gzip", out.used(), "is cut off");
    } else if (result == Z_MEM_ERROR) {
      throw SystemError(fmt::format("{}: no memory to decompress", file.path().string()));
    } else if (result != Z_OK) {
      fail(file, "gzip", out.used(), fmt::format("is damaged: {}", stream.msg ? stream.msg : "unknown error"));
    }
  }
}

std::vector<uint8_t> xz_content(InputFile& file, ContentLimit limit) {
  LimitedContent out(file, limit);
  Pieces pieces(file);
  XzStream decoder;
  lzma_stream& stream = decoder.stream;
  for (bool ended = false;;) {
    if (stream.avail_in == 0 && !ended) {
      const auto [bytes, count] = pieces.next();
      stream.next_in = bytes;
      stream.avail_in = count;
      ended = count == 0;
    }
    const size_t room = out.free_count();
    stream.next_out = out.free_begin();
    stream.avail_out = room;
    const lzma_ret result = lzma_code(&stream, ended ? LZMA_FINISH : LZMA_RUN);
    out.use(room - stream.avail_out);
    if (result == LZMA_STREAM_END) return out.take();
    if (result == LZMA_BUF_ERROR) fail(file, "xz", out.used(), "is cut off");
    if (result == LZMA_MEM_ERROR) throw SystemError(fmt::format("{}: no memory to decompress", file.path().string()));
    if (result == LZMA_MEMLIMIT_ERROR)
      fail(file, "xz", out.used(),
           fmt::format("asks for {} MiB of memory, more than the {} that it gets", lzma_memusage(&stream) >> 20, kMostXzMemory >> 20));
    if (result != LZMA_OK) fail(file, "xz", out.used(), fmt::format("is damaged (liblzma code {})", static_cast<int>(result)));
  }
}

}  // namespace tnn
