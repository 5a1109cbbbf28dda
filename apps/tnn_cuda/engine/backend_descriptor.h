#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "checked.h"

namespace tnn::cuda {

/// A descriptor of cuDNN's graph interface. Its attributes are set, then it is finalized; after that others may refer to it while it lives.
class BackendDescriptor {
 public:
  explicit BackendDescriptor(cudnnBackendDescriptorType_t type) { CHECKED(cudnnBackendCreateDescriptor(type, &handle_)); }
  BackendDescriptor(BackendDescriptor&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  BackendDescriptor& operator=(BackendDescriptor&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~BackendDescriptor() {
    if (handle_) cudnnBackendDestroyDescriptor(handle_);
  }

  cudnnBackendDescriptor_t get() const { return handle_; }

  BackendDescriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void* values) {
    CHECKED(cudnnBackendSetAttribute(handle_, name, type, count, values));
    return *this;
  }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<int64_t>& values) {
    return set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
  }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, int64_t value) { return set(name, CUDNN_TYPE_INT64, 1, &value); }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, double value) { return set(name, CUDNN_TYPE_DOUBLE, 1, &value); }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, bool value) { return set(name, CUDNN_TYPE_BOOLEAN, 1, &value); }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, cudnnDataType_t value) { return set(name, CUDNN_TYPE_DATA_TYPE, 1, &value); }
  BackendDescriptor& set(cudnnBackendAttributeName_t name, const BackendDescriptor& other) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &other.handle_);
  }
  /// Leaves out an attribute that this version of cuDNN does not know.
  void try_set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void* values) {
    (void)cudnnBackendSetAttribute(handle_, name, type, count, values);
  }
  void finalize() { CHECKED(cudnnBackendFinalize(handle_)); }
  /// False where cuDNN cannot do what the descriptor says.
  bool try_finalize() { return cudnnBackendFinalize(handle_) == CUDNN_STATUS_SUCCESS; }

  int64_t integer(cudnnBackendAttributeName_t name) const {
    int64_t value = 0, count = 0;
    CHECKED(cudnnBackendGetAttribute(handle_, name, CUDNN_TYPE_INT64, 1, &count, &value));
    return value;
  }

 private:
  cudnnBackendDescriptor_t handle_ = nullptr;
};

}  // namespace tnn::cuda
