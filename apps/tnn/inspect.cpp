#include "pipelines/inspect.h"

#include <fmt/format.h>

#include <memory>

#include "subcommands.h"

namespace tnn::app {

void setup_inspect(CLI::App& app, Session& session) {
  struct Options {
    std::filesystem::path model;
    RecipeFlags flags;
    std::string format = "text";
  };
  auto* command = app.add_subcommand("inspect", "Print layers, channel spaces, gates, and what each operating point costs");
  auto options = std::make_shared<Options>();
  command->add_option("RECIPE|MODEL", options->model, "Recipe (YAML), model file (.safetensors), or run folder")
      ->required()
      ->check(CLI::ExistingPath);
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] {
    session.action = [options] {
      fmt::print("{}", inspect(options->model, options->flags.overrides(), table_format(options->format)));
      return 0;
    };
  });
}

}  // namespace tnn::app
