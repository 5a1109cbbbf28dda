#include "core/content_hash.h"

#include <fmt/format.h>

namespace tnn {

void ContentHash::add(const std::string& text) {
  const uint64_t size = text.size();
  add(&size, sizeof size);
  add(text.data(), text.size());
}

std::string ContentHash::hex() const { return fmt::format("{:016x}", value_); }

}  // namespace tnn
