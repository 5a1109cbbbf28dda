#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace tnn::kernels {

/// Zeroed memory on a cache line's boundary, readable `kSlack` bytes beyond its end (kernels load whole vectors). Large ones ask the system
/// for large pages: weights are streamed from many places at once.
template <typename Element>
class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64, kSlack = 1024, kLargePage = size_t{2} << 20;
  static_assert(std::is_trivially_copyable_v<Element>);

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : size_(size) {
    const size_t wanted = size * sizeof(Element) + kSlack, alignment = wanted >= 2 * kLargePage ? kLargePage : kAlignment;
    const size_t bytes = (wanted + alignment - 1) / alignment * alignment;
    memory_.reset(static_cast<Element*>(std::aligned_alloc(alignment, bytes)));
    if (!memory_) throw std::bad_alloc();
#if defined(__linux__)
    if (alignment == kLargePage) madvise(static_cast<void*>(memory_.get()), bytes, MADV_HUGEPAGE);  // a wish: refusal does no harm
#endif
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
