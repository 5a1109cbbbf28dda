#include <ATen/ATen.h>

#include "catch_compat.h"
#include "core/error.h"
#include "network/cuda_module.h"
#include "network/device.h"

using namespace tnn;

namespace {

/// As in the program: before anything in this process asks LibTorch about GPUs.
const bool module_loaded = load_cuda_module();

std::string why_no_gpu() {
  return module_loaded ? "no GPU is visible: " + cuda_device_fault() : "the GPU module is " + cuda_module_message();
}

std::string message_of(const std::string& name) {
  try {
    choose_device(name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("the CPU can always be chosen") {
  CHECK(choose_device("cpu") == c10::Device(c10::kCPU));
  CHECK(describe_device(choose_device("cpu")) == "CPU");
}

TEST_CASE("auto is the CPU where there is no GPU") {
  if (cuda_device_count() > 0) TNN_SKIP("there is a GPU");
  CHECK(choose_device("auto") == c10::Device(c10::kCPU));
}

TEST_CASE("cuda without a GPU is refused with the reason and what is allowed") {
  if (cuda_device_count() > 0) TNN_SKIP("there is a GPU");
  const std::string message = message_of("cuda");
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring(module_loaded ? "no GPU is visible" : "the GPU module is missing"));
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring("allowed here: auto, cpu"));
}

TEST_CASE("an unknown device is refused with the nearest name") {
  CHECK_THAT(message_of("cdua"), Catch::Matchers::ContainsSubstring("auto, cpu, cuda"));
  CHECK_THROWS_AS(choose_device(""), UsageError);
}

TEST_CASE("without the GPU module there is no GPU, and the message says why") {
  if (module_loaded) TNN_SKIP("the GPU module is loaded");
  CHECK(cuda_device_count() == 0);
  CHECK(cuda_device_fault().empty());
  CHECK_FALSE(cuda_module_message().empty());
}

TEST_CASE("a GPU is chosen, described and computes what the CPU computes") {
  if (cuda_device_count() == 0) TNN_SKIP(why_no_gpu());
  const c10::Device device = choose_device("auto");
  REQUIRE(device == choose_device("cuda"));
  REQUIRE(device.is_cuda());
  CHECK_THAT(describe_device(device), Catch::Matchers::ContainsSubstring(" GiB"));
  CHECK(cuda_device_memory_bytes(device.index()) > 0);
  const at::Tensor x = at::arange(12, at::kFloat).view({3, 4});
  const at::Tensor product = at::matmul(x.to(device), x.t().to(device)).cpu();
  CHECK(at::equal(product, at::matmul(x, x.t())));
}
