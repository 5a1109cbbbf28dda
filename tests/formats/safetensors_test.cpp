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
  refused("[]", "its header does not begin with '{'");
  refused(R"({"a": []})", "'a': a list or single value where an object is expected");
  refused(R"({"a": {"dtype": "F32"}})", "'a': key 'shape' not found");
  refused(R"({"a": {"dtype": 4, "shape": [1], "data_offsets": [0, 4]}})", "'a': a value has another type");
  refused(R"({"a": {"dtype": "F8", "shape": [1], "data_offsets": [0, 4]}})", "'a': unknown type 'F8'");
  refused(R"({"a": {"dtype": "F32", "shape": [2.5], "data_offsets": [0, 4]}})", "'a': '2.5' is not an integer");
  refused(R"({"__metadata__": {"a": 1}})", "'__metadata__': a value has another type");
  refused("{\"a\": {\"dtype\": \"F32\", \"shape\": " + std::string(300000, '[') + std::string(300000, ']') + "}}", "nested more than");
}

namespace {

/// A file of this header and this many bytes of data.
void write_raw(const std::filesystem::path& path, const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  write_file_atomically(path, bytes + header + std::string(data_bytes, '\0'));
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, size_t begin, size_t end) {
  return "\"" + name + R"(": {"dtype": ")" + dtype + R"(", "shape": )" + shape + R"(, "data_offsets": [)" + std::to_string(begin) + ", " +
         std::to_string(end) + "]}";
}

}  // namespace

TEST_CASE("every type of the format is read with its size") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "types.safetensors";
  const std::vector<std::pair<const char*, size_t>> bits{
      {"BOOL", 8}, {"F4", 4},          {"F6_E2M3", 6},     {"F6_E3M2", 6}, {"U8", 8},    {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8},
      {"I16", 16}, {"F8_E8M0", 8},     {"U16", 16},        {"F16", 16},    {"BF16", 16}, {"I32", 32}, {"U32", 32},    {"F32", 32},
      {"C64", 64}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"F64", 64},    {"I64", 64},  {"U64", 64}};
  for (const auto& [name, size] : bits) {
    INFO(name);
    write_raw(path, "{" + entry("a", name, "[2, 4]", 0, size) + "}", size);
    const SafetensorsFile file(path);
    CHECK(dtype_name(file.find("a")->dtype) == name);
    CHECK(file.find("a")->bytes() == size);
    write_raw(path, "{" + entry("a", name, "[2, 4]", 0, size + 1) + "}", size + 1);
    CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("'a'") && ContainsSubstring("take"));
  }
  write_raw(path, "{" + entry("a", "F4", "[3]", 0, 2) + "}", 2);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("whole number of bytes"));
}

TEST_CASE("tensors cover the data without holes, overlaps and bytes behind them, in any order of names") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "places.safetensors";
  const auto two = [&](size_t a, size_t b, size_t bytes) {
    write_raw(path, "{" + entry("a", "F32", "[2]", a, a + 8) + ", " + entry("b", "F32", "[2]", b, b + 8) + "}", bytes);
  };
  two(0, 8, 16);
  CHECK(SafetensorsFile(path).tensors().size() == 2);
  two(8, 0, 16);
  {
    const SafetensorsFile file(path);
    CHECK(file.find("a")->data == file.find("b")->data + 8);
  }
  two(0, 12, 20);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("'b'") && ContainsSubstring("hole"));
  two(4, 12, 20);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("'a'") && ContainsSubstring("hole"));
  two(0, 4, 12);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("'b'") && ContainsSubstring("overlap"));
  two(0, 0, 8);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("overlap"));
  two(0, 8, 20);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("4 bytes lie behind the last tensor"));
  two(0, 8, 12);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("'b'") && ContainsSubstring("truncated"));
  write_raw(path, "{" + entry("a", "F32", "[1]", 4, 0) + "}", 4);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("a beginning and an end"));
  write_raw(path, "{" + entry("a", "F32", "[0]", 0, 0) + ", " + entry("b", "F32", "[1]", 0, 4) + "}", 4);
  CHECK(SafetensorsFile(path).tensors().size() == 2);
  write_raw(path, "{}", 0);
  CHECK(SafetensorsFile(path).tensors().empty());
}

TEST_CASE("a header is as long as the reference implementation allows, and begins with a brace") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "header.safetensors";
  write_raw(path, " {}", 0);
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("begin with '{'"));
  const uint64_t length = 100'000'001;
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  write_file_atomically(path, bytes + "{}");
  CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring("100000001"));
}

TEST_CASE("what is something else than a safetensors file is said") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const auto check = [&](const std::string& bytes, const std::string& what) {
    write_file_atomically(path, bytes);
    CHECK_THROWS_WITH(SafetensorsFile(path), ContainsSubstring(path.string()) && ContainsSubstring(what));
    CHECK_THROWS_AS(SafetensorsFile(path), DataError);
  };
  check("", "it is empty");
  check("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull");
  check("<html><body>404</body></html>", "HTML");
  check("PK\x03\x04 and so on", "ZIP");
  CHECK_THROWS_WITH(SafetensorsFile(folder.path()), ContainsSubstring("no regular file"));
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
