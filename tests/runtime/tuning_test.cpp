#include <nlohmann/json.hpp>

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/random_stream.h"
#include "difference.h"
#include "filtered_models.h"
#include "runtime/prefix/prefix_context.h"
#include "runtime/prefix/tuning_file.h"

using namespace tnn;
using namespace tnn::prefix;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Times that make every step at every point be computed in one way, where it can.
Tuning always(const Plan& plan, const StepTuning& step, double weight_share = 1e9) {
  Tuning tuning;
  tuning.points.assign(plan.points.size(), std::vector<StepTuning>(plan.steps.size(), step));
  tuning.weight_share = weight_share;
  return tuning;
}

/// Times that choose a way for each step at each point by chance.
Tuning by_chance(const Plan& plan, uint64_t seed) {
  Tuning tuning = always(plan, {});
  RandomStream random(seed);
  for (std::vector<StepTuning>& steps : tuning.points)
    for (StepTuning& step : steps) step = {random.uniform(), random.uniform(), random.uniform(), static_cast<int>(seed % 3)};
  return tuning;
}

struct Way {
  const char* name;
  StepTuning step;
  double weight_share = 1e9;
};
const std::vector<Way> kWays{{"second tiling", {1, kInfinity, kInfinity, 1}},
                             {"last tiling", {1, kInfinity, kInfinity, 1000}},
                             {"winograd", {1, 0, kInfinity, 0}},
                             {"winograd of filters transformed each time", {1, 0, kInfinity, 0}, 0},
                             {"planar", {1, kInfinity, 0, 0}}};

}  // namespace

TEST_CASE("times that choose another way at every step and point leave results as they are") {
  int filtered = 0, cut = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    const SavedModel saved(seed);
    const auto model = load_lowered_model(saved.path);
    const auto parts = std::make_shared<const ModelParts>(model, kernels::best_kernel_set(), Precision::fp32, by_chance(model->plan, seed));
    ContextOptions options;
    options.batch_limit = 1 + static_cast<int64_t>(seed % 4);
    options.threads = 1 + static_cast<int>(seed / 2 % 3);
    PrefixContext context(std::make_shared<const ProgramSet>(parts, options), options.threads);
    REQUIRE(
        difference_at_all_points(saved.model, options.batch_limit, [&](const float* input, int point, const std::vector<float*>& outputs) {
          context.run(input, options.batch_limit, point, outputs);
        }) <= 1e-5);
    for (const auto& layer : parts->weights) {
      const int points = static_cast<int>(model->plan.points.size());
      int direct = 0;
      for (int point = 0; layer && point < points; ++point) direct += layer->uses_plain_weights(point);
      filtered += layer && direct < points;
      cut += layer && direct > 0 && direct < points;
    }
  }
  CHECK(filtered > 20);
  CHECK(cut > 10);
}

TEST_CASE("whatever way measured times choose, random graphs are computed right") {
  int filtered = 0, transforming = 0, planar = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const SavedModel saved(seed);
    const auto model = load_lowered_model(saved.path);
    const auto& sets = kernels::available_kernel_sets();
    const kernels::KernelSet& set = *sets[seed % sets.size()];
    for (const Way& way : kWays) {
      INFO("seed " << seed << ", " << set.name << ", " << way.name);
      ContextOptions options;
      options.batch_limit = 1 + static_cast<int64_t>(seed % 4);
      options.threads = 1 + static_cast<int>(seed / 2 % 3);
      const auto parts = std::make_shared<const ModelParts>(model, set, Precision::fp32, always(model->plan, way.step, way.weight_share));
      const auto programs = std::make_shared<const ProgramSet>(parts, options);
      PrefixContext context(programs, options.threads);
      REQUIRE(difference_at_all_points(saved.model, options.batch_limit,
                                       [&](const float* input, int point, const std::vector<float*>& outputs) {
                                         context.run(input, options.batch_limit, point, outputs);
                                       }) <= 1e-5);
      for (int point = 0; point < static_cast<int>(model->plan.points.size()); ++point)
        for (const ProgramStep& step : programs->at(point).steps) {
          filtered += step.kernel->describe() == "winograd";
          transforming += step.kernel->describe() == "winograd, transforming";
          planar += step.kernel->describe().rfind("planar", 0) == 0;
        }
    }
  }
  CHECK(filtered > 0);
  CHECK(transforming > 0);
  CHECK(planar > 0);
}

TEST_CASE("grouped layers are filtered or not at each point without a difference") {
  const SavedModel saved(RandomModel(grouped_model(), 1));
  const auto model = load_lowered_model(saved.path);
  int filtered = 0, cut = 0;
  for (uint64_t seed = 0; seed < 24; ++seed) {
    const auto& sets = kernels::available_kernel_sets();
    const kernels::KernelSet& set = *sets[seed % sets.size()];
    INFO("seed " << seed << ", " << set.name);
    ContextOptions options;
    options.batch_limit = 1 + static_cast<int64_t>(seed % 4);
    options.threads = 1 + static_cast<int>(seed / 2 % 3);
    const Tuning tuning = seed < sets.size() ? always(model->plan, {1, 0, kInfinity, 0}) : by_chance(model->plan, seed);
    const auto parts = std::make_shared<const ModelParts>(model, set, Precision::fp32, tuning);
    PrefixContext context(std::make_shared<const ProgramSet>(parts, options), options.threads);
    REQUIRE(
        difference_at_all_points(saved.model, options.batch_limit, [&](const float* input, int point, const std::vector<float*>& outputs) {
          context.run(input, options.batch_limit, point, outputs);
        }) <= 1e-5);
    int layers = 0;
    for (size_t s = 0; s < model->plan.steps.size(); ++s) {
      const auto& layer = parts->weights[s];
      if (!layer || layer->layer().groups == 1) continue;
      int points = 0;
      for (int point = 0; point < static_cast<int>(model->plan.points.size()); ++point) points += !layer->uses_plain_weights(point);
      layers += points > 0;
      cut += points > 0 && points < static_cast<int>(model->plan.points.size());
    }
    if (seed < sets.size()) CHECK(layers == 3);
    filtered += layers;
  }
  CHECK(filtered > 30);
  CHECK(cut > 20);
}

