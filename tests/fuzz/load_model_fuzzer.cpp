#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "runtime/throttled_network.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

constexpr size_t kPrefix = sizeof(uint64_t);  // of a safetensors file: the size of its header

/// Bytes as a file without a name.
class MemoryFile {
 public:
  MemoryFile(const uint8_t* data, size_t size) : descriptor_(memfd_create("model", 0)) {
    if (write(descriptor_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

/// Every operating point, where that is little work.
void run_all_points(tnn::ThrottledNetwork& net) {
  for (const tnn::OperatingPointInfo& point : net.operating_points())
    if (point.cost.macs > 1'000'000) return;
  if (net.operating_points().size() > 64 || elements(net.input_shape()) > 100'000 || net.outputs().size() > 16) return;
  for (const tnn::OutputInfo& output : net.outputs())
    if (output.elements() > 100'000) return;
  tnn::InferenceContext context = net.context();
  const std::vector<float> input(static_cast<size_t>(elements(net.input_shape())), 0.5f);
  std::vector<std::vector<float>> outputs;
  std::vector<float*> places;
  for (const tnn::OutputInfo& output : net.outputs()) outputs.emplace_back(static_cast<size_t>(output.elements()));
  for (auto& output : outputs) places.push_back(output.data());
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    context.run(input.data(), 1, places);
  }
}

}  // namespace

/// A model file is refused with an Error, or it runs. Anything else is a finding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const MemoryFile file(data, size);
  try {
    tnn::ThrottledNetwork net = tnn::ThrottledNetwork::load(file.path(), {.engine = "reference", .memory_limit_bytes = 1 << 24});
    run_all_points(net);
  } catch (const tnn::Error&) {
  }
  return 0;
}

/// Mutates mostly the header (graph, operating points, tensor table), and keeps its stated size right, so that mutants get past the first
/// check.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  uint64_t header = 0;
  if (size >= kPrefix) std::memcpy(&header, data, kPrefix);
  if (seed % 8 == 0 || size < kPrefix || header > size - kPrefix) return LLVMFuzzerMutate(data, size, max_size);
  const std::vector<uint8_t> tensors(data + kPrefix + header, data + size);
  if (max_size < size) return LLVMFuzzerMutate(data, size, max_size);
  const size_t mutated = LLVMFuzzerMutate(data + kPrefix, header, max_size - kPrefix - tensors.size());
  const auto stated = static_cast<uint64_t>(mutated);
  std::memcpy(data, &stated, kPrefix);
  if (!tensors.empty()) std::memcpy(data + kPrefix + mutated, tensors.data(), tensors.size());
  return kPrefix + mutated + tensors.size();
}
