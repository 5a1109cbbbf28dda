#include "formats/pretrained/torch_file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "formats/pretrained/torch_writer.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

using Write = void (*)(const std::filesystem::path&, const std::string&, const std::vector<WrittenTensor>&);
const std::vector<Write> kForms{[](const std::filesystem::path& path, const std::string& pickle,
                                   const std::vector<WrittenTensor>& tensors) { write_torch_zip(path, pickle, tensors); },
                                write_torch_legacy};

std::vector<float> numbers(const TensorView& view) {
  std::vector<float> values(static_cast<size_t>(view.elements()));
  std::memcpy(values.data(), view.data, view.bytes());
  return values;
}

/// Without waiting for the disk.
void write_quickly(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Whether `tensor` is one of `written` with all its numbers.
bool is_as_written(const TensorView& tensor, const TensorFile& written) {
  const TensorView* same = written.find(tensor.name);
  return same && same->dtype == tensor.dtype && same->shape == tensor.shape && std::memcmp(same->data, tensor.data, tensor.bytes()) == 0;
}

/// Of a tensor of a damaged file: its size is its shape's, and each of its numbers stands in `file`, so that none was read elsewhere.
void check_lies_in(const std::string& file, const TensorView& tensor) {
  size_t elements = 1;
  for (const int64_t size : tensor.shape) {
    REQUIRE(size >= 0);
    elements *= static_cast<size_t>(size);
  }
  const size_t each = dtype_bits(tensor.dtype) / 8;
  CHECK(tensor.bytes() == elements * each);
  const auto* numbers = reinterpret_cast<const char*>(tensor.data);
  for (size_t i = 0; i < elements; ++i) REQUIRE(file.find(std::string_view(numbers + i * each, each)) != std::string::npos);
}

/// What a file with one bit turned gave: an error, other tensors, or those that were written.
enum class Damage { refused, other, as_written };

/// Reads `path` of the content `bytes`, which is `written` but for one bit. A flaw that shows is told by a DataError with the file's name;
/// one that does not has changed one tensor at most, or its name.
Damage read_damaged(const std::filesystem::path& path, const std::string& bytes, const TensorFile& written) {
  try {
    const TensorFile read = read_torch_file(path);
    for (const TensorView& tensor : read.tensors) check_lies_in(bytes, tensor);
    const auto as_written =
        std::count_if(read.tensors.begin(), read.tensors.end(), [&](const auto& t) { return is_as_written(t, written); });
    CHECK(static_cast<size_t>(as_written) + 1 >= written.tensors.size());
    CHECK(read.tensors.size() <= written.tensors.size());
    return static_cast<size_t>(as_written) == written.tensors.size() ? Damage::as_written : Damage::other;
  } catch (const DataError& error) {
    CHECK_THAT(error.what(), ContainsSubstring(path.string()));
    return Damage::refused;
  }
}

void check_refused(const std::string& pickle, const std::string& why, const std::vector<WrittenTensor>& tensors = example_tensors()) {
  const TemporaryFolder folder;
  for (const Write write : kForms) {
    const auto path = folder.path() / "net.pth";
    write(path, pickle, tensors);
    CHECK_THROWS_WITH(read_torch_file(path), ContainsSubstring("net.pth") && ContainsSubstring(why));
    CHECK_THROWS_AS(read_torch_file(path), DataError);
  }
}

}  // namespace

