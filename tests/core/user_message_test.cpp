#include <new>
#include <stdexcept>
#include <system_error>

#include "catch_compat.h"
#include "core/error.h"

using namespace tnn;

TEST_CASE("whoever notices that memory has run out, a user reads that and how much was asked for") {
  const std::runtime_error allocator(
      "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 1881600000 bytes. "
      "Error code 12 (Cannot allocate memory)\nException raised from alloc_cpu at alloc_cpu.cpp:124 (most recent call first):\n"
      "frame #0: c10::Error::Error(std::string) + 0x88 (0x7f in libc10.so)\nframe #1: ...\n");
  CHECK_THAT(user_message(allocator), ContainsSubstring("out of memory: 1.9 GB more were asked for"));
  const std::runtime_error cuda(
      "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 139 GiB\nException raised from x");
  CHECK_THAT(user_message(cuda), ContainsSubstring("out of memory: 20.00 MiB more"));
  CHECK_THAT(user_message(std::bad_alloc()), ContainsSubstring("out of memory; "));
  CHECK_THAT(user_message(std::length_error("vector::_M_default_append")), ContainsSubstring("out of memory"));
  CHECK_THAT(user_message(std::system_error(std::make_error_code(std::errc::not_enough_memory))), ContainsSubstring("out of memory"));
  for (const std::exception* error : {static_cast<const std::exception*>(&allocator), static_cast<const std::exception*>(&cuda)}) {
    CHECK_THAT(user_message(*error), !ContainsSubstring("frame #") && !ContainsSubstring("\n") && !ContainsSubstring("enforce"));
  }
}

TEST_CASE("of another library's error the words remain and its stack frames go") {
  const std::runtime_error error(
      "The size of tensor a (3) must match\nException raised from f at g.cpp:1 (most recent call first):\nframe #0: x");
  CHECK(user_message(error) == "The size of tensor a (3) must match");
  CHECK(user_message(UsageError("'x.yaml': a\nb")) == "'x.yaml': a\nb");
  CHECK_THAT(user_message(std::system_error(EAGAIN, std::generic_category())), ContainsSubstring("no further thread"));
}
