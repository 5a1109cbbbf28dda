#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tnn {

/// Lower-case hexadecimal digests: MD5 (32 digits, for comparing with published lists only) and SHA-256 (64 digits).
std::string md5_hex(const std::vector<uint8_t>& bytes);
std::string sha256_hex(const std::vector<uint8_t>& bytes);

/// SHA-256 of bytes that come one after another.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(const void* bytes, size_t count);
  void add(const std::string& text) { add(text.data(), text.size()); }
  /// Of all that was added, once.
  std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// CRC-32, as in ZIP and PNG: quick, and enough against damage by accident.
uint32_t crc32_of(const std::vector<uint8_t>& bytes);

}  // namespace tnn
