#pragma once

#include <cstdint>
#include <string_view>

namespace tnn {

/// The Castagnoli checksum of RFC 3720 (polynomial 0x1EDC6F41, reflected): 0xE3069283 for "123456789".
uint32_t crc32c(std::string_view bytes);

/// As TFRecord stores it: rotated and offset, so that a checksum over bytes that hold checksums stays sound.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace tnn
