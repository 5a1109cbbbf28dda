#include "report/crc32c.h"

#include <array>

namespace tnn {
namespace {

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? 0x82F63B78u : 0u);
    table[byte] = remainder;
  }
  return table;
}

constexpr auto kTable = make_table();

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t remainder = 0xFFFFFFFFu;
  for (const char byte : bytes) remainder = (remainder >> 8) ^ kTable[(remainder ^ static_cast<unsigned char>(byte)) & 0xFFu];
  return ~remainder;
}

uint32_t masked_crc32c(std::string_view bytes) {
  const uint32_t checksum = crc32c(bytes);
  return ((checksum >> 15) | (checksum << 17)) + 0xA282EAD8u;
}

}  // namespace tnn
