#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace tnn::kernels {

/// Zeroed memory on a cache line's boundary, readable `kSlack` bytes beyond its end (kernels load whole vectors).
template <typename Element>
class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64, kSlack = 1024;
  static_assert(std::is_trivially_copyable_v<Element>);

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : size_(size) {
    const size_t bytes = (size * sizeof(Element) + kSlack + kAlignment - 1) / kAlignment * kAlignment;
    memory_.reset(static_cast<Element*>(std::aligned_alloc(kAlignment, bytes)));
    if (!memory_) throw std::bad_alloc();
    std::memset(static_cast<void*>(memory_.get()), 0, bytes);
  }

  Element* data() { return memory_.get(); }
  const Element* data() const { return memory_.get(); }
  size_t size() const { return size_; }
  Element& operator[](size_t i) { return memory_.get()[i]; }
  const Element& operator[](size_t i) const { return memory_.get()[i]; }

 private:
  struct Free {
    void operator()(Element* memory) const { std::free(memory); }
  };
  std::unique_ptr<Element, Free> memory_;
  size_t size_ = 0;
};

}  // namespace tnn::kernels
