#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tnn {

/// Element types of the safetensors format that tnn reads and writes.
enum class DType { f32, f16, bf16, f64, i64, u8 };
size_t dtype_size(DType dtype);
std::string dtype_name(DType dtype);

/// One tensor of a safetensors file: row-major, little-endian.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<int64_t> shape;
  const std::byte* data = nullptr;
  int64_t elements() const;
  size_t bytes() const { return static_cast<size_t>(elements()) * dtype_size(dtype); }
};

using SafetensorsMetadata = std::map<std::string, std::string>;

/// Writes tensors and text metadata as one safetensors file, atomically. The data section starts at a multiple of 64 bytes and each tensor
/// at a multiple of its element size, so that a memory map can be used in place.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors, const SafetensorsMetadata& metadata);

/// A safetensors file, memory-mapped read-only. Everything in the header is checked before it is used: DataError names the file and what is
/// wrong (truncated, sizes that overflow or overlap the end, unknown type).
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
  void parse();
  std::filesystem::path path_;
  const std::byte* map_ = nullptr;
  size_t size_ = 0;
  std::vector<TensorView> tensors_;
  SafetensorsMetadata metadata_;
};

}  // namespace tnn
