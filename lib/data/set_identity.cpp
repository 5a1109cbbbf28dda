#include "data/set_identity.h"

#include "data/checksum.h"

namespace tnn {
namespace {

/// Puts values and texts one after another so that no two lists of them are alike.
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

}  // namespace

std::string set_identity(const ImageSet& set) {
  IdentityDigest digest;
  digest.add(set.class_names.size());
  for (const std::string& name : set.class_names) digest.add(name);
  digest.add(set.labels.size());
  for (const int label : set.labels) digest.add(static_cast<uint64_t>(label));
  if (set.encoded) {
    for (size_t i = 0; i < set.labels.size(); ++i) digest.add(set.encoded->name_in_class(i));
  } else {
    for (const int side : {set.channels, set.height, set.width}) digest.add(static_cast<uint64_t>(side));
    digest.add(crc32_of(set.pixels));
  }
  return digest.hex();
}

}  // namespace tnn
