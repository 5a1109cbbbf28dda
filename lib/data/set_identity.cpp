#include "data/set_identity.h"

#include "data/checksum.h"
#include "data/identity_digest.h"

namespace tnn {

std::string set_identity(const ImageSet& set) {
  IdentityDigest digest;
  set.targets->identify(digest);
  if (const EncodedSamples* samples = set.samples()) {
    for (size_t i = 0; i < static_cast<size_t>(set.size()); ++i) digest.add(samples->name_in_class(i));
  } else {
    for (const int side : {set.channels, set.height, set.width}) digest.add(static_cast<uint64_t>(side));
    digest.add(crc32_of(set.pixels));
  }
  return digest.hex();
}

std::string samples_identity(const ImageSet& set, const std::vector<uint32_t>& samples) {
  IdentityDigest digest;
  digest.add(set_identity(set));
  digest.add(samples.size());
  for (const uint32_t sample : samples) digest.add(uint64_t{sample});
  return digest.hex();
}

}  // namespace tnn
