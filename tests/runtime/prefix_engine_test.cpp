#include <cmath>
#include <deque>

#include "catch_compat.h"
#include "core/error.h"
#include "filtered_models.h"
#include "models/registry.h"
#include "runtime/kernels/kernel_set.h"
#include "runtime/prefix/model_parts.h"
#include "runtime/prefix/prefix_context.h"
#include "runtime/prefix/step_profile.h"
#include "runtime/throttled_network.h"
#include "saved_model.h"

using namespace tnn;

namespace {

/// Outputs of a batch at every operating point.
std::vector<std::vector<float>> outputs_at_all_points(const std::filesystem::path& path, const RuntimeOptions& options,
                                                      const std::vector<float>& input, int64_t batch) {
  ThrottledNetwork net = ThrottledNetwork::load(path, options);
  InferenceContext context = net.context();
  std::vector<std::vector<float>> outputs;
  for (int point = 0; point < static_cast<int>(net.operating_points().size()); ++point) {
    net.set_operating_point(point);
    outputs.emplace_back(static_cast<size_t>(batch * net.output_shape().front()), -1.0F);
    context.run(input.data(), batch, outputs.back().data());
  }
  return outputs;
}

double largest_difference(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
  double apart = 0;
  for (size_t point = 0; point < a.size(); ++point) {
    double largest = 1e-3;
    for (const float v : b[point]) largest = std::max(largest, static_cast<double>(std::abs(v)));
    for (size_t i = 0; i < a[point].size(); ++i) {
      const double d = std::abs(static_cast<double>(a[point][i]) - static_cast<double>(b[point][i])) / largest;
      apart = std::isnan(d) ? INFINITY : std::max(apart, d);
    }
  }
  return apart;
}

/// The prefix engine in every instruction set, on one thread and on three, against the reference.
void check_against_reference(const SavedModel& saved) {
  for (const int64_t batch : {1, 3, 9}) {
    const std::vector<float> input = saved.model.input(batch, 7);
    RuntimeOptions options;
    options.engine = "reference";
    options.batch_limit = batch;
    const auto expected = outputs_at_all_points(saved.path, options, input, batch);
    options.engine = "prefix";
    for (const kernels::KernelSet* kernels : kernels::available_kernel_sets())
      for (const int threads : {1, 3}) {
        INFO("batch " << batch << ", " << threads << " threads, " << kernels->name);
        options.instruction_set = kernels->name;
        options.threads = threads;
        CHECK(largest_difference(outputs_at_all_points(saved.path, options, input, batch), expected) <= 1e-5);
      }
  }
}

}  // namespace

TEST_CASE("the prefix engine equals the reference on random graphs at every point, batch and instruction set") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const SavedModel saved(seed);
    const auto batch = static_cast<int64_t>(1 + seed % 9);
    const std::vector<float> input = saved.model.input(batch, 7);
    RuntimeOptions options;
    options.engine = "reference";
    options.batch_limit = batch;
    const auto expected = outputs_at_all_points(saved.path, options, input, batch);
    options.engine = "prefix";
    for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
      INFO("seed " << seed << ", batch " << batch << ", " << kernels->name);
      options.instruction_set = kernels->name;
      options.batch_limit = batch + static_cast<int64_t>(seed / 9 % 3) * 4;
      options.threads = 1 + static_cast<int>(seed / 7 % 4);
      REQUIRE(largest_difference(outputs_at_all_points(saved.path, options, input, batch), expected) <= 1e-5);
    }
  }
}

TEST_CASE("in bf16 the prefix engine stays near fp32 on random graphs at every point and batch") {
  if (!kernels::bf16_kernel_set()) TNN_SKIP("this processor does not multiply bf16 (AVX512_BF16)");
  int rounded = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const SavedModel saved(seed);
    const auto batch = static_cast<int64_t>(1 + seed % 9);
    const std::vector<float> input = saved.model.input(batch, 7);
    RuntimeOptions options;
    options.engine = "prefix";
    options.batch_limit = batch + static_cast<int64_t>(seed / 9 % 3) * 4;
    options.threads = 1 + static_cast<int>(seed / 7 % 4);
    const auto expected = outputs_at_all_points(saved.path, options, input, batch);
    options.precision = Precision::bf16;
    const double apart = largest_difference(outputs_at_all_points(saved.path, options, input, batch), expected);
    INFO("seed " << seed << ", batch " << batch);
    REQUIRE(apart <= 0.1);  // 8 bits of mantissa through some ten layers
    rounded += apart > 1e-5;
  }
  CHECK(rounded > 100);  // it does compute in bf16
}

