#include "pipelines/train_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "pipelines/output_check.h"
#include "pipelines/recipe_model.h"
#include "recipe/schema.h"

namespace tnn {
namespace {

/// UsageError where a stage would be written over the model that it starts from.
void check_folders(const std::filesystem::path& model, const std::filesystem::path& out) {
  std::error_code fault;
  const auto run = std::filesystem::weakly_canonical(model, fault).parent_path();
  if (run == std::filesystem::weakly_canonical(out, fault))
    throw UsageError(
        fmt::format("'{}' is the folder of the model itself (--from): what is trained on it needs another --out", out.string()));
}

UsageError absent_stage(const Settings& settings, const Stage& stage) {
  std::vector<std::string> others = find_recipe_key(stage.key())->choices;
  std::erase(others, "none");
  return settings.fault(stage.key(), fmt::format("the recipe has no stage '{}' (allowed here: {})", stage.name(), fmt::join(others, ", ")));
}

}  // namespace

TrainPlan plan_training(const Settings& settings, const TrainOptions& options) {
  TrainPlan plan;
  plan.run =
      options.out.empty() ? RunFolder::default_path(settings.output.folder, settings.output.name, settings.recipe_name) : options.out;
  if (options.stage.empty()) {
    for (const Stage* stage : stages())
      if (stage->is_asked_for(settings)) plan.stages.push_back(stage);
    return plan;
  }
  const Stage& stage = find_stage(options.stage);
  if (!stage.is_asked_for(settings)) throw absent_stage(settings, stage);
  plan.stages = {&stage};
  if (options.from.empty()) return plan;
  if (options.out.empty()) plan.run /= stage.name();
  plan.model = find_model_file(options.from);
  check_folders(plan.model, plan.run);
  return plan;
}

void check_training_folders(const Settings& settings, const TrainPlan& plan, RunFolder::Existing existing) {
  CommandInputs inputs;
  inputs.add("--from", plan.model);
  for (const auto& [key, file] : settings.input_files) inputs.add(key, file);
  for (const Stage* stage : plan.stages) check_training_folder(plan.folder(*stage), stage->file_name(settings), existing, inputs);
}

}  // namespace tnn
