#include "data/checksum.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>

#include "core/error.h"

namespace tnn {
namespace {

std::string hex_digits(const unsigned char* bytes, unsigned int count) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < count; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

[[noreturn]] void fail(const char* name) { throw SystemError(std::string("OpenSSL on this machine computes no ") + name); }

std::string digest_hex(const std::vector<uint8_t>& bytes, const EVP_MD* kind, const char* name) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, kind, nullptr) != 1) fail(name);
  return hex_digits(digest.data(), length);
}

}  // namespace

std::string md5_hex(const std::vector<uint8_t>& bytes) { return digest_hex(bytes, EVP_md5(), "MD5"); }
uint32_t crc32_of(const std::vector<uint8_t>& bytes) { return static_cast<uint32_t>(crc32_z(0, bytes.data(), bytes.size())); }
std::string sha256_hex(const std::vector<uint8_t>& bytes) { return digest_hex(bytes, EVP_sha256(), "SHA-256"); }

struct Sha256::Context {
  Context() : state(EVP_MD_CTX_new()) {}
  ~Context() { EVP_MD_CTX_free(state); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* state;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (!context_->state || EVP_DigestInit_ex(context_->state, EVP_sha256(), nullptr) != 1) fail("SHA-256");
}

Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, size_t count) {
  if (EVP_DigestUpdate(context_->state, bytes, count) != 1) fail("SHA-256");
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_DigestFinal_ex(context_->state, digest.data(), &length) != 1) fail("SHA-256");
  return hex_digits(digest.data(), length);
}

}  // namespace tnn