TEST_CASE("in bf16 the prefix engine says how many layers are in bf16 and holds half the weights") {
  if (!kernels::bf16_kernel_set()) TNN_SKIP("this processor does not multiply bf16 (AVX512_BF16)");
  ModelOptions architecture;
  architecture.input = {3, 8, 8};
  architecture.stages = {"64", "M", "128"};
  architecture.hidden = {64};
  const SavedModel saved(RandomModel(describe_model(build_model("vgg_w", architecture), {}, BatchNormMode::shared), 3));
  RuntimeOptions options;
  options.engine = "prefix";
  const auto fp32 = ThrottledNetwork::load(saved.path, options).engine().memory_bytes();
  options.precision = Precision::bf16;
  const ThrottledNetwork net = ThrottledNetwork::load(saved.path, options);
  CHECK(net.engine().describe().find("bf16 in 3 of 4 layers") != std::string::npos);  // the last one stays in fp32
  CHECK(static_cast<double>(net.engine().memory_bytes()) < 0.6 * static_cast<double>(fp32));
}

TEST_CASE("the prefix engine refuses precisions and instruction sets that do not go together") {
  const SavedModel saved(0);
  RuntimeOptions options;
  options.engine = "prefix";
  options.precision = Precision::fp16;
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, options), UsageError);
  options.precision = Precision::bf16;
  options.instruction_set = "scalar";
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, options), UsageError);
}

TEST_CASE("points whose active channels are no prefix have weights of their own and others have none") {
  const auto is_prefix = [](const ChannelRanges& ranges) { return ranges.empty() || (ranges.size() == 1 && ranges.front().begin == 0); };
  for (uint64_t seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    const SavedModel saved(seed);
    const auto lowered = load_lowered_model(saved.path);
    const prefix::ModelParts parts(lowered, kernels::best_kernel_set(), Precision::fp32);
    for (int point = 0; point < static_cast<int>(lowered->plan.points.size()); ++point) {
      const int64_t weights = prefix::weights_copied_for(lowered->plan, point);
      // Groups that are prefixes of theirs may lie side by side: of a concatenation they are none.
      const auto& channels = lowered->plan.points[static_cast<size_t>(point)].channels;
      if (std::all_of(channels.begin(), channels.end(), is_prefix)) CHECK(weights == 0);
      CHECK(parts.copied_bytes(point) >= weights * static_cast<int64_t>(sizeof(float)));
      CHECK((parts.copied_bytes(point) > 0) == (weights > 0));
    }
  }
}

namespace {

int filtered_layers(const std::filesystem::path& path, int point) {
  int filtered = 0;
  for (const auto& step : prefix::profile_steps(load_lowered_model(path), {}, {}, point, 1)) filtered += step.kernel == "winograd";
  return filtered;
}

}  // namespace

TEST_CASE("results do not depend on the number of threads") {
  std::deque<SavedModel> models;
  models.emplace_back(RandomModel(filtered_model(), 1));
  models.emplace_back(RandomModel(grouped_model(), 1));
  for (uint64_t seed = 0; seed < 20; ++seed) models.emplace_back(seed);
  for (const SavedModel& saved : models)
    for (const int64_t batch : {1, 9}) {
      const std::vector<float> input = saved.model.input(batch, 7);
      for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
        RuntimeOptions options;
        options.batch_limit = batch;
        options.instruction_set = kernels->name;
        const auto alone = outputs_at_all_points(saved.path, options, input, batch);
        for (const int threads : {2, 3, 5}) {
          INFO(saved.model.description.graph.name() << ", batch " << batch << ", " << threads << " threads, " << kernels->name);
          options.threads = threads;
          CHECK(outputs_at_all_points(saved.path, options, input, batch) == alone);
        }
      }
    }
}

TEST_CASE("layers by minimal filtering equal the reference at every point, batch, number of threads and instruction set") {
  const SavedModel saved(RandomModel(filtered_model(), 1));
  REQUIRE(filtered_layers(saved.path, 3) == 3);
  check_against_reference(saved);
}

