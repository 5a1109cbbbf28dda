#include <cstring>
#include <fstream>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "runtime/throttled_network.h"
#include "saved_model.h"

using namespace tnn;

namespace {

constexpr int64_t kMostMacs = 20'000'000;  // what a test has time for; flipped bits may declare any size

void run_once(const ThrottledNetwork& net, InferenceContext& context) {
  const auto elements = [](const std::vector<int64_t>& shape) {
    size_t product = 1;
    for (const int64_t size : shape) product *= static_cast<size_t>(size);
    return product;
  };
  const std::vector<float> input(elements(net.input_shape()), 0.5f);
  std::vector<float> output(elements(net.output_shape()));
  CHECK(context.run(input.data(), 1, output.data()) == net.operating_point());
}

/// Loads a file, and runs it where it loads and is small. True: DataError; anything else but success escapes and fails the test.
bool is_refused(const std::filesystem::path& path) {
  try {
    ThrottledNetwork net = ThrottledNetwork::load(path, {.engine = "reference", .memory_limit_bytes = 1 << 28});
    InferenceContext context = net.context();
    if (net.operating_points().back().cost.macs < kMostMacs) run_once(net, context);
    return false;
  } catch (const DataError&) {
    return true;
  }
}

struct Damage {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "model.safetensors";
  bool refused(const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
    return is_refused(path);
  }
};

std::string bytes_of(const RandomModel& model) { return read_file(SavedModel(model).path); }

/// A model file with one metadata text changed.
std::string with_metadata(const RandomModel& model, const std::string& key, const std::string& from, const std::string& to) {
  SafetensorsMetadata metadata = description_to_metadata(model.description);
  const size_t at = metadata.at(key).find(from);
  REQUIRE(at != std::string::npos);
  metadata[key].replace(at, from.size(), to);
  std::vector<TensorView> views;
  for (const auto& [name, numbers] : model.tensors)
    views.push_back({name, DType::f32, model.shapes.at(name), reinterpret_cast<const std::byte*>(numbers.data())});
  const TemporaryFolder folder;
  write_safetensors(folder.path() / "model.safetensors", views, metadata);
  return read_file(folder.path() / "model.safetensors");
}

}  // namespace

TEST_CASE("a model file that is cut anywhere is refused") {
  const Damage damage;
  const std::string bytes = bytes_of(random_model(0));
  RandomStream random(1);
  for (int i = 0; i < 200; ++i) REQUIRE(damage.refused(bytes.substr(0, random.below(bytes.size()))));
}

TEST_CASE("flipped bits in a header lead to a refusal or to a model, never to a crash") {
  const Damage damage;
  for (const uint64_t seed : {0, 1, 2}) {
    const std::string bytes = bytes_of(random_model(seed));
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof header);
    RandomStream random(seed);
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
      std::string flipped = bytes;
      for (uint64_t flips = 1 + random.below(3); flips > 0; --flips)
        flipped[random.below(header + 8)] ^= static_cast<char>(1 << random.below(8));
      refused += damage.refused(flipped) ? 1 : 0;
    }
    CHECK(refused > 150);  // most of a header's bits are names, sizes and numbers that hang together
  }
}

TEST_CASE("numbers that are not finite and negative variances are refused") {
  const Damage damage;
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY})
    for (const auto& [name, numbers] : random_model(6).tensors) {
      RandomModel model = random_model(6);
      model.tensors.at(name).back() = bad;
      REQUIRE(damage.refused(bytes_of(model)));
    }
  RandomModel model = random_model(6);
  for (auto& [name, numbers] : model.tensors)
    if (name.find("running_var") != std::string::npos) numbers.front() = -1;
  CHECK(damage.refused(bytes_of(model)));
}

TEST_CASE("missing tensors and tensors of another shape are refused") {
  const Damage damage;
  const RandomModel whole = random_model(6);
  for (const auto& [name, numbers] : whole.tensors) {
    RandomModel model = whole;
    model.tensors.erase(name);
    REQUIRE(damage.refused(bytes_of(model)));
    model = whole;
    model.tensors.at(name).push_back(0);
    model.shapes.at(name) = {static_cast<int64_t>(model.tensors.at(name).size())};
    REQUIRE(damage.refused(bytes_of(model)));
  }
}

TEST_CASE("graphs that no builder would make are refused") {
  const Damage damage;
  const RandomModel model = random_model(6);
  const std::string first = model.description.graph.nodes()[1].name, last = model.description.graph.nodes().back().name;
  // A cycle: the first layer reads the last.
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"inputs\":[\"input\"]", "\"inputs\":[\"" + last + "\"]")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"inputs\":[\"input\"]", "\"inputs\":[\"" + first + "\"]")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"inputs\":[\"input\"]", "\"inputs\":[\"nowhere\"]")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"outputs\":[\"", "\"outputs\":[\"no ")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"channels\":", "\"channels\":9999999999")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"kernel\":[", "\"kernel\":[0,")));
  CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"shape\":[", "\"shape\":[16777216,16777216,16777216],\"more\":[")));
  // Integers that no 64 bits hold, that an int would cut, or with a fraction.
  for (const char* number : {"9223372036854775807999", "18446744073709551615", "4294967297", "1.5", "1e30"}) {
    CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"kernel\":[", std::string("\"kernel\":[") + number + ",")));
    CHECK(damage.refused(with_metadata(model, "tnn.graph", "\"channels\":", std::string("\"channels\":") + number + ",\"x\":")));
    CHECK(damage.refused(with_metadata(model, "tnn.operating_points", "\":[", std::string("\":[") + number + ",")));
  }
  CHECK(damage.refused(with_metadata(model, "tnn.operating_points", "[", "{")));
  CHECK(damage.refused(with_metadata(model, "tnn.operating_points", "\"u\":", "\"u\":7,\"v\":")));
  CHECK(damage.refused(with_metadata(model, "tnn.batch_norm", "switchable", "private")));
}

TEST_CASE("tensors too large for any memory are refused without being made") {
  const auto wide = [](auto declare) {
    GraphBuilder b("large");
    return declare(b);
  };
  CHECK_THROWS_AS(wide([](GraphBuilder& b) { return b.input({16777216, 16777216, 16777216, 16777216}); }), UsageError);
  CHECK_THROWS_AS(wide([](GraphBuilder& b) {
                    NodeId x = b.input({1 << 10, 8, 8});
                    for (int i = 0; i < 60; ++i) x = b.concat("concat" + std::to_string(i), {x, x});
                    return x;
                  }),
                  UsageError);
  // 2^36 positions, no weights: an arena of half a terabyte.
  GraphBuilder b("sparse");
  const NodeId x = b.input({1, 1 << 18, 1 << 18});
  const RandomModel model(describe_model(b.finish({b.global_pool("mean", b.relu("relu", x))}), {}, BatchNormMode::shared), 0);
  CHECK(is_refused(SavedModel(model).path));
}
