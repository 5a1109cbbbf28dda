#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/left_out.h"

namespace tnn {

/// The bytes of an image are not what they should be: cut off, damaged, of no format that is read, or of a link that leads nowhere.
struct DamagedImage : DataError {
  using DataError::DataError;
};

/// What becomes of an image whose bytes are damaged.
enum class DamagePolicy {
  stop,  ///< the command ends with an error that names it
  skip   ///< it is left out of its batch, named and counted
};

/// The damaged images that were left out, each once. Safe from several threads.
class DamageLog {
 public:
  void add(const std::string& name, const std::string& problem) {
    const std::lock_guard lock(mutex_);
    if (found_.emplace(name, problem).second) fresh_.emplace_back(name, problem);
  }
  /// (name, problem) of those that came since the last call.
  std::vector<std::pair<std::string, std::string>> take_new() {
    const std::lock_guard lock(mutex_);
    return std::exchange(fresh_, {});
  }
  /// One of them, as (name, problem); two empty texts where there is none.
  std::pair<std::string, std::string> first() const {
    const std::lock_guard lock(mutex_);
    return found_.empty() ? std::pair<std::string, std::string>() : std::pair<std::string, std::string>(*found_.begin());
  }
  int64_t count() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int64_t>(found_.size());
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> found_;
  std::vector<std::pair<std::string, std::string>> fresh_;
};

/// Images as JPEG or PNG files hold them, of any size, read when they are needed.
class EncodedImages {
 public:
  EncodedImages() = default;
  virtual ~EncodedImages() = default;
  EncodedImages(const EncodedImages&) = delete;
  EncodedImages& operator=(const EncodedImages&) = delete;

  /// What messages call image `index`: its path.
  virtual std::string name(size_t index) const = 0;
  /// Its path from its class folder, which is the same wherever the data set lies, and packed.
  virtual std::string name_in_class(size_t index) const = 0;
  /// Its bytes; safe from several threads. DamagedImage where they are not those that there should be, DataError where they cannot be read.
  virtual void read(size_t index, std::vector<uint8_t>& bytes) const = 0;

  DamageLog& damage() const { return damage_; }
  /// What was found beside the images, where they are files in folders.
  const LeftOut& left_out() const { return left_out_; }

 protected:
  LeftOut left_out_;

 private:
  mutable DamageLog damage_;
};

}  // namespace tnn
