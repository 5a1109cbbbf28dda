#include "core/home_folder.h"
#include "recipe/schema.h"
#include "subcommands.h"

namespace tnn::app {

void RecipeFlags::add_to(CLI::App& app) {
  app.add_option("--set", set, "Override a key of the recipe: section.key=value (repeatable)")
      ->take_all()
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  app.add_option("--device", device, "auto, cpu or cuda (run.device)");
  app.add_option("--threads", threads, "Threads, 0 for all processors that the process may use (run.threads)")->check(CLI::Range(0, 1024));
  names_path(app.add_option("--data-root", data_root, "Folder that holds the data sets (data.root)"));
  app.add_option("--seed", seed, "Seed of everything random (training.seed)")->check(CLI::NonNegativeNumber);
}

Recipe::Overrides RecipeFlags::overrides() const {
  Recipe::Overrides all = set;
  if (!device.empty()) all.push_back("run.device=" + yaml_text(device));
  if (threads >= 0) all.push_back("run.threads=" + std::to_string(threads));
  if (!data_root.empty()) all.push_back("data.root=" + yaml_text(data_root));
  if (seed >= 0) all.push_back("training.seed=" + std::to_string(seed));
  return all;
}

CLI::Option* names_path(CLI::Option* option) {
  return option->transform([](const std::string& path) { return expand_home(path); });
}

std::string not_empty(const std::string& text) { return text.empty() ? "is empty" : ""; }

void add_format(CLI::App& app, std::string& format) {
  app.add_option("--format", format, "How tables are printed")->check(CLI::IsMember({"text", "md", "csv", "json"}))->capture_default_str();
}

}  // namespace tnn::app
