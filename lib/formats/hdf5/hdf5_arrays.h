#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tnn {

/// An HDF5 file that Hdf5Image wrote, open for reading. Hdf5Error where the file or a dataset is not there, is damaged, or is of another
/// type.
class Hdf5Arrays {
 public:
  explicit Hdf5Arrays(const std::filesystem::path& file);
  ~Hdf5Arrays();
  Hdf5Arrays(const Hdf5Arrays&) = delete;
  Hdf5Arrays& operator=(const Hdf5Arrays&) = delete;

  /// Whether there is such a dataset in a group that is there.
  bool has(const std::string& name) const;
  std::vector<uint64_t> shape(const std::string& name) const;
  std::vector<float> floats(const std::string& name) const;
  std::vector<double> doubles(const std::string& name) const;
  std::vector<int64_t> integers(const std::string& name) const;
  /// A text attribute of the file.
  std::string attribute(const std::string& name) const;

 private:
  template <typename T>
  std::vector<T> read(const std::string& name, int64_t native) const;
  int64_t file_;  ///< HDF5's identifier
};

}  // namespace tnn
