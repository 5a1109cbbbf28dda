#include "runtime/engine.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/name_table.h"
#include "runtime/engine_module.h"
#include "runtime/prefix/prefix_engine.h"
#include "runtime/reference/reference_engine.h"

namespace tnn {
namespace {

struct EngineRow {
  const char* name;
  std::unique_ptr<Engine> (*make)(std::shared_ptr<const LoweredModel> model, const EngineOptions& options);
  bool tunes = false;  ///< EngineOptions::tuning_file
};

/// The first is the default. Those of modules (engine_module.h) are never: it must work everywhere.
constexpr EngineRow kEngines[] = {{"prefix", make_prefix_engine, true}, {"reference", make_reference_engine}};

constexpr NamedValue<Precision> kPrecisions[] = {
    {"fp32", Precision::fp32}, {"tf32", Precision::tf32}, {"fp16", Precision::fp16}, {"bf16", Precision::bf16}};

}  // namespace

std::unique_ptr<Engine> make_engine(const std::string& name, std::shared_ptr<const LoweredModel> model, const EngineOptions& options) {
  for (const EngineRow& row : kEngines)
    if (name == row.name) {
      check_tuning(name, options.tuning_file);
      return row.make(std::move(model), options);
    }
  for (const std::string& engine : module_engine_names())
    if (name == engine) {
      check_tuning(name, options.tuning_file);
      return make_module_engine(name, std::move(model), options);
    }
  throw UsageError(unknown_name_message("engine", name, engine_names()));
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const EngineRow& row : kEngines) names.emplace_back(row.name);
  for (const std::string& name : module_engine_names())
    if (engine_module_is_there(name)) names.push_back(name);
  return names;
}

std::string default_engine_name() { return kEngines[0].name; }

void check_tuning(const std::string& engine, const std::filesystem::path& tuning_file) {
  if (tuning_file.empty() || engine.empty()) return;
  std::string allowed;
  for (const EngineRow& row : kEngines) {
    if (row.tunes && engine == row.name) return;
    if (row.tunes) allowed += (allowed.empty() ? "" : ", ") + std::string(row.name);
  }
  throw UsageError(fmt::format("engine '{}' has nothing to tune (allowed with a tuning file: {})", engine, allowed));
}

void check_memory(int64_t bytes, const ContextOptions& options) {
  if (bytes > options.memory_limit_bytes)
    throw DataError(
        fmt::format("the model's activations need {} bytes (allowed: {}, option memory_limit_bytes)", bytes, options.memory_limit_bytes));
}

Precision precision_from_name(const std::string& name) { return value_from_name(kPrecisions, "precision", name); }
std::string precision_name(Precision precision) { return name_of_value(kPrecisions, precision); }

}  // namespace tnn