TEST_CASE("in bf16 a large linear layer over a map reads its features in the order of its weights") {
  if (!kernels::bf16_kernel_set()) TNN_SKIP("this processor does not multiply bf16 (AVX512_BF16)");
  const SavedModel saved(RandomModel(filtered_model(), 1));
  for (const int64_t batch : {1, 9}) {
    const std::vector<float> input = saved.model.input(batch, 7);
    RuntimeOptions options;
    options.batch_limit = batch;
    const auto expected = outputs_at_all_points(saved.path, options, input, batch);
    options.precision = Precision::bf16;
    CHECK(largest_difference(outputs_at_all_points(saved.path, options, input, batch), expected) < 0.02);
  }
}

namespace {

/// A model in the prefix engine by estimates, its packed weights and tables within a share of the numbers in the file.
prefix::ModelParts parts_within(double share, const std::shared_ptr<const LoweredModel>& model, const kernels::KernelSet& kernels) {
  prefix::Tuning tuning;
  tuning.weight_share = share;
  return prefix::ModelParts(model, kernels, Precision::fp32, tuning);
}

}  // namespace

TEST_CASE("grouped layers are filtered where that is estimated to be faster and there is memory") {
  constexpr int kPoint = 5;
  const SavedModel saved(RandomModel(grouped_model(), 1));
  const auto model = load_lowered_model(saved.path);
  for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
    INFO(kernels->name);
    const prefix::ModelParts none = parts_within(0, model, *kernels), all = parts_within(1e9, model, *kernels);
    int filtered = 0;
    for (size_t s = 0; s < all.weights.size(); ++s) {
      if (!all.weights[s] || all.weights[s]->layer().groups == 1) continue;
      CHECK(none.weights[s]->uses_plain_weights(kPoint));
      const prefix::StepTuning& times = all.times[kPoint][s];
      const bool pays = times.winograd < 0.9 * times.wide;
      CHECK(all.weights[s]->uses_plain_weights(kPoint) == !pays);
      filtered += pays;
    }
    CHECK(filtered >= 2);  // of 16 and 32 channels a group; of 8 where products of half vectors are fast
  }
}

TEST_CASE("layers are filtered by weights transformed each time where that is estimated to be faster and there is no memory") {
  const SavedModel saved(RandomModel(filtered_model(), 1));
  const auto model = load_lowered_model(saved.path);
  int transforming = 0;
  for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
    INFO(kernels->name);
    const prefix::ModelParts none = parts_within(0, model, *kernels), all = parts_within(1e9, model, *kernels);
    for (size_t s = 0; s < none.weights.size(); ++s)
      for (int point = 0; none.weights[s] && point < static_cast<int>(model->plan.points.size()); ++point) {
        const prefix::StepTuning& times = none.times[static_cast<size_t>(point)][s];
        CHECK(none.weights[s]->uses_plain_weights(point));
        const bool pays = times.transforming < 0.9 * std::min(times.wide, times.planar);
        const bool reads_input = model->plan.steps[s].inputs.front().front().value == 0;
        CHECK(none.weights[s]->at(point).transforms_filters == (pays && !reads_input));
        transforming += none.weights[s]->at(point).transforms_filters && !all.weights[s]->uses_plain_weights(point);
      }
  }
  CHECK(transforming > 0);
}

TEST_CASE("layers of filters transformed each time do not depend on the number of threads") {
  const SavedModel saved(RandomModel(filtered_model(), 1));
  const auto model = load_lowered_model(saved.path);
  const int64_t outputs = 5;
  for (const kernels::KernelSet* kernels : kernels::available_kernel_sets()) {
    prefix::Tuning tuning;
    tuning.points.assign(model->plan.points.size(), std::vector<prefix::StepTuning>(model->plan.steps.size(), {1, 0, INFINITY, 0}));
    tuning.weight_share = 0;
    const auto parts = std::make_shared<const prefix::ModelParts>(model, *kernels, Precision::fp32, tuning);
    for (const int64_t batch : {1, 9}) {
      const std::vector<float> input = saved.model.input(batch, 7);
      std::vector<float> alone;
      for (const int threads : {1, 2, 5}) {
        INFO(kernels->name << ", batch " << batch << ", " << threads << " threads");
        ContextOptions options;
        options.batch_limit = batch;
        options.threads = threads;
        const auto programs = std::make_shared<const prefix::ProgramSet>(parts, options);
        int transforming = 0;
        for (const auto& step : programs->at(3).steps) transforming += step.kernel->describe() == "winograd, transforming";
        REQUIRE(transforming >= 2);
        prefix::PrefixContext context(programs, threads);
        std::vector<float> output(static_cast<size_t>(batch * outputs));
        context.run(input.data(), batch, 3, output.data());
        if (alone.empty()) alone = output;
        CHECK(output == alone);
      }
    }
  }
}

