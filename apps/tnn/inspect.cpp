#include "pipelines/inspect.h"

#include <memory>

#include "subcommands.h"
#include "tell.h"

namespace tnn::app {

void setup_inspect(CLI::App& app, Session& session) {
  struct Options {
    std::filesystem::path model;
    RecipeFlags flags;
    std::string format = "text";
    bool plan = false;
    double u = 1.0;
  };
  auto* command = app.add_subcommand("inspect", "Print layers, channel spaces, gates, and what each operating point costs");
  auto options = std::make_shared<Options>();
  names_path(command->add_option("RECIPE|MODEL", options->model, "Recipe (YAML), model file (.safetensors), or run folder"))
      ->required()
      ->check(CLI::ExistingPath);
  options->flags.add_to(*command);
  auto* plan = command->add_flag("--plan", options->plan, "Print the steps that the runtime executes, with MACs and bytes, instead");
  command->add_option("--u", options->u, "Utilization of the plan")->needs(plan)->check(CLI::Range(0.0, 1.0))->capture_default_str();
  add_format(*command, options->format);
  command->callback([options, &session] {
    session.action = [options] {
      const auto overrides = options->flags.overrides();
      const TableFormat format = table_format(options->format);
      print_table(options->plan ? inspect_plan(options->model, overrides, options->u, format) : inspect(options->model, overrides, format),
                  format);
      return 0;
    };
  });
}

}  // namespace tnn::app