TEST_CASE("both forms of PyTorch files give the tensors of their state_dict row by row") {
  const TemporaryFolder folder;
  for (const Write write : kForms) {
    const auto path = folder.path() / "net.pth";
    write(path, pickled_state_dict(example_tensors()), example_tensors());
    const TensorFile file = read_tensor_file(path);
    REQUIRE(file.tensors.size() == 3);
    REQUIRE(file.find("module.conv.weight"));
    CHECK(file.find("module.conv.weight")->shape == std::vector<int64_t>{2, 3});
    CHECK(numbers(*file.find("module.conv.weight")) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(numbers(*file.find("module.conv.turned")) == std::vector<float>{1, 3, 5, 2, 4, 6});
    CHECK(numbers(*file.find("module.conv.bias")) == std::vector<float>{7, 8});
    CHECK_FALSE(file.find("epoch"));
  }
}

TEST_CASE("a safetensors file is known by its content") {
  const TemporaryFolder folder;
  const std::vector<float> values{1, 2};
  for (size_t extra : {0u, 60u, 100u, 120u, 130u}) {  // headers of many lengths, also such that the first byte is a pickle's
    const auto path = folder.path() / "net.pth";
    write_safetensors(path, {{"a", DType::f32, {2}, reinterpret_cast<const std::byte*>(values.data())}},
                      {{"note", std::string(extra, 'x')}});
    const TensorFile file = read_tensor_file(path);
    REQUIRE(file.find("a"));
    CHECK(numbers(*file.find("a")) == values);
  }
  const auto text = folder.path() / "text.pth";
  write_file_atomically(text, "no tensors at all");
  CHECK_THROWS_AS(read_tensor_file(text), DataError);
  CHECK_THROWS_WITH(read_tensor_file(folder.path() / "absent.pth"), ContainsSubstring("absent.pth"));
}

TEST_CASE("a file that would have to be executed is refused by the name of what it calls") {
  const auto tensors = example_tensors();
  const std::string called = PickleWriter().global("os", "system").text("true").op("\x85R").finish();
  check_refused(called, "'os.system'");
  const std::string hidden = PickleWriter().op("}(").text("state_dict").op("}").text("x").global("builtins", "eval").op("u").finish();
  check_refused(hidden, "'builtins.eval'");
  check_refused(PickleWriter().text("torch.nn.modules.conv").text("Conv2d").op("\x93)\x81").finish(), "'torch.nn.modules.conv.Conv2d'");
  check_refused(PickleWriter().op("}").finish(), "holds no state_dict", {});
  check_refused(PickleWriter().op("\x82").text("x").finish(), "opcode 0x82");
}

namespace {

/// A dictionary's entry that is an object of a class, with attributes.
void write_object(PickleWriter& to, const std::string& key, const std::string& module, const std::string& name) {
  to.text(key).global(module, name).op(")\x81}").text("lr").integer(1).op("sb");
}

std::vector<WrittenTensor> renamed(const std::string& prefix, float first) {
  return {{prefix + "weight", prefix, {first, 2, 3, 4}, 0, {2, 2}, {2, 1}}};
}

/// What people save beside the weights: a tensor, numbers of NumPy, a set, objects of many classes, an optimizer with tensors.
PickleWriter checkpoint_beside() {
  PickleWriter to;
  to.op("}(").text("epoch").integer(3);
  write_tensor(to, {"best_acc1", "best", {71.5f}, 0, {}, {}});
  to.text("score").global("numpy.core.multiarray", "scalar").global("numpy", "dtype").text("f8").op("\x89\x88\x87R");
  to.op(std::string("C\x08\0\0\0\0\0\0\xf0\x3f", 10)).op("\x86R");
  to.text("seen").global("builtins", "set").op("](").integer(1).integer(2).op("e\x85R");
  write_object(to, "args", "argparse", "Namespace");
  write_object(to, "scheduler", "mine.schedulers", "Cosine");
  to.text("path").global("pathlib", "PosixPath").text("runs").op("\x85R");
  to.text("optimizer").op("}").text("state").op("}").integer(0).op("}");
  write_tensor(to, {"exp_avg", "exp", {1, 2}, 0, {2}, {1}});
  return to.op("sss");
}

}  // namespace

TEST_CASE("a state_dict is found beside all that checkpoints hold") {
  const TemporaryFolder folder;
  for (const Write write : kForms)
    for (const char* name : {"state_dict", "model_state_dict", "model", "net", "network", "params"}) {
      PickleWriter to = checkpoint_beside();
      to.text(name);
      write_state_dict(to, renamed("a.", 1));
      to.text("state_dict_ema");
      write_state_dict(to, renamed("b.", 5));
      auto all = renamed("a.", 1);
      all.insert(all.end(), {renamed("b.", 5).front(), {"", "best", {71.5f}, 0, {}, {}}, {"", "exp", {1, 2}, 0, {}, {}}});
      const auto path = folder.path() / "checkpoint.pth";
      write(path, to.op("u").finish(), all);
      const TensorFile file = read_tensor_file(path);
      CHECK(file.entry == name);
      REQUIRE(file.tensors.size() == 1);
      CHECK(numbers(*file.find("a.weight")) == std::vector<float>{1, 2, 3, 4});
      CHECK(file.other_entries == std::vector<std::string>{"state_dict_ema"});
      const TensorFile averages = read_tensor_file(path, "state_dict_ema");
      REQUIRE(averages.tensors.size() == 1);
      CHECK(numbers(*averages.find("b.weight")) == std::vector<float>{5, 2, 3, 4});
      CHECK_THROWS_AS(read_tensor_file(path, "ema"), UsageError);
      CHECK_THROWS_WITH(read_tensor_file(path, "ema"), ContainsSubstring("pretrained_entry") && ContainsSubstring("state_dict_ema"));
    }
}

TEST_CASE("a state_dict inside another entry is found, and named by both keys") {
  const TemporaryFolder folder;
  PickleWriter to;
  to.op("}(").text("model").op("}").text("state_dict");
  write_state_dict(to, renamed("a.", 1));
  to.op("s").text("ema").op("}(").text("decay").integer(1).text("shadow");
  write_state_dict(to, renamed("b.", 5));
  auto all = renamed("a.", 1);
  all.push_back(renamed("b.", 5).front());
  const auto path = folder.path() / "nested.pth";
  write_torch_zip(path, to.op("uu").finish(), all);
  CHECK(read_tensor_file(path).entry == "model.state_dict");
  CHECK(read_tensor_file(path, "model").find("a.weight"));
  CHECK(read_tensor_file(path).other_entries == std::vector<std::string>{"ema.shadow"});
  for (const char* entry : {"ema.shadow", "ema"}) {
    CHECK(read_tensor_file(path, entry).find("b.weight"));
    CHECK(read_tensor_file(path, entry).entry == "ema.shadow");
  }
  CHECK_THROWS_AS(read_tensor_file(path, "ema.decay"), UsageError);
}

TEST_CASE("averages of weights are taken only where they are asked for") {
  PickleWriter to;
  to.op("}(").text("model_ema");
  write_state_dict(to, example_tensors());
  check_refused(to.op("u").finish(), "there are tensors under model_ema: name one by model.pretrained_entry");
  PickleWriter beside;  // a single tensor at the top does not make it a state_dict
  beside.op("}(").text("epoch").integer(3).text("lr").integer(1);
  write_tensor(beside, {"best_acc1", "0", {1}, 0, {}, {}});
  beside.text("ema").op("}").text("shadow");
  write_state_dict(beside, example_tensors());
  check_refused(beside.op("su").finish(), "there are tensors under ema.shadow: name one by model.pretrained_entry");
}

TEST_CASE("a whole network is refused by its class, with how to save the weights alone") {
  PickleWriter alone;
  alone.global("mine.models", "ResNet").op(")\x81}(").text("_modules").op("}").text("_parameters").op("}(");
  for (const WrittenTensor& tensor : example_tensors()) write_tensor(alone, tensor);
  alone.op("uub");
  for (const char* what : {"whole network", "'mine.models.ResNet'", "torch.save(model.state_dict(), \"weights.pth\")"})
    check_refused(PickleWriter(alone).finish(), what);
}

TEST_CASE("tensors of every type of storage are read as what they are") {
  const TemporaryFolder folder;
  const std::vector<std::pair<const char*, DType>> types{{"IntStorage", DType::i32}, {"FloatStorage", DType::f32}};
  for (const auto& [type, dtype] : types) {
    std::vector<WrittenTensor> tensors{{"a", "0", {1, 2}, 0, {2}, {1}, type}};
    write_torch_zip(folder.path() / "t.pth", pickled_state_dict(tensors), tensors);
    CHECK(read_tensor_file(folder.path() / "t.pth").find("a")->dtype == dtype);
  }
  std::vector<WrittenTensor> tensors{{"a", "0", {1, 2}, 0, {2}, {1}}, {"q", "1", {1, 2}, 0, {2}, {1}, "QInt32Storage"}};
  write_torch_zip(folder.path() / "t.pth", pickled_state_dict(tensors), tensors);
  const TensorFile file = read_tensor_file(folder.path() / "t.pth");
  CHECK(file.tensors.size() == 1);
  CHECK(file.unreadable.at("q") == "is of type QInt32Storage");
}

TEST_CASE("what is no file of weights is said") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "weights.pth";
  const auto check = [&](const std::string& bytes, const std::string& what) {
    write_file_atomically(path, bytes);
    CHECK_THROWS_AS(read_tensor_file(path), DataError);
    CHECK_THROWS_WITH(read_tensor_file(path),
                      ContainsSubstring(path.string()) && ContainsSubstring(what) && ContainsSubstring("state_dict()"));
  };
  check("", "it is empty");
  check("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull");
  check("\n<!DOCTYPE html><html>not found</html>", "a page of HTML");
  check("{\"epoch\": 3}", "JSON");
  check(std::string("\x1f\x8b\x08\0", 4), "gunzip");
  check(std::string(257, '\0') + "ustar", "tar archive");
  check("\x80\x02}.", "torch.save");
  write_torch_zip(path, "", {});
  const std::string zip = read_file(path);
  check(zip.substr(0, zip.size() - 30), "");
}

