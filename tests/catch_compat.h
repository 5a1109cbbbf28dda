#pragma once

/// Catch2, version 2 (Debian 12, Ubuntu 22.04) or 3 (Ubuntu 24.04). LibTorch defines CHECK too: a test that includes LibTorch does so
/// before this header.
#undef CHECK
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
namespace Catch::Matchers {
inline StdString::ContainsMatcher ContainsSubstring(const std::string& text) { return Contains(text); }
}  // namespace Catch::Matchers
using Catch::Matchers::ContainsSubstring;
#endif

#include <cstdlib>
#include <iostream>
#include <string>

/// Leaves the test case as skipped with a reason (CTest reads the line); for what needs a GPU or real data in TNN_DATA.
#define TNN_SKIP(reason)                          \
  do {                                            \
    std::cout << "SKIPPED: " << (reason) << "\n"; \
    SUCCEED();                                    \
    return;                                       \
  } while (false)

/// The folder of real data for tests (environment variable TNN_DATA), empty where it is not set.
inline std::string test_data_root() {
  const char* folder = std::getenv("TNN_DATA");
  return folder ? folder : "";
}
