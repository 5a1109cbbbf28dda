#include "data/checksum.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>

#include "core/error.h"

namespace tnn {
namespace {

std::string digest_hex(const std::vector<uint8_t>& bytes, const EVP_MD* kind, const char* name) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, kind, nullptr) != 1)
    throw SystemError(std::string("OpenSSL on this machine computes no ") + name);
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace

std::string md5_hex(const std::vector<uint8_t>& bytes) { return digest_hex(bytes, EVP_md5(), "MD5"); }
uint32_t crc32_of(const std::vector<uint8_t>& bytes) { return static_cast<uint32_t>(crc32_z(0, bytes.data(), bytes.size())); }
std::string sha256_hex(const std::vector<uint8_t>& bytes) { return digest_hex(bytes, EVP_sha256(), "SHA-256"); }

}  // namespace tnn
