#include "recipe/recipe.h"

#include <memory>

#include "recipe/reference.h"
#include "subcommands.h"
#include "tell.h"

namespace tnn::app {

void setup_recipe(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("recipe", "Recipes: the keys they have, and what one resolves to");
  command->require_subcommand(1);
  auto format = std::make_shared<std::string>("text");
  auto* keys = command->add_subcommand("keys", "Print every key with type, default, range and unit");
  add_format(*keys, *format);
  keys->callback([format, &session] {
    session.action = [format] {
      const TableFormat form = table_format(*format);
      print_table(recipe_reference(form), form);
      return 0;
    };
  });
  struct Options {
    std::filesystem::path recipe;
    RecipeFlags flags;
  };
  auto options = std::make_shared<Options>();
  auto* show = command->add_subcommand("show", "Print a recipe with includes, defaults and --set applied");
  names_path(show->add_option("RECIPE", options->recipe, "Recipe (YAML)"))->required();
  options->flags.add_to(*show);
  show->callback([options, &session] {
    session.action = [options] {
      print_text(Recipe::load(options->recipe, options->flags.overrides()).resolved_yaml());
      return 0;
    };
  });
}

}  // namespace tnn::app