TEST_CASE("a tuned network computes what direct evaluation does and is tuned once") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    INFO("seed " << seed);
    const SavedModel saved(seed);
    RuntimeOptions options;
    options.batch_limit = 1 + static_cast<int64_t>(seed % 3);
    options.threads = 1 + static_cast<int>(seed % 2);
    options.tuning_file = saved.folder.path() / "tuning.json";
    REQUIRE(difference_at_all_points(saved.model, options) <= 1e-5);
    const std::string first = read_file(options.tuning_file);
    ThrottledNetwork::load(saved.path, options);
    CHECK(read_file(options.tuning_file) == first);
    options.threads = 3;
    ThrottledNetwork::load(saved.path, options);
    CHECK(read_file(options.tuning_file) != first);
  }
}

TEST_CASE("times come back from a tuning file as they were") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "tuning.json";
  Tuning tuning;
  tuning.points = {{{1.5, kInfinity, 2.25, 3}, {0.125, 7, kInfinity, 0}}, {{1, 2, 3, 1}, {4, 5, 6, 2}}};
  CHECK_FALSE(read_tuning(file, "a", 2, 2));
  write_tuning(file, "a", tuning);
  write_tuning(file, "b", {});
  REQUIRE(read_tuning(file, "a", 2, 2));
  CHECK(read_tuning(file, "a", 2, 2)->points == tuning.points);
  CHECK(read_tuning(file, "b", 2, 2)->points.empty());
  CHECK_FALSE(read_tuning(file, "c", 2, 2));
  CHECK_THROWS_WITH(read_tuning(file, "a", 3, 2), ContainsSubstring("tuning.json") && ContainsSubstring("3"));
  CHECK_THROWS_AS(read_tuning(file, "a", 2, 1), DataError);
}

TEST_CASE("a damaged tuning file is refused by name and left as it is") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "tuning.json";
  const std::string begin = R"({"format":"tnn tuning 1","entries":{"a":)";
  for (const std::string& content : {std::string("not JSON"), std::string("[]"), std::string(R"({"format":"tnn tuning 9","entries":{}})"),
                                     begin + "3}}", begin + "[3]}}", begin + "[[3]]}}", begin + "[[[1,2,3]]]}}", begin + "[[[1,2,-3,0]]]}}",
                                     begin + "[[[1,2,3,-1]]]}}", begin + "[[[1,2,3,0.5]]]}}", begin + R"([[["x",2,3,0]]]}})"}) {
    INFO(content);
    write_file_atomically(file, content);
    CHECK_THROWS_WITH(read_tuning(file, "a", 1, 1), ContainsSubstring("tuning.json"));
    CHECK_THROWS_AS(read_tuning(file, "a", 1, 1), DataError);
    CHECK(read_file(file) == content);
  }
}

TEST_CASE("the times in a tuning file decide until they are for something else") {
  const SavedModel saved(uint64_t{1});
  const auto model = load_lowered_model(saved.path);
  RuntimeOptions options;
  options.tuning_file = saved.folder.path() / "tuning.json";
  ThrottledNetwork::load(saved.path, options);
  auto json = nlohmann::ordered_json::parse(read_file(options.tuning_file));
  auto& entry = json["entries"].begin().value();
  const auto describe = [&] {
    write_file_atomically(options.tuning_file, json.dump());
    return ThrottledNetwork::load(saved.path, options).engine().describe();
  };
  entry = nlohmann::ordered_json::array();
  CHECK_THAT(describe(), !ContainsSubstring("tuned"));
  const auto step = nlohmann::ordered_json::array({1, nullptr, nullptr, 1000});
  const auto point = nlohmann::ordered_json(std::vector<nlohmann::ordered_json>(model->plan.steps.size(), step));
  entry = std::vector<nlohmann::ordered_json>(model->plan.points.size(), point);
  CHECK_THAT(describe(), ContainsSubstring("tuned"));
  CHECK(difference_at_all_points(saved.model, options) <= 1e-5);
  entry.push_back(point);
  CHECK_THROWS_WITH(describe(), ContainsSubstring("tuning.json"));
}

TEST_CASE("a tuning file that cannot be written is told before anything is measured") {
  const SavedModel saved(uint64_t{1});
  RuntimeOptions options;
  options.tuning_file = saved.folder.path() / "no such folder" / "tuning.json";
  CHECK_THROWS_WITH(ThrottledNetwork::load(saved.path, options), ContainsSubstring("no such folder"));
  CHECK(std::distance(std::filesystem::directory_iterator(saved.folder.path()), {}) == 1);
}

TEST_CASE("tuning is of the prefix engine alone") {
  const SavedModel saved(uint64_t{1});
  RuntimeOptions options;
  options.engine = "reference";
  options.tuning_file = saved.folder.path() / "tuning.json";
  CHECK_THROWS_WITH(ThrottledNetwork::load(saved.path, options), ContainsSubstring("prefix") && ContainsSubstring("reference"));
}
