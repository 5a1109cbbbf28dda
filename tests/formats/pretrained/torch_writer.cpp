#include "formats/pretrained/torch_writer.h"

#include <minizip/zip.h>

#include <cstring>
#include <map>

#include "core/atomic_file.h"

namespace {

std::string little(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}

std::string storage_bytes(const std::vector<float>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

std::map<std::string, std::vector<float>> storages(const std::vector<WrittenTensor>& tensors) {
  std::map<std::string, std::vector<float>> all;
  for (const WrittenTensor& tensor : tensors) all[tensor.storage] = tensor.numbers;
  return all;
}

void add_member(zipFile archive, const std::string& name, const std::string& content, bool compressed) {
  zip_fileinfo info{};
  zipOpenNewFileInZip(archive, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, compressed ? Z_DEFLATED : 0,
                      compressed ? Z_BEST_SPEED : 0);
  zipWriteInFileInZip(archive, content.data(), static_cast<unsigned>(content.size()));
  zipCloseFileInZip(archive);
}

}  // namespace

void write_tensor(PickleWriter& to, const WrittenTensor& tensor) {
  to.text(tensor.name).global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage").global("torch", tensor.type);
  to.text(tensor.storage).text("cpu").integer(static_cast<int64_t>(tensor.numbers.size())).op("tQ").integer(tensor.offset);
  to.tuple(tensor.shape).tuple(tensor.strides).op("\x89").global("collections", "OrderedDict").op(")RtR");
}

void write_state_dict(PickleWriter& to, const std::vector<WrittenTensor>& tensors) {
  to.global("collections", "OrderedDict").op(")R(");
  for (const WrittenTensor& tensor : tensors) write_tensor(to, tensor);
  to.op("u").op("}").text("_metadata").op("Nsb");  // attributes of the OrderedDict
}

PickleWriter& PickleWriter::op(const std::string& raw) {
  bytes_ += raw;
  return *this;
}
PickleWriter& PickleWriter::text(const std::string& text) { return op("X" + little(text.size(), 4) + text); }
PickleWriter& PickleWriter::integer(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  return value == static_cast<int32_t>(value) ? op("J" + little(bits, 4)) : op("\x8a\x08" + little(bits, 8));
}
PickleWriter& PickleWriter::tuple(const std::vector<int64_t>& values) {
  op("(");
  for (const int64_t value : values) integer(value);
  return op("t");
}
PickleWriter& PickleWriter::global(const std::string& module, const std::string& name) { return op("c" + module + "\n" + name + "\n"); }

std::string pickled_state_dict(const std::vector<WrittenTensor>& tensors) {
  PickleWriter to;
  to.op("}(").text("epoch").integer(3).text("state_dict");
  write_state_dict(to, tensors);
  return to.text("arch").text("small").op("u").finish();
}

void write_torch_zip(const std::filesystem::path& path, const std::string& pickle, const std::vector<WrittenTensor>& tensors,
                     bool compressed) {
  const zipFile archive = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
  add_member(archive, "net/data.pkl", pickle, compressed);
  add_member(archive, "net/byteorder", "little", compressed);
  for (const auto& [key, numbers] : storages(tensors)) add_member(archive, "net/data/" + key, storage_bytes(numbers), compressed);
  add_member(archive, "net/version", "3\n", compressed);
  zipClose(archive, nullptr);
}

void write_torch_legacy(const std::filesystem::path& path, const std::string& pickle, const std::vector<WrittenTensor>& tensors) {
  std::string bytes = PickleWriter().op(std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 12)).finish();
  bytes += PickleWriter().integer(1001).finish();
  bytes += PickleWriter().op("}(").text("little_endian").op("\x88u").finish() + pickle;
  PickleWriter keys;
  keys.op("](");
  for (const auto& [key, numbers] : storages(tensors)) keys.text(key);
  bytes += keys.op("e").finish();
  for (const auto& [key, numbers] : storages(tensors)) bytes += little(numbers.size(), 8) + storage_bytes(numbers);
  tnn::write_file_atomically(path, bytes);
}

std::vector<WrittenTensor> example_tensors() {
  const std::vector<float> shared{1, 2, 3, 4, 5, 6, 7, 8};
  return {{"module.conv.weight", "0", shared, 0, {2, 3}, {3, 1}},
          {"module.conv.turned", "1", {1, 2, 3, 4, 5, 6}, 0, {2, 3}, {1, 2}},
          {"module.conv.bias", "0", shared, 6, {2}, {1}}};
}
