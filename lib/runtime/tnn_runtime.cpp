#include "runtime/tnn_runtime.h"

#include <cstdio>
#include <limits>

#include "core/version.h"
#include "runtime/c_interface.h"

namespace {

thread_local char last_error[1024] = "";

/// The caller's structure as this library knows it: fields beyond struct_size stay at 0.
tnn_options complete_options(const tnn_options* given) {
  tnn_options options{};
  if (!given) return options;
  constexpr auto known = static_cast<int64_t>(sizeof(tnn_options));
  if (given->struct_size < static_cast<int64_t>(sizeof(int64_t)))
    throw tnn::UsageError("tnn_options: struct_size is not set (to sizeof(tnn_options))");
  std::memcpy(&options, given, static_cast<size_t>(std::min(given->struct_size, known)));
  return options;
}

}  // namespace

namespace tnn::c_interface {

tnn_status fail(tnn_status status, const char* message) {
  std::snprintf(last_error, sizeof last_error, "%s", message);
  return status;
}

void require(const void* pointer, const char* name) {
  if (!pointer) throw UsageError(std::string(name) + " is NULL");
}

RuntimeOptions runtime_options(const tnn_options* from) {
  const tnn_options given = complete_options(from);
  RuntimeOptions options;
  if (given.engine) options.engine = given.engine;
  if (given.precision) options.precision = precision_from_name(given.precision);
  if (given.threads > 256) throw UsageError("tnn_options: threads is outside [1, 256]");
  if (given.threads != 0) options.threads = static_cast<int>(std::max<int64_t>(given.threads, 0));
  if (given.batch_limit != 0) options.batch_limit = given.batch_limit;
  if (given.memory_limit_bytes != 0) options.memory_limit_bytes = given.memory_limit_bytes;
  if (given.tuning_file) options.tuning_file = given.tuning_file;
  return options;
}

OutputPointers pointers_of(float* const* outputs, int64_t count) {
  require(outputs, "outputs");
  if (count < 1) throw UsageError("count is " + std::to_string(count) + " (allowed: 1 and more)");
  return {outputs, static_cast<size_t>(count)};
}

}  // namespace tnn::c_interface

namespace {

using namespace tnn::c_interface;

int64_t copy_shape(const std::vector<int64_t>& shape, int64_t* sizes, int64_t capacity) {
  const auto count = static_cast<int64_t>(shape.size());
  if (sizes) std::copy_n(shape.begin(), std::clamp<int64_t>(capacity, 0, count), sizes);
  return count;
}

/// Null where there is no such output.
const tnn::OutputInfo* output_of(const tnn_network* network, int64_t index) {
  if (!network || index < 0 || index >= static_cast<int64_t>(network->network.outputs().size())) return nullptr;
  return &network->network.outputs()[static_cast<size_t>(index)];
}

int64_t product(const std::vector<int64_t>& shape) {
  int64_t elements = 1;
  for (const int64_t size : shape) elements *= size;
  return elements;
}

}  // namespace

const char* tnn_version(void) {
  static const std::string text = tnn::version();
  return text.c_str();
}

const char* tnn_last_error(void) { return last_error; }

const char* tnn_engine_names(void) {
  static const std::string text = [] {
    std::string names;
    for (const std::string& name : tnn::engine_names()) names += (names.empty() ? "" : ",") + name;
    return names;
  }();
  return text.c_str();
}

tnn_status tnn_network_load(const char* path, const tnn_options* options, tnn_network** network) {
  return guarded([&] {
    require(path, "path");
    require(network, "network");
    *network = nullptr;
    *network = new tnn_network{tnn::ThrottledNetwork::load(path, runtime_options(options)), path};
  });
}

void tnn_network_free(tnn_network* network) { delete network; }

int64_t tnn_input_shape(const tnn_network* network, int64_t* sizes, int64_t capacity) {
  return network ? copy_shape(network->network.input_shape(), sizes, capacity) : 0;
}

int64_t tnn_output_shape(const tnn_network* network, int64_t* sizes, int64_t capacity) {
  return tnn_output_shape_at(network, 0, sizes, capacity);
}

int64_t tnn_input_elements(const tnn_network* network) { return network ? product(network->network.input_shape()) : 0; }
int64_t tnn_output_elements(const tnn_network* network) { return tnn_output_elements_at(network, 0); }

