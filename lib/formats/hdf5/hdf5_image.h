#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tnn {

/// An HDF5 file built in memory, so that the library never meets a full disk: its bytes are then written like any other file.
/// Hdf5Error where HDF5 refuses; several threads may have one each. Names may have folders, which are created ("epochs/epoch").
class Hdf5Image {
 public:
  using Shape = std::vector<uint64_t>;

  Hdf5Image();
  ~Hdf5Image();
  Hdf5Image(const Hdf5Image&) = delete;
  Hdf5Image& operator=(const Hdf5Image&) = delete;

  /// A dataset of as many values as its shape has, row-major, with the attributes `unit` and `description`.
  void add(const std::string& name, const Shape& shape, std::span<const double> values, const std::string& unit,
           const std::string& description);
  void add(const std::string& name, const Shape& shape, std::span<const float> values, const std::string& unit,
           const std::string& description);
  void add(const std::string& name, const Shape& shape, std::span<const int64_t> values, const std::string& unit,
           const std::string& description);
  void add(const std::string& name, const Shape& shape, std::span<const std::string> values, const std::string& description);
  /// An attribute of the file.
  void attribute(const std::string& name, const std::string& value);

  /// The file's bytes.
  std::string bytes() const;

 private:
  int64_t file_;  ///< HDF5's identifier
};

}  // namespace tnn
