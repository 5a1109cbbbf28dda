#pragma once

#include <cstdint>
#include <vector>

#include "data/encoded_samples.h"

namespace tnn {

/// Images as JPEG or PNG files hold them, of any size, read when they are needed.
class EncodedImages : public EncodedSamples {
 public:
  /// The bytes of image `index`; safe from several threads. DamagedImage where they are not those that there should be, DataError where
  /// they cannot be read.
  virtual void read(size_t index, std::vector<uint8_t>& bytes) const = 0;
  const char* noun() const override { return "images"; }
};

}  // namespace tnn
