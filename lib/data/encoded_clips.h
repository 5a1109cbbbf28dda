#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/encoded_samples.h"

namespace tnn {

/// A clip whose frames are known and can be read: JPEG or PNG images, one after another in time, at least one.
class OpenClip {
 public:
  OpenClip() = default;
  virtual ~OpenClip() = default;
  OpenClip(const OpenClip&) = delete;
  OpenClip& operator=(const OpenClip&) = delete;

  virtual size_t frames() const = 0;
  /// What messages call a frame, from 0: "00001.jpg".
  virtual std::string frame_name(size_t frame) const = 0;
  /// Its bytes. DamagedImage where they are not those that there should be, DataError where they cannot be read.
  virtual void read(size_t frame, std::vector<uint8_t>& bytes) const = 0;
};

/// Short videos as folders of numbered JPEG or PNG files, or packed; frames are read when they are needed.
class EncodedClips : public EncodedSamples {
 public:
  /// Clip `index`, which must outlive what is returned; safe from several threads. DamagedImage where it is missing, has no frame, or its
  /// frames are not numbered without gaps.
  virtual std::unique_ptr<const OpenClip> open(size_t index) const = 0;
  const char* noun() const override { return "clips"; }
};

}  // namespace tnn