TEST_CASE("a file that is cut off anywhere is an error") {
  const TemporaryFolder folder;
  for (const Write write : kForms) {
    const auto path = folder.path() / "net.pth", cut = folder.path() / "cut.pth";
    write(path, pickled_state_dict(example_tensors()), example_tensors());
    const std::string bytes = read_file(path);
    for (size_t size = 0; size < bytes.size(); ++size) {
      write_quickly(cut, bytes.substr(0, size));
      INFO(size << " of " << bytes.size());
      REQUIRE_THROWS_AS(read_torch_file(cut), DataError);
    }
  }
}

TEST_CASE("a file with any one bit turned is refused by name or differs in one tensor at most") {
  const TemporaryFolder folder;
  for (const Write write : kForms) {
    const auto path = folder.path() / "net.pth", turned = folder.path() / "turned.pth";
    write(path, pickled_state_dict(example_tensors()), example_tensors());
    const TensorFile written = read_torch_file(path);
    const std::string bytes = read_file(path);
    std::map<Damage, size_t> counts;
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      std::string other = bytes;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
      write_quickly(turned, other);
      INFO("bit " << bit << " of " << bytes.size() << " bytes");
      ++counts[read_damaged(turned, other, written)];
    }
    CHECK(counts[Damage::refused] > 0);
    CHECK(counts[Damage::as_written] > 0);
    const bool has_checksums = bytes.substr(0, 2) == "PK";  // of its members; the older form has none
    CHECK((counts[Damage::other] == 0) == has_checksums);
  }
}

