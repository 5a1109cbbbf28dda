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
#include <tuple>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/json_integer.h"
#include "core/json_text.h"
#include "formats/file_content.h"

namespace tnn {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr size_t kLargestHeader = 100'000'000;  // the reference implementation's limit
constexpr size_t kAlignment = 64;

struct DTypeRow {
  DType dtype;
  const char* name;
  size_t bits;
};
constexpr DTypeRow kDTypes[] = {{DType::boolean, "BOOL", 8},
                                {DType::f4, "F4", 4},
                                {DType::f6_e2m3, "F6_E2M3", 6},
                                {DType::f6_e3m2, "F6_E3M2", 6},
                                {DType::u8, "U8", 8},
                                {DType::i8, "I8", 8},
                                {DType::f8_e5m2, "F8_E5M2", 8},
                                {DType::f8_e4m3, "F8_E4M3", 8},
                                {DType::f8_e8m0, "F8_E8M0", 8},
                                {DType::f8_e4m3fnuz, "F8_E4M3FNUZ", 8},
                                {DType::f8_e5m2fnuz, "F8_E5M2FNUZ", 8},
                                {DType::i16, "I16", 16},
                                {DType::u16, "U16", 16},
                                {DType::f16, "F16", 16},
                                {DType::bf16, "BF16", 16},
                                {DType::i32, "I32", 32},
                                {DType::u32, "U32", 32},
                                {DType::f32, "F32", 32},
                                {DType::c64, "C64", 64},
                                {DType::f64, "F64", 64},
                                {DType::i64, "I64", 64},
                                {DType::u64, "U64", 64}};

const DTypeRow& row_of(DType dtype) {
  return *std::find_if(std::begin(kDTypes), std::end(kDTypes), [&](const DTypeRow& row) { return row.dtype == dtype; });
}

DType dtype_from_name(const std::string& name) {
  std::vector<std::string> known;
  for (const DTypeRow& row : kDTypes) {
    if (name == row.name) return row.dtype;
    known.emplace_back(row.name);
  }
  throw UsageError(unknown_name_message("type", name, known));
}

size_t aligned(size_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

nlohmann::json parse_header(std::string_view text) {
  try {
    auto header = parse_json<nlohmann::json>(text);
    if (!header.is_object()) throw UsageError("it is not an object");
    return header;
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("its header: {}", error.what()));
  }
}

/// Where a tensor lies in the data.
struct Place {
  uint64_t begin = 0, end = 0;
  const std::string* name = nullptr;
};

/// A tensor of a header without its data. UsageError, or the JSON library's, where it is not as it should be.
TensorView read_entry(const std::string& name, const nlohmann::json& entry, uint64_t data_bytes, Place& place) {
  TensorView view{name, dtype_from_name(entry.at("dtype").get<std::string>()), json_integers<int64_t>(entry.at("shape")), nullptr};
  const uint64_t most = data_bytes * 8 / dtype_bits(view.dtype);
  uint64_t elements = 1;
  for (const int64_t size : view.shape) {
    if (size < 0 || (size > 0 && elements > most / static_cast<uint64_t>(size)))
      throw UsageError("it is larger than the file (truncated?)");
    elements *= static_cast<uint64_t>(size);
  }
  const auto offsets = json_integers<uint64_t>(entry.at("data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) throw UsageError("its data_offsets are not a beginning and an end");
  if (offsets[1] > data_bytes)
    throw UsageError(fmt::format("it ends at byte {} of the data, which have {} (truncated?)", offsets[1], data_bytes));
  const uint64_t bits = elements * dtype_bits(view.dtype);
  if (bits % 8 != 0 || offsets[1] - offsets[0] != bits / 8)
    throw UsageError(fmt::format("its data_offsets span {} bytes, its shape and type {}", offsets[1] - offsets[0],
                                 bits % 8 == 0 ? fmt::format("take {}", bits / 8) : "no whole number of bytes"));
  place = {offsets[0], offsets[1], nullptr};
  return view;
}

/// Tensors lie side by side, from the first byte of the data to the last, in any order of names. UsageError names the first that does not.
void check_places(std::vector<Place> places, uint64_t data_bytes) {
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  uint64_t end = 0;
  for (const Place& place : places) {
    if (place.begin != end)
      throw UsageError(fmt::format(
          "its header: '{}': it begins at byte {} of the data, {} the tensor before it, which ends at {} (the format allows no {})",
          *place.name, place.begin, place.begin > end ? "behind a hole after" : "inside", end, place.begin > end ? "holes" : "overlaps"));
    end = place.end;
  }
  if (end != data_bytes) throw UsageError(fmt::format("{} bytes lie behind the last tensor (the format allows none)", data_bytes - end));
}

}  // namespace

size_t dtype_bits(DType dtype) { return row_of(dtype).bits; }
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
                   [](const TensorView& a, const TensorView& b) { return dtype_bits(a.dtype) > dtype_bits(b.dtype); });
  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) append_member(header, "__metadata__", metadata);
  size_t offset = 0;
  for (const TensorView& tensor : ordered) {
    append_member(header, tensor.name,
                  {{"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes()}}});
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
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a FIFO without writer is refused, not waited for
  if (descriptor < 0) throw DataError(fmt::format("cannot open '{}': {}", path.string(), std::strerror(errno)));
  struct stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  size_ = regular ? static_cast<size_t>(status.st_size) : 0;
  if (size_ > 0) {
    void* map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const bool no_memory = map == MAP_FAILED && errno == ENOMEM;
    if (map != MAP_FAILED) map_ = static_cast<const std::byte*>(map);
    ::close(descriptor);
    if (no_memory) throw std::bad_alloc();
  } else {
    ::close(descriptor);
  }
  if (!regular) throw DataError(fmt::format("'{}' is not a safetensors file: it is no regular file", path.string()));
  try {
    parse();
  } catch (const UsageError& error) {
    unmap();
    throw DataError(fmt::format("'{}' is not a safetensors file: {}", path.string(), error.what()));
  } catch (...) {
    unmap();
    throw;
  }
}

void SafetensorsFile::unmap() {
  if (map_) ::munmap(const_cast<std::byte*>(map_), size_);
}

SafetensorsFile::~SafetensorsFile() { unmap(); }

std::string_view SafetensorsFile::header() const {
  const auto refuse = [&](const std::string& otherwise) {
    const std::string content = recognised_content({reinterpret_cast<const char*>(map_), map_ ? std::min(size_, kContentBytes) : 0}, size_);
    throw UsageError(content.empty() ? otherwise : content);
  };
  if (!map_ || size_ < kLengthBytes) refuse(fmt::format("it has {} bytes", size_));
  uint64_t length = 0;
  std::memcpy(&length, map_, sizeof length);
  if (length > kLargestHeader) refuse(fmt::format("its first bytes announce a header of {} bytes (allowed: {})", length, kLargestHeader));
  if (length > size_ - kLengthBytes) refuse(fmt::format("it has {} bytes and announces a header of {} (truncated?)", size_, length));
  const std::string_view text(reinterpret_cast<const char*>(map_) + kLengthBytes, length);
  if (text.substr(0, 1) != "{") refuse("its header does not begin with '{'");
  return text;
}

void SafetensorsFile::parse() {
  const std::string_view text = header();
  const std::byte* data = map_ + kLengthBytes + text.size();
  const uint64_t data_bytes = size_ - kLengthBytes - text.size();
  const auto header = parse_header(text);
  std::vector<Place> places;
  for (const auto& [name, entry] : header.items()) {  // in the order of the names
    try {
      if (name == "__metadata__") {
        metadata_ = entry.get<SafetensorsMetadata>();
        continue;
      }
      places.emplace_back();
      tensors_.push_back(read_entry(name, entry, data_bytes, places.back()));
      tensors_.back().data = data + places.back().begin;
    } catch (const nlohmann::json::exception& fault) {
      throw UsageError(fmt::format("its header: '{}': {}", name, json_fault(fault)));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("its header: '{}': {}", name, error.what()));
    }
  }
  for (size_t i = 0; i < places.size(); ++i) places[i].name = &tensors_[i].name;
  check_places(std::move(places), data_bytes);
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
  const auto found = std::lower_bound(tensors_.begin(), tensors_.end(), name,
                                      [](const TensorView& tensor, const std::string& wanted) { return tensor.name < wanted; });
  return found == tensors_.end() || found->name != name ? nullptr : &*found;
}

}  // namespace tnn
