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

/// The bytes of an image are not what they should be: cut off, damaged, of no format that is read, or of a link that leads nowhere; or the
/// frames of a clip are not.
struct DamagedImage : DataError {
  using DataError::DataError;
};

/// What becomes of an image or a clip that is damaged.
enum class DamagePolicy {
  stop,  ///< the command ends with an error that names it
  skip   ///< it is left out of its batch, named and counted
};

/// The damaged images or clips that were left out, each once. Safe from several threads.
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

/// Samples that are encoded in files and read when they are needed: images, or clips.
class EncodedSamples {
 public:
  EncodedSamples() = default;
  virtual ~EncodedSamples() = default;
  EncodedSamples(const EncodedSamples&) = delete;
  EncodedSamples& operator=(const EncodedSamples&) = delete;

  /// What messages call sample `index`: its path.
  virtual std::string name(size_t index) const = 0;
  /// Its path from its class folder, which is the same wherever the data set lies, and packed.
  virtual std::string name_in_class(size_t index) const = 0;
  /// What a number of them are called in messages: "images".
  virtual const char* noun() const = 0;

  DamageLog& damage() const { return damage_; }
  /// What was found beside the samples, where they are files in folders.
  const LeftOut& left_out() const { return left_out_; }

 protected:
  LeftOut left_out_;

 private:
  mutable DamageLog damage_;
};

}  // namespace tnn
