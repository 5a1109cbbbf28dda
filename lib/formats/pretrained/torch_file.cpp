#include "formats/pretrained/torch_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

#include "core/atomic_file.h"
#include "core/error.h"
#include "formats/pretrained/state_dict.h"
#include "formats/pretrained/zip_archive.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;
constexpr std::string_view kZipSignature("PK\x03\x04", 4), kPickleSignature("\x80", 1);
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr int64_t kLegacyProtocol = 1001;
constexpr uint64_t kMostElements = uint64_t{1} << 56;

/// Everything that the views of a file point into.
struct Memory {
  std::string file;
  std::map<std::string, std::string> storages;
  std::list<std::string> copies;
};

std::string leading_bytes(const std::filesystem::path& path, size_t count) {
  std::error_code ignored;  // of a folder on the way that may not be searched: then it is no file either
  std::ifstream stream;
  if (std::filesystem::is_regular_file(path, ignored)) stream.open(path, std::ios::binary);
  std::string bytes(count, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(count));
  if (!stream.is_open() || stream.bad()) throw DataError(fmt::format("cannot read '{}'", path.string()));
  bytes.resize(static_cast<size_t>(stream.gcount()));
  return bytes;
}

// ---- today's form

TensorFile read_zip(const std::filesystem::path& path) {
  const ZipArchive archive(path);
  const std::string file = path.string(), pickle_name = "/data.pkl";
  std::string folder;
  for (const std::string& name : archive.names())
    if (name.size() > pickle_name.size() && name.compare(name.size() - pickle_name.size(), pickle_name.size(), pickle_name) == 0)
      folder = name.substr(0, name.size() - pickle_name.size() + 1);
  if (folder.empty()) throw DataError(fmt::format("'{}' is a ZIP archive without data.pkl: not written by torch.save", file));
  if (archive.has(folder + "constants.pkl"))
    throw DataError(fmt::format("'{}' is a TorchScript program, which would have to be executed: save its state_dict() instead", file));
  if (archive.has(folder + "byteorder") && archive.read(folder + "byteorder") != "little")
    throw DataError(fmt::format("'{}' was written on a machine of other byte order", file));

  const auto memory = std::make_shared<Memory>();
  memory->file = archive.read(folder + "data.pkl");
  size_t position = 0;
  const Pickle pickle(memory->file, position, torch_globals(), file);
  const uint64_t file_bytes = std::filesystem::file_size(path);
  uint64_t read_bytes = 0;
  const auto content = [&](const TorchStorage& storage) -> std::string_view {
    const auto found = memory->storages.find(storage.key);
    if (found != memory->storages.end()) return found->second;
    std::string& stored = memory->storages[storage.key] = archive.read(folder + "data/" + storage.key);
    read_bytes += stored.size();
    if (read_bytes > file_bytes) throw DataError(fmt::format("'{}': its storages are larger than the file", file));
    return stored;
  };
  TensorFile result;
  result.tensors = torch_tensors(pickle.root(), file, content, file_bytes, memory->copies);
  result.memory = memory;
  return result;
}

// ---- the older stream: magic number, protocol, system, object, list of storages, then each storage as count and numbers

/// Reads the parts of such a stream one after another. DataError, naming the file, where they are not as torch.save writes them.
class LegacyStream {
 public:
  LegacyStream(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Pickle next() { return Pickle(bytes_, position_, torch_globals(), file_); }

  void check_magic() {
    const Pickle magic = next();
    if (!magic.root().is(Kind::integer) || magic.root().text != kLegacyMagic)
      throw DataError(fmt::format("'{}' is a pickle, but not one that torch.save wrote", file_));
    const Pickle protocol = next();
    if (!protocol.root().is(Kind::integer) || protocol.root().integer != kLegacyProtocol)
      throw DataError(fmt::format("'{}': torch.save's protocol is not {}", file_, kLegacyProtocol));
    const Pickle system = next();
    const PickleValue* little = system.root().find("little_endian");
    if (little && little->integer == 0) throw DataError(fmt::format("'{}' was written on a machine of other byte order", file_));
  }

  /// The numbers of each storage by its key. `types`: as the tensors say.
  std::map<std::string, std::string_view> storages(const std::map<std::string, std::string>& types) {
    const Pickle keys = next();
    if (!keys.root().is_sequence()) fail("no list of storages follows the tensors");
    std::map<std::string, std::string_view> found;
    for (const PickleValue* key : keys.root().items) {
      if (!key->is(Kind::text)) fail("a storage's name is not text");
      const auto type = types.find(std::string(key->text));
      if (type == types.end()) fail(fmt::format("storage '{}' belongs to no tensor", key->text.substr(0, 100)));
      uint64_t elements = 0;
      if (bytes_.size() - position_ < sizeof elements) fail("its storages are cut off (truncated?)");
      std::memcpy(&elements, bytes_.data() + position_, sizeof elements);
      position_ += sizeof elements;
      const size_t each = torch_element_size(type->second);
      if (elements > kMostElements || elements * each > bytes_.size() - position_)
        fail(fmt::format("storage '{}' of {} numbers is cut off (truncated?)", key->text.substr(0, 100), elements));
      found[type->first] = bytes_.substr(position_, static_cast<size_t>(elements) * each);
      position_ += static_cast<size_t>(elements) * each;
    }
    return found;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(fmt::format("'{}': {}", file_, what)); }
  std::string_view bytes_;
  const std::string& file_;
  size_t position_ = 0;
};

TensorFile read_legacy(const std::filesystem::path& path) {
  const auto memory = std::make_shared<Memory>();
  memory->file = read_file(path);
  const std::string file = path.string();
  LegacyStream stream(memory->file, file);
  stream.check_magic();
  const Pickle object = stream.next();
  std::map<std::string, std::string> types;
  for (const PickleValue& value : object.values())
    if (value.is(Kind::persistent)) {
      const TorchStorage storage = torch_storage(value, file);
      types[storage.key] = storage.type;
    }
  const auto storages = stream.storages(types);
  const auto content = [&](const TorchStorage& storage) {
    const auto found = storages.find(storage.key);
    if (found == storages.end()) throw DataError(fmt::format("'{}' lacks a storage of its tensors (truncated?)", file));
    return found->second;
  };
  TensorFile result;
  result.tensors = torch_tensors(object.root(), file, content, memory->file.size(), memory->copies);
  result.memory = memory;
  return result;
}

}  // namespace

const TensorView* TensorFile::find(const std::string& name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const TensorView& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

TensorFile read_torch_file(const std::filesystem::path& path) {
  return leading_bytes(path, kZipSignature.size()) == kZipSignature ? read_zip(path) : read_legacy(path);
}

TensorFile read_tensor_file(const std::filesystem::path& path) {
  const std::string start = leading_bytes(path, kZipSignature.size());
  if (start == kZipSignature || start.substr(0, 1) == kPickleSignature) {
    // A safetensors file begins with the length of its header, whose lowest byte may be that of a pickle; a brace follows the length.
    const std::string more = leading_bytes(path, 9);
    if (start == kZipSignature || more.size() < 9 || more.back() != '{') return read_torch_file(path);
  }
  const auto file = std::make_shared<SafetensorsFile>(path);
  return {file->tensors(), file};
}

}  // namespace tnn