TEST_CASE("packed weights with filtered layers stay within 1.05 of the numbers in the file") {
  for (const ModelDescription& description : {filtered_model(), grouped_model()}) {
    const SavedModel saved(RandomModel(description, 1));
    const auto model = load_lowered_model(saved.path);
    const auto bytes_within = [&](double share) { return parts_within(share, model, kernels::best_kernel_set()).bytes(); };
    const auto file_bytes = 4 * static_cast<double>(model->weights.stored_numbers());
    const int64_t none = bytes_within(0), all = bytes_within(1e9);
    CHECK(none < all);
    CHECK(bytes_within(static_cast<double>(none) / file_bytes) == none);
    for (const double share : {prefix::Tuning::kWeightShare, 1.3, 1.6, 2.0})
      CHECK(static_cast<double>(bytes_within(share)) <= std::max(static_cast<double>(none), share * file_bytes));
  }
  const SavedModel saved(RandomModel(filtered_model(), 1));
  const auto model = load_lowered_model(saved.path);
  const int64_t some = parts_within(prefix::Tuning::kWeightShare, model, kernels::best_kernel_set()).bytes();
  CHECK(static_cast<double>(some) <= 1.05 * 4 * static_cast<double>(model->weights.stored_numbers()));
  CHECK(parts_within(0, model, kernels::best_kernel_set()).bytes() < some);
}

TEST_CASE("a context of several threads counts an arena for each where images go side by side") {
  const SavedModel saved(RandomModel(filtered_model(), 1));
  const auto bytes = [&](int threads, int64_t batch) {
    RuntimeOptions options;
    options.threads = threads;
    options.batch_limit = batch;
    return ThrottledNetwork::load(saved.path, options).context().memory_bytes();
  };
  const int64_t arena = bytes(1, 8);
  CHECK(bytes(2, 8) > bytes(2, 1) + arena / 2);
  CHECK(bytes(4, 8) > bytes(2, 8) + arena);
  RuntimeOptions options;
  options.threads = 8;
  options.batch_limit = 8;
  options.memory_limit_bytes = 4 * arena;
  CHECK_THROWS_AS(ThrottledNetwork::load(saved.path, options).context(), DataError);
}

TEST_CASE("layers whose open outputs do not begin at the first are not filtered and equal the reference") {
  ModelDescription description = filtered_model();
  description.points.front().configuration.gates = {ActiveGroups::of(4, {2}), ActiveGroups::of(3, {1})};  // from the 17th output on
  const SavedModel saved(RandomModel(std::move(description), 1));
  CHECK(filtered_layers(saved.path, 3) == 0);
  check_against_reference(saved);
}

TEST_CASE("a first layer of few channels goes through planes and equals the reference") {
  GraphBuilder b("stem");
  const GateId gate = b.channel_gate("width", 8);
  const Window three{{3}, {}, {1}, {}};
  NodeId x = b.relu("relu1", b.batch_norm("bn1", b.convolution("conv1", b.input({3, 16, 12}), 16, gate, {.window = three})));
  x = b.depthwise_convolution("depthwise", x, three);
  x = b.linear("fc", b.flatten("flatten", b.global_pool("pool", x)), 5);
  const SavedModel saved(RandomModel(describe_model(b.finish({x}), {}, BatchNormMode::shared), 1));
  int stems = 0;
  for (const auto& step : prefix::profile_steps(load_lowered_model(saved.path), {}, {}, 0, 1)) stems += step.kernel == "planes to rows";
  REQUIRE(stems == 1);
  check_against_reference(saved);
}
