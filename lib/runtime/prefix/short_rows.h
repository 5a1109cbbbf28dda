#pragma once

#include <cstdint>
#include <cstring>

/// Rows of some floats, of which small images have many: a call of the library's functions would take longer than the row.
namespace tnn::prefix {

inline void copy_row(const float* from, float* to, int64_t count) {
  constexpr int64_t kAtOnce = 8, kLong = 256;
  if (count >= kLong) {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(float));
    return;
  }
  for (; count >= kAtOnce; count -= kAtOnce, from += kAtOnce, to += kAtOnce) std::memcpy(to, from, kAtOnce * sizeof(float));
  for (; count > 0; --count) *to++ = *from++;
}

/// Zeros at `to`.
inline void clear_row(float* to, int64_t count) {
  constexpr int64_t kAtOnce = 4;
  if (count > 2 * kAtOnce) {
    std::memset(to, 0, static_cast<size_t>(count) * sizeof(float));
  } else if (count >= kAtOnce) {  // two stores that may overlap
    std::memset(to, 0, kAtOnce * sizeof(float));
    std::memset(to + count - kAtOnce, 0, kAtOnce * sizeof(float));
  } else if (count >= 2) {
    std::memset(to, 0, 2 * sizeof(float));
    std::memset(to + count - 2, 0, 2 * sizeof(float));
  } else if (count == 1) {
    *to = 0;
  }
}

}  // namespace tnn::prefix
