#include "runtime/throttled_network.h"

#include <fmt/format.h>

#include <atomic>

#include "core/error.h"

namespace tnn {

/// What a network and its contexts have in common. Only the operating point changes.
struct InferenceContext::Shared {
  std::shared_ptr<const LoweredModel> model;
  std::unique_ptr<Engine> engine;
  ContextOptions context_options;
  std::vector<OperatingPointInfo> points;
  std::vector<int64_t> input_shape;
  std::vector<OutputInfo> outputs;
  std::atomic<int> point;
};

namespace {

void check_range(const char* name, int64_t value, int64_t largest) {
  if (value < 1 || value > largest) throw UsageError(fmt::format("{} is {} (allowed: 1 to {})", name, value, largest));
}

void check_options(const RuntimeOptions& options) {
  check_range("threads", options.threads, 256);
  check_range("batch_limit", options.batch_limit, 65536);
}

void check_point(int index, const std::vector<OperatingPointInfo>& points) {
  if (index < 0 || index >= static_cast<int>(points.size()))
    throw UsageError(fmt::format("operating point {} does not exist (allowed: 0 to {})", index, points.size() - 1));
}

std::vector<OutputInfo> describe_outputs(const Graph& graph) {
  std::vector<OutputInfo> outputs;
  for (const Output& output : graph.outputs()) outputs.push_back({output.name, graph.dimensions(graph.shape(output))});
  return outputs;
}

std::vector<OperatingPointInfo> describe_points(const ModelDescription& description) {
  std::vector<OperatingPointInfo> points;
  for (const OperatingPoint& point : description.points) {
    OperatingPointInfo info{
        point.u, point.u_begin, point.u_end, network_cost(description.graph, point.configuration), {}, point.validation_accuracy};
    for (const ActiveGroups& gate : point.configuration.gates) info.groups.push_back(gate.count());
    points.push_back(std::move(info));
  }
  return points;
}

}  // namespace

int64_t OutputInfo::elements() const {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

InferenceContext::InferenceContext(std::shared_ptr<const Shared> shared, std::unique_ptr<EngineContext> context)
    : shared_(std::move(shared)), context_(std::move(context)) {}

int InferenceContext::run(const float* input, int64_t batch, OutputPointers outputs) {
  const int point = shared_->point.load(std::memory_order_relaxed);
  run_at(point, input, batch, outputs);
  return point;
}

void InferenceContext::run_at(int point, const float* input, int64_t batch, OutputPointers outputs) {
  check_range("batch", batch, shared_->context_options.batch_limit);
  check_point(point, shared_->points);
  if (outputs.count() > shared_->outputs.size())
    throw UsageError(
        fmt::format("{} outputs are asked for (allowed: at most {}, which the network has)", outputs.count(), shared_->outputs.size()));
  context_->run(input, batch, point, outputs);
}

ThrottledNetwork::ThrottledNetwork(std::shared_ptr<InferenceContext::Shared> shared) : shared_(std::move(shared)) {}

ThrottledNetwork ThrottledNetwork::load(const std::filesystem::path& file, const RuntimeOptions& options) {
  check_options(options);
  return prepare(load_lowered_model(file, options.extra_outputs), options);
}

ThrottledNetwork ThrottledNetwork::prepare(std::shared_ptr<const LoweredModel> model, const RuntimeOptions& options) {
  check_options(options);
  const ContextOptions context{options.batch_limit, options.threads, options.memory_limit_bytes};
  auto engine = make_engine(options.engine.empty() ? default_engine_name() : options.engine, model,
                            {options.precision, options.instruction_set, options.tuning_file, context});
  const Graph& graph = model->graph();
  const auto last = static_cast<int>(model->description.points.size()) - 1;
  // Built in place: an atomic cannot be moved.
  return ThrottledNetwork(std::shared_ptr<InferenceContext::Shared>(new InferenceContext::Shared{model,
                                                                                                 std::move(engine),
                                                                                                 context,
                                                                                                 describe_points(model->description),
                                                                                                 graph.dimensions(graph.input().shape),
                                                                                                 describe_outputs(graph),
                                                                                                 {last}}));
}

InferenceContext ThrottledNetwork::context() const {
  return InferenceContext(shared_, shared_->engine->make_context(shared_->context_options));
}

void ThrottledNetwork::set_utilization(double u) {
  shared_->point.store(point_at(shared_->model->description, u), std::memory_order_relaxed);
}

void ThrottledNetwork::set_operating_point(int index) {
  check_point(index, shared_->points);
  shared_->point.store(index, std::memory_order_relaxed);
}

int ThrottledNetwork::operating_point() const { return shared_->point.load(std::memory_order_relaxed); }
int ThrottledNetwork::find_operating_point(double u) const { return point_at(shared_->model->description, u); }
const std::vector<OperatingPointInfo>& ThrottledNetwork::operating_points() const { return shared_->points; }
const std::vector<int64_t>& ThrottledNetwork::input_shape() const { return shared_->input_shape; }
const std::vector<OutputInfo>& ThrottledNetwork::outputs() const { return shared_->outputs; }
const LoweredModel& ThrottledNetwork::model() const { return *shared_->model; }
const Engine& ThrottledNetwork::engine() const { return *shared_->engine; }

}  // namespace tnn
