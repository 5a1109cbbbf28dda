#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tnn {

/// FNV-1a, 64 bits, of bytes that come one after another: tells contents apart that differ by accident; no protection against intent.
class ContentHash {
 public:
  void add(const void* bytes, size_t count) {
    const auto* each = static_cast<const unsigned char*>(bytes);
    for (size_t i = 0; i < count; ++i) value_ = (value_ ^ each[i]) * 0x100000001b3;
  }
  /// With its length, so that texts one after another do not run together.
  void add(const std::string& text);
  uint64_t value() const { return value_; }
  /// 16 hexadecimal digits.
  std::string hex() const;

 private:
  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace tnn
