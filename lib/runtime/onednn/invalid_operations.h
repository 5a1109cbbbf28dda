#pragma once

#include <cfenv>

namespace tnn::onednn {

/// Whether a floating-point operation was invalid, one with NaN or between infinities, since this was made: the flag of IEEE 754, of the
/// calling thread and of the OpenMP threads that it shares work with. An application's own flag comes back when this ends.
class InvalidOperations {
 public:
  explicit InvalidOperations(int threads);
  ~InvalidOperations();
  InvalidOperations(const InvalidOperations&) = delete;
  InvalidOperations& operator=(const InvalidOperations&) = delete;
  bool any() const;

 private:
  const int threads_;
  std::fexcept_t before_{};
};

}  // namespace tnn::onednn