TEST_CASE("tensors that reach beyond their storage are refused") {
  const auto refused = [](WrittenTensor tensor, const std::string& why) { check_refused(pickled_state_dict({tensor}), why, {tensor}); };
  const std::vector<float> six{1, 2, 3, 4, 5, 6};
  refused({"far", "0", six, 1, {2, 3}, {3, 1}}, "'far'");
  refused({"far", "0", six, 6, {1}, {1}}, "larger than its storage");
  refused({"wide", "0", six, 0, {7}, {1}}, "larger than its storage");
  refused({"stretched", "0", six, 0, {2}, {6}}, "larger than its storage");
  refused({"repeated", "0", six, 0, {2000000000, 2000000000}, {0, 0}}, "larger than its storage");
  refused({"repeated", "0", six, 0, {1 << 30, 1 << 30, 1 << 30, 1 << 30}, {0, 0, 0, 0}}, "larger than its storage");
  refused({"negative", "0", six, 0, {-2}, {1}}, "no count");
  refused({"negative", "0", six, -1, {2}, {1}}, "no count");
  refused({"odd", "0", six, 0, {2, 3}, {1}}, "strides");
}

TEST_CASE("offsets, strides and sizes that overflow 64 bits are refused") {
  constexpr int64_t most = std::numeric_limits<int64_t>::max(), half = int64_t{1} << 62, wide = int64_t{1} << 32;
  const std::vector<float> six{1, 2, 3, 4, 5, 6};
  const auto refused = [&](int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides, const char* why) {
    const WrittenTensor tensor{"hostile", "0", six, offset, shape, strides};
    check_refused(pickled_state_dict({tensor}), why, {tensor});
  };
  refused(most, {2}, {1}, "larger than its storage");            // offset + extent
  refused(most, {1}, {1}, "larger than its storage");            // offset + 1
  refused(half, {1}, {half}, "larger than its storage");         // in bytes
  refused(1, {2}, {most}, "larger than its storage");            // offset + stride
  refused(0, {3}, {half}, "larger than its storage");            // stride * (size - 1)
  refused(0, {2, 2}, {half, half}, "larger than its storage");   // the sum of both
  refused(0, {wide, wide}, {0, 0}, "larger than its storage");   // the count is 0 modulo 2^64
  refused(0, {half, 4}, {0, 0}, "larger than its storage");      // likewise
  refused(0, {half + 1, 4}, {0, 0}, "larger than its storage");  // the bytes are 16 modulo 2^64
  refused(0, {most}, {0}, "larger than its storage");
  refused(0, {0, half, 4}, {1, 1, 1}, "a shape that is none");  // empty, but what is not is no number
  refused(std::numeric_limits<int64_t>::min(), {2}, {1}, "no count");
  refused(0, {2}, {-1}, "no count");
}

