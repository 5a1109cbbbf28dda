#pragma once

#include <cstdint>
#include <memory>
#include <new>

namespace tnn::onednn {

/// Uninitialised memory for kernels: aligned to cache lines.
class AlignedMemory {
 public:
  AlignedMemory() = default;
  explicit AlignedMemory(int64_t bytes)
      : data_(static_cast<float*>(::operator new (static_cast<size_t>(bytes), std::align_val_t{kAlignment}))), bytes_(bytes) {}
  float* data() const { return data_.get(); }
  int64_t bytes() const { return bytes_; }

 private:
  static constexpr size_t kAlignment = 64;
  struct Free {
    void operator()(float* data) const { ::operator delete (data, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<float, Free> data_;
  int64_t bytes_ = 0;
};

}  // namespace tnn::onednn