int64_t tnn_output_count(const tnn_network* network) { return network ? static_cast<int64_t>(network->network.outputs().size()) : 0; }

const char* tnn_output_name(const tnn_network* network, int64_t index) {
  const tnn::OutputInfo* output = output_of(network, index);
  return output ? output->name.c_str() : nullptr;
}

int64_t tnn_output_shape_at(const tnn_network* network, int64_t index, int64_t* sizes, int64_t capacity) {
  const tnn::OutputInfo* output = output_of(network, index);
  return output ? copy_shape(output->shape, sizes, capacity) : 0;
}

int64_t tnn_output_elements_at(const tnn_network* network, int64_t index) {
  const tnn::OutputInfo* output = output_of(network, index);
  return output ? output->elements() : 0;
}

int64_t tnn_point_count(const tnn_network* network) {
  return network ? static_cast<int64_t>(network->network.operating_points().size()) : 0;
}

tnn_status tnn_point_get(const tnn_network* network, int64_t index, tnn_point* point) {
  return guarded([&] {
    require(network, "network");
    require(point, "point");
    const int64_t size = point->struct_size;
    if (size < static_cast<int64_t>(sizeof(int64_t))) throw tnn::UsageError("tnn_point: struct_size is not set (to sizeof(tnn_point))");
    const auto& points = network->network.operating_points();
    if (index < 0 || index >= static_cast<int64_t>(points.size()))
      throw tnn::UsageError("operating point " + std::to_string(index) + " does not exist (allowed: 0 to " +
                            std::to_string(points.size() - 1) + ")");
    const tnn::OperatingPointInfo& info = points[static_cast<size_t>(index)];
    const tnn_point known{size,
                          info.u,
                          info.u_begin,
                          info.u_end,
                          info.cost.macs,
                          info.cost.flops,
                          info.cost.parameters,
                          info.cost.activation_bytes,
                          info.validation_accuracy.value_or(-1)};
    std::memcpy(point, &known, std::min(static_cast<size_t>(size), sizeof known));
  });
}

tnn_status tnn_set_utilization(tnn_network* network, double u) {
  return guarded([&] {
    require(network, "network");
    network->network.set_utilization(u);
  });
}

tnn_status tnn_set_point(tnn_network* network, int64_t index) {
  return guarded([&] {
    require(network, "network");
    const auto largest = static_cast<int64_t>(network->network.operating_points().size());
    network->network.set_operating_point(static_cast<int>(std::clamp<int64_t>(index, -1, largest)));
  });
}

int64_t tnn_current_point(const tnn_network* network) { return network ? network->network.operating_point() : -1; }

tnn_status tnn_context_create(const tnn_network* network, tnn_context** context) {
  return guarded([&] {
    require(network, "network");
    require(context, "context");
    *context = nullptr;
    *context = new tnn_context{network->network.context()};
  });
}

void tnn_context_free(tnn_context* context) { delete context; }

int64_t tnn_context_bytes(const tnn_context* context) { return context ? context->context.memory_bytes() : 0; }
int64_t tnn_weight_bytes(const tnn_network* network) { return network ? network->network.model().weights.stored_bytes() : 0; }
int64_t tnn_engine_bytes(const tnn_network* network) { return network ? network->network.engine().memory_bytes() : 0; }

tnn_status tnn_run(tnn_context* context, const float* input, int64_t batch, float* output, int64_t* point) {
  return guarded([&] {
    require(context, "context");
    require(input, "input");
    require(output, "output");
    const int used = context->context.run(input, batch, output);
    if (point) *point = used;
  });
}

tnn_status tnn_run_outputs(tnn_context* context, const float* input, int64_t batch, float* const* outputs, int64_t count, int64_t* point) {
  return guarded([&] {
    require(context, "context");
    require(input, "input");
    const int used = context->context.run(input, batch, pointers_of(outputs, count));
    if (point) *point = used;
  });
}

tnn_status tnn_run_at(tnn_context* context, int64_t point, const float* input, int64_t batch, float* const* outputs, int64_t count) {
  return guarded([&] {
    require(context, "context");
    require(input, "input");
    const auto index = static_cast<int>(std::clamp<int64_t>(point, -1, std::numeric_limits<int>::max()));
    context->context.run_at(index, input, batch, pointers_of(outputs, count));
  });
}
