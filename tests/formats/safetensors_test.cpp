#include "formats/safetensors.h"

#include <cstring>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random_stream.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {
std::filesystem::path write_example(const TemporaryFolder& folder) {
  static const std::vector<float> weights{1, 2, 3, 4, 5, 6};
  static const std::vector<uint8_t> bytes{7, 8, 9};
  const auto path = folder.path() / "example.safetensors";
  write_safetensors(path,
                    {{"bytes", DType::u8, {3}, reinterpret_cast<const std::byte*>(bytes.data())},
                     {"weights", DType::f32, {2, 3}, reinterpret_cast<const std::byte*>(weights.data())},
                     {"scalar", DType::f32, {}, reinterpret_cast<const std::byte*>(weights.data())},
                     {"empty", DType::f32, {0, 4}, reinterpret_cast<const std::byte*>(weights.data())}},
                    {{"note", "a \"quoted\" text"}});
  return path;
}
}  // namespace

TEST_CASE("tensors and metadata survive a safetensors file") {
  const TemporaryFolder folder;
  const SafetensorsFile file(write_example(folder));
  REQUIRE(file.tensors().size() == 4);
  REQUIRE(file.find("weights"));
  CHECK(file.find("weights")->shape == std::vector<int64_t>{2, 3});
  CHECK(reinterpret_cast<const float*>(file.find("weights")->data)[5] == 6.0f);
  CHECK(file.find("empty")->elements() == 0);
  CHECK(file.find("scalar")->elements() == 1);
  CHECK(reinterpret_cast<const uint8_t*>(file.find("bytes")->data)[2] == 9);
  CHECK(file.metadata().at("note") == "a \"quoted\" text");
  CHECK_FALSE(file.find("absent"));
}

TEST_CASE("a truncated safetensors file is a data error at every length") {
  const TemporaryFolder folder;
  const std::string whole = read_file(write_example(folder));
  for (size_t length = 0; length < whole.size(); length += 3) {
    write_file_atomically(folder.path() / "short", whole.substr(0, length));
    REQUIRE_THROWS_AS(SafetensorsFile(folder.path() / "short"), DataError);
  }
}

TEST_CASE("a damaged safetensors header is a data error or reads within the file, never a crash") {
  const TemporaryFolder folder;
  const std::string whole = read_file(write_example(folder));
  RandomStream random(5);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    bytes[random.below(bytes.size() / 2)] = static_cast<char>(random.below(256));
    write_file_atomically(folder.path() / "damaged", bytes);
    try {
      const SafetensorsFile file(folder.path() / "damaged");
      for (const TensorView& tensor : file.tensors())
        for (size_t k = 0; k < tensor.bytes(); ++k) CHECK((tensor.data[k] == tensor.data[k]));
    } catch (const DataError&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("a header that is none is told by place and tensor and in plain words") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "damaged.safetensors";
  const auto refused = [&](const std::string& header, const std::string& why) {
    const uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    write_file_atomically(path, bytes + header + std::string(16, '\0'));
    CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring(path.string()) && ContainsSubstring(why) && !ContainsSubstring("json."));
    CHECK_THROWS_AS(SafetensorsFile(path), DataError);
  };
  refused("{\"a\": \n x}", "not JSON: line 2, column 2: unexpected 'x'");
  refused("[]", "the header is not an object");
  refused(R"({"a": []})", "'a': a list or single value where an object is expected");
  refused(R"({"a": {"dtype": "F32"}})", "'a': key 'shape' not found");
  refused(R"({"a": {"dtype": 4, "shape": [1], "data_offsets": [0, 4]}})", "'a': a value has another type");
  refused(R"({"a": {"dtype": "F8", "shape": [1], "data_offsets": [0, 4]}})", "'a': it has type F8");
  refused(R"({"a": {"dtype": "F32", "shape": [2.5], "data_offsets": [0, 4]}})", "'a': '2.5' is not an integer");
  refused(R"({"__metadata__": {"a": 1}})", "'__metadata__': a value has another type");
  refused("{\"a\": {\"dtype\": \"F32\", \"shape\": " + std::string(300000, '[') + std::string(300000, ']') + "}}", "nested more than");
}

TEST_CASE("sizes that overflow are refused") {
  const TemporaryFolder folder;
  std::string header = R"({"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}})";
  const uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  write_file_atomically(folder.path() / "overflow", bytes + header);
  CHECK_THROWS_WITH(SafetensorsFile(folder.path() / "overflow"), ContainsSubstring("'w'"));
}
