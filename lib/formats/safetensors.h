#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tnn {

/// Element types of the safetensors format: all that its reference implementation knows.
enum class DType {
  boolean,
  f4,
  f6_e2m3,
  f6_e3m2,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  c64,
  f64,
  i64,
  u64
};
/// Bits of an element: 4 and more; those below 8 are packed.
size_t dtype_bits(DType dtype);
/// The format's name: "F32".
std::string dtype_name(DType dtype);

/// One tensor of a safetensors file: row-major, little-endian.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  const std::byte* data = nullptr;
  int64_t elements() const;
  size_t bytes() const { return static_cast<size_t>(elements()) * dtype_bits(dtype) / 8; }
};

using SafetensorsMetadata = std::map<std::string, std::string>;

/// Writes tensors and text metadata as one safetensors file, atomically. The data section starts at a multiple of 64 bytes and each tensor
/// at a multiple of its element size, so that a memory map can be used in place.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors, const SafetensorsMetadata& metadata);

/// A safetensors file, memory-mapped read-only. Everything in the header is checked before it is used, as strictly as by the format's
/// reference implementation: tensors cover the data without holes, overlaps or bytes behind the last. DataError names the file and what is
/// wrong; of something else altogether, such as a page of HTML, what it is.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const SafetensorsMetadata& metadata() const { return metadata_; }
  /// nullptr where there is none of that name.
  const TensorView* find(const std::string& name) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  /// The JSON text; UsageError where there is none.
  std::string_view header() const;
  void parse();
  void unmap();
  std::filesystem::path path_;
  const std::byte* map_ = nullptr;
  size_t size_ = 0;
  std::vector<TensorView> tensors_;  // by rising name
  SafetensorsMetadata metadata_;
};

}  // namespace tnn
