#include "formats/pretrained/torch_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/printable.h"
#include "formats/file_content.h"
#include "formats/pretrained/state_dict.h"
#include "formats/pretrained/zip_archive.h"

namespace tnn {
namespace {

using Kind = PickleValue::Kind;
constexpr std::string_view kZipSignature("PK\x03\x04", 4), kPickleSignature("\x80", 1);
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr int64_t kLegacyProtocol = 1001;
constexpr std::string_view kHowToSave =
    "what is read: weights alone, as torch.save(model.state_dict(), \"weights.pth\") or safetensors writes them";
constexpr uint64_t kMostElements = uint64_t{1} << 56;

/// Everything that the views of a file point into.
struct Memory {
  std::string file;
  std::map<std::string, std::string> storages;
  std::list<std::string> copies;
};

// ---- today's form

/// What an archive without data.pkl is.
std::string other_archive(const ZipArchive& archive) {
  const auto names = archive.names();
  const bool arrays = std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.ends_with(".npy"); });
  if (arrays) return "it is a NumPy archive (.npz)";
  if (names.empty()) return "it is an empty ZIP archive";
  return fmt::format("it is a ZIP archive of other files ({}{}): if they are weights, unpack it first", printable_beginning(names.front()),
                     names.size() > 1 ? ", ..." : "");
}

TensorFile read_zip(const std::filesystem::path& path, const std::string& entry) {
  const ZipArchive archive(path);
  const std::string file = path.string(), pickle_name = "/data.pkl";
  std::string folder;
  for (const std::string& name : archive.names())
    if (name.size() > pickle_name.size() && name.compare(name.size() - pickle_name.size(), pickle_name.size(), pickle_name) == 0)
      folder = name.substr(0, name.size() - pickle_name.size() + 1);
  if (folder.empty()) throw DataError(fmt::format("'{}' was not written by torch.save: {}", file, other_archive(archive)));
  if (archive.has(folder + "constants.pkl"))
    throw DataError(fmt::format("'{}' is a TorchScript program, which would have to be executed", file));
  if (archive.has(folder + "byteorder") && archive.read(folder + "byteorder") != "little")
    throw DataError(fmt::format("'{}' was written on a machine of other byte order", file));

  const auto memory = std::make_shared<Memory>();
  memory->file = archive.read(folder + "data.pkl");
  size_t position = 0;
  const Pickle pickle(memory->file, position, {}, file, UnknownGlobals::keep);
  CheckpointEntry chosen = find_state_dict(pickle, entry, file);
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
  read_state_dict(std::move(chosen), file, {content, file_bytes, &memory->copies}, result);
  result.memory = memory;
  return result;
}

// ---- the older stream: magic number, protocol, system, object, list of storages, then each storage as count and numbers

/// Reads the parts of such a stream one after another. DataError, naming the file, where they are not as torch.save writes them.
class LegacyStream {
 public:
  LegacyStream(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Pickle next() { return Pickle(bytes_, position_, {}, file_, UnknownGlobals::keep); }

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
      if (type == types.end()) fail(fmt::format("storage '{}' belongs to no tensor", printable_beginning(key->text)));
      uint64_t elements = 0;
      if (bytes_.size() - position_ < sizeof elements) fail("its storages are cut off (truncated?)");
      std::memcpy(&elements, bytes_.data() + position_, sizeof elements);
      position_ += sizeof elements;
      const size_t each = torch_element_size(type->second);
      if (each == 0) fail(fmt::format("storage '{}' is of the unknown type {}", printable_beginning(key->text), printable_beginning(type->second)));
      if (elements > kMostElements || elements * each > bytes_.size() - position_)
        fail(fmt::format("storage '{}' of {} numbers is cut off (truncated?)", printable_beginning(key->text), elements));
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

TensorFile read_legacy(const std::filesystem::path& path, const std::string& entry) {
  const auto memory = std::make_shared<Memory>();
  memory->file = read_file(path);
  const std::string file = path.string();
  LegacyStream stream(memory->file, file);
  stream.check_magic();
  const Pickle object = stream.next();
  CheckpointEntry chosen = find_state_dict(object, entry, file);
  std::map<std::string, std::string> types;
  for (const PickleValue& value : object.values())
    if (value.is(Kind::persistent) && is_torch_storage(value)) {
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
  read_state_dict(std::move(chosen), file, {content, memory->file.size(), &memory->copies}, result);
  result.memory = memory;
  return result;
}

}  // namespace

const TensorView* TensorFile::find(const std::string& name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const TensorView& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

TensorFile read_torch_file(const std::filesystem::path& path, const std::string& entry) {
  const bool zip = leading_bytes(path, kZipSignature.size()) == kZipSignature;
  try {
    return zip ? read_zip(path, entry) : read_legacy(path, entry);
  } catch (const DataError& error) {
    throw DataError(error.what() + ("\n  " + std::string(kHowToSave)));
  }
}

TensorFile read_tensor_file(const std::filesystem::path& path, const std::string& entry) {
  const std::string start = leading_bytes(path, 9);
  const bool zip = start.substr(0, kZipSignature.size()) == kZipSignature;
  // A safetensors file begins with the length of its header, whose lowest byte may be that of a pickle; a brace follows the length.
  const bool has_header = start.size() == 9 && start.back() == '{';
  if (zip || (!has_header && start.substr(0, 1) == kPickleSignature)) return read_torch_file(path, entry);
  if (const std::string content = has_header ? "" : recognised_content(path, false); !content.empty())
    throw DataError(fmt::format("'{}' holds no weights: {}\n  {}", path.string(), content, kHowToSave));
  if (!entry.empty())
    throw UsageError(
        fmt::format("model.pretrained_entry: '{}' is a safetensors file, which has no entries (allowed: empty)", path.string()));
  const auto file = std::make_shared<SafetensorsFile>(path);
  return {file->tensors(), {}, {}, {}, file};
}

}  // namespace tnn
