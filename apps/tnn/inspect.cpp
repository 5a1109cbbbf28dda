#include "pipelines/inspect.h"

#include <memory>

#include "subcommands.h"
#include "tell.h"

namespace tnn::app {

void setup_inspect(CLI::App& app, Session& session) {
  struct Options {
    InspectRequest request;
    RecipeFlags flags;
    std::string format = "text";
    bool plan = false;
    double u = 1.0;
  };
  auto* command = app.add_subcommand("inspect", "Print layers, channel spaces, gates, and what each operating point costs");
  auto options = std::make_shared<Options>();
  names_path(
      command->add_option("RECIPE|MODEL", options->request.recipe_or_model, "Recipe (YAML), model file (.safetensors), or run folder"))
      ->required()
      ->check(CLI::ExistingPath);
  options->flags.add_to(*command);
  auto* plan = command->add_flag("--plan", options->plan, "Print the steps that the runtime executes, with MACs and bytes, instead");
  command->add_option("--u", options->u, "Utilization of the plan")->needs(plan)->check(CLI::Range(0.0, 1.0))->capture_default_str();
  names_path(command->add_option("--graph", options->request.graph_file,
                                 "Also write the network's graph to this file (JSON), which a recipe takes as model.file"))
      ->check(not_empty);
  add_format(*command, options->format);
  command->callback([options, &session] {
    session.action = [options] {
      InspectRequest& request = options->request;
      request.overrides = options->flags.overrides();
      request.format = table_format(options->format);
      if (options->plan) request.plan_u = options->u;
      print_table_beside(request.graph_file, inspect(request), request.format);
      return 0;
    };
  });
}

}  // namespace tnn::app
