#include "formats/pretrained/torch_file.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>

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

/// Reads every number of a file that may be damaged: an Error or a sum, anything else is a fault of the reader.
void read_all(const std::filesystem::path& path) {
  try {
    double sum = 0;
    for (const TensorView& tensor : read_torch_file(path).tensors)
      for (size_t i = 0; i < tensor.bytes(); ++i) sum += static_cast<double>(tensor.data[i]);
    CHECK(std::isfinite(sum));
  } catch (const Error&) {
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
  check_refused(PickleWriter().op("i").text("x").finish(), "opcode 0x69");
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

TEST_CASE("a file with any one bit turned is read or refused") {
  const TemporaryFolder folder;
  for (const Write write : kForms) {
    const auto path = folder.path() / "net.pth", turned = folder.path() / "turned.pth";
    write(path, pickled_state_dict(example_tensors()), example_tensors());
    const std::string bytes = read_file(path);
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      std::string other = bytes;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
      write_quickly(turned, other);
      INFO("bit " << bit);
      read_all(turned);
    }
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
