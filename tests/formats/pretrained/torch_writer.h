#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Writes the byte code of a pickle: what Python's pickle module writes, in the plainest opcodes.
class PickleWriter {
 public:
  PickleWriter() : bytes_("\x80\x02", 2) {}
  PickleWriter& op(const std::string& raw);
  PickleWriter& text(const std::string& text);
  /// In four bytes where they hold it, in eight otherwise.
  PickleWriter& integer(int64_t value);
  PickleWriter& tuple(const std::vector<int64_t>& values);
  PickleWriter& global(const std::string& module, const std::string& name);
  std::string finish() const { return bytes_ + "."; }

 private:
  std::string bytes_;
};

/// A tensor of a test: fp32 numbers of a storage, seen through offset, shape and strides.
struct WrittenTensor {
  std::string name, storage;
  std::vector<float> numbers;  ///< of the storage, which several tensors may share
  int64_t offset = 0;
  std::vector<int64_t> shape, strides;
  std::string type = "FloatStorage";
};

/// Key and value of a dictionary.
void write_tensor(PickleWriter& to, const WrittenTensor& tensor);
/// An OrderedDict of tensors.
void write_state_dict(PickleWriter& to, const std::vector<WrittenTensor>& tensors);

/// A state_dict under "state_dict", beside numbers and texts, as pickled by torch.save.
std::string pickled_state_dict(const std::vector<WrittenTensor>& tensors);

/// Files as torch.save writes them, from the pickle of the object.
void write_torch_zip(const std::filesystem::path& path, const std::string& pickle, const std::vector<WrittenTensor>& tensors,
                     bool compressed = false);
void write_torch_legacy(const std::filesystem::path& path, const std::string& pickle, const std::vector<WrittenTensor>& tensors);

/// Three tensors: one row-major, one transposed, one that shares the first one's storage.
std::vector<WrittenTensor> example_tensors();
