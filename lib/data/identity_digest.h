#pragma once

#include <cstdint>
#include <string>

#include "data/checksum.h"

namespace tnn {

/// SHA-256 of numbers and texts, one after another so that no two lists of them are alike.
class IdentityDigest {
 public:
  void add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) waiting_ += static_cast<char>(number >> shift & 0xff);
    if (waiting_.size() > kPiece) pass_on();
  }
  void add(const std::string& text) {
    add(text.size());
    waiting_ += text;
  }
  std::string hex() {
    pass_on();
    return digest_.hex();
  }

 private:
  static constexpr size_t kPiece = 1 << 16;
  void pass_on() {
    digest_.add(waiting_);
    waiting_.clear();
  }

  Sha256 digest_;
  std::string waiting_;
};

}  // namespace tnn
