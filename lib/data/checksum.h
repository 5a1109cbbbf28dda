#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tnn {

/// Lower-case hexadecimal digests: MD5 (32 digits, for comparing with published lists only) and SHA-256 (64 digits).
std::string md5_hex(const std::vector<uint8_t>& bytes);
std::string sha256_hex(const std::vector<uint8_t>& bytes);

/// CRC-32, as in ZIP and PNG: quick, and enough against damage by accident.
uint32_t crc32_of(const std::vector<uint8_t>& bytes);

}  // namespace tnn
