#include "formats/safetensors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_integer.h"
#include "core/json_text.h"

namespace tnn {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr size_t kLargestHeader = 100u << 20;  // the format's own limit
constexpr size_t kAlignment = 64;

struct DTypeRow {
  DType dtype;
  const char* name;
  size_t size;
};
constexpr DTypeRow kDTypes[] = {{DType::f32, "F32", 4}, {DType::f16, "F16", 2}, {DType::bf16, "BF16", 2},
                                {DType::f64, "F64", 8}, {DType::i64, "I64", 8}, {DType::u8, "U8", 1}};

const DTypeRow& row_of(DType dtype) {
  return *std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](const DTypeRow& row) { return row.dtype == dtype; });
}

size_t aligned(size_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

/// One tensor of a header, whose data lies in [data, data + data_size). UsageError, or the JSON library's, where it is not as it should be.
TensorView read_entry(const std::string& name, const nlohmann::json& entry, const std::byte* data, size_t data_size) {
  const auto type = entry.at("dtype").get<std::string>();
  const auto row = std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](const DTypeRow& r) { return type == r.name; });
  if (row == std::end(kDTypes)) throw UsageError(fmt::format("it has type {}, which tnn does not read", type));
  TensorView view{name, row->dtype, json_integers<int64_t>(entry.at("shape")), nullptr};
  size_t elements = 1;
  for (const int64_t size : view.shape) {
    if (size < 0 || (size > 0 && elements > data_size / static_cast<size_t>(size)))
      throw UsageError("it is larger than the file (truncated?)");
    elements *= static_cast<size_t>(size);
  }
  const auto offsets = json_integers<uint64_t>(entry.at("data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size || offsets[1] - offsets[0] != elements * row->size)
    throw UsageError("its offsets do not fit its shape or the file (truncated?)");
  view.data = data + offsets[0];
  return view;
}

}  // namespace

size_t dtype_size(DType dtype) { return row_of(dtype).size; }
std::string dtype_name(DType dtype) { return row_of(dtype).name; }

int64_t TensorView::elements() const {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors, const SafetensorsMetadata& metadata) {
  // The format wants the data without gaps: larger element types first keeps each tensor aligned to its own.
  std::vector<TensorView> ordered = tensors;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const TensorView& a, const TensorView& b) { return dtype_size(a.dtype) > dtype_size(b.dtype); });
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  size_t offset = 0;
  for (const TensorView& tensor : ordered) {
    header[tensor.name] = {
        {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes()}}};
    offset += tensor.bytes();
  }
  std::string text = header.dump();
  text.resize(aligned(kLengthBytes + text.size()) - kLengthBytes, ' ');
  AtomicFile file(path);
  const uint64_t length = text.size();
  file.write(&length, sizeof length);
  file.write(text);
  for (const TensorView& tensor : ordered) file.write(tensor.data, tensor.bytes());
  file.commit();
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : path_(path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) throw DataError(fmt::format("cannot open '{}': {}", path.string(), std::strerror(errno)));
  struct stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  size_ = regular ? static_cast<size_t>(status.st_size) : 0;
  if (size_ >= kLengthBytes) {
    void* map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const bool no_memory = map == MAP_FAILED && errno == ENOMEM;
    if (map != MAP_FAILED) map_ = static_cast<const std::byte*>(map);
    ::close(descriptor);
    if (no_memory) throw std::bad_alloc();
  } else {
    ::close(descriptor);
  }
  if (!map_) throw DataError(fmt::format("'{}' is not a safetensors file: {} bytes", path.string(), size_));
  try {
    parse();
  } catch (const UsageError& error) {
    ::munmap(const_cast<std::byte*>(map_), size_);
    throw DataError(fmt::format("'{}' is not a safetensors file: its header: {}", path.string(), error.what()));
  } catch (...) {
    ::munmap(const_cast<std::byte*>(map_), size_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() { ::munmap(const_cast<std::byte*>(map_), size_); }

void SafetensorsFile::parse() {
  const auto fail = [&](const std::string& what) { throw DataError(fmt::format("'{}': {}", path_.string(), what)); };
  uint64_t length = 0;
  std::memcpy(&length, map_, sizeof length);
  if (length > kLargestHeader) fail("is no safetensors file (a header cannot be as long as its first bytes say)");
  if (length > size_ - kLengthBytes) fail(fmt::format("header of {} bytes in a file of {} (truncated?)", length, size_));
  const char* text = reinterpret_cast<const char*>(map_) + kLengthBytes;
  const std::byte* data = map_ + kLengthBytes + length;
  const size_t data_size = size_ - kLengthBytes - length;
  const auto header = parse_json<nlohmann::json>({text, length});
  if (!header.is_object()) fail("the header is not an object");
  for (const auto& [name, entry] : header.items()) {
    try {
      if (name == "__metadata__")
        metadata_ = entry.get<SafetensorsMetadata>();
      else
        tensors_.push_back(read_entry(name, entry, data, data_size));
    } catch (const nlohmann::json::exception& fault) {
      throw UsageError(fmt::format("'{}': {}", name, json_fault(fault)));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("'{}': {}", name, error.what()));
    }
  }
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const TensorView& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

}  // namespace tnn