TEST_CASE("a compressed ZIP archive and one of something else are refused") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "net.pth";
  write_torch_zip(path, pickled_state_dict(example_tensors()), example_tensors(), true);
  CHECK_THROWS_WITH(read_torch_file(path), ContainsSubstring("compressed"));
}

TEST_CASE("the CIFAR ResNet-20 in PyTorch's older form is read as it is") {
  const char* data = std::getenv("TNN_DATA");
  const auto path = std::filesystem::path(data ? data : "") / "pretrained" / "resnet20-12fca82f.th";
  if (!data || !std::filesystem::exists(path)) TNN_SKIP("TNN_DATA names no folder with pretrained/resnet20-12fca82f.th");
  const TensorFile file = read_tensor_file(path);
  int64_t count = 0;
  for (const TensorView& tensor : file.tensors) {
    for (const float value : numbers(tensor)) REQUIRE(std::isfinite(value));
    const std::string& name = tensor.name;
    if (name.find("running_") == std::string::npos) count += tensor.elements();
  }
  CHECK(count == 269722);
  REQUIRE(file.find("module.conv1.weight"));
  CHECK(file.find("module.conv1.weight")->shape == std::vector<int64_t>{16, 3, 3, 3});
  CHECK(file.find("module.linear.bias")->shape == std::vector<int64_t>{10});
}
