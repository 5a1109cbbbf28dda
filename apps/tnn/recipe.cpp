#include "recipe/recipe.h"

#include <fmt/format.h>

#include <memory>

#include "recipe/reference.h"
#include "subcommands.h"

namespace tnn::app {

void setup_recipe(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("recipe", "Recipes: the keys they have, and what one resolves to");
  command->require_subcommand(1);
  auto format = std::make_shared<std::string>("text");
  auto* keys = command->add_subcommand("keys", "Print every key with type, default, range and unit");
  add_format(*keys, *format);
  keys->callback([format, &session] {
    session.action = [format] {
      fmt::print("{}", recipe_reference(table_format(*format)));
      return 0;
    };
  });
  struct Options {
    std::filesystem::path recipe;
    RecipeFlags flags;
  };
  auto options = std::make_shared<Options>();
  auto* show = command->add_subcommand("show", "Print a recipe with includes, defaults and --set applied");
  show->add_option("RECIPE", options->recipe, "Recipe (YAML)")->required();
  options->flags.add_to(*show);
  show->callback([options, &session] {
    session.action = [options] {
      fmt::print("{}", Recipe::load(options->recipe, options->flags.overrides()).resolved_yaml());
      return 0;
    };
  });
}

}  // namespace tnn::app
