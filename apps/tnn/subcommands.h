#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "recipe/recipe.h"

namespace tnn::app {

/// What main runs after parsing: set by the subcommand that was named. Returns the process exit code.
using Action = std::function<int()>;

/// What all subcommands share: how to talk, and the command line as it was given.
struct Session {
  bool quiet = false;
  std::string command;
  Action action;
};

/// Flags of the subcommands that work by a recipe; --device, --threads, --data-root and --seed are short for --set of their keys.
struct RecipeFlags {
  std::vector<std::string> set;
  std::string device, data_root;
  int threads = -1;
  int64_t seed = -1;

  void add_to(CLI::App& app);
  Recipe::Overrides overrides() const;
};

/// --format text|md|csv|json of the commands that print a table.
void add_format(CLI::App& app, std::string& format);
/// Says that an option names a file or folder: a leading ~ is the home folder, which shells do not expand after "--out=".
CLI::Option* names_path(CLI::Option* option);
/// A check for options: an error for an empty word, which is a shell variable that was not set.
std::string not_empty(const std::string& text);

void setup_train(CLI::App& app, Session& session);
void setup_train_datapath(CLI::App& app, Session& session);
void setup_train_gates(CLI::App& app, Session& session);
void setup_train_controller(CLI::App& app, Session& session);
void setup_sweep_utilization(CLI::App& app, Session& session);
void setup_report(CLI::App& app, Session& session);
void setup_calibrate_floor(CLI::App& app, Session& session);
void setup_compare(CLI::App& app, Session& session);
void setup_evaluate_detections(CLI::App& app, Session& session);
void setup_search(CLI::App& app, Session& session);
void setup_study(CLI::App& app, Session& session);
void setup_convert_reds(CLI::App& app, Session& session);
void setup_export(CLI::App& app, Session& session);
void setup_inspect(CLI::App& app, Session& session);
void setup_run(CLI::App& app, Session& session);
void setup_bench(CLI::App& app, Session& session);
void setup_data(CLI::App& app, Session& session);
void setup_recipe(CLI::App& app, Session& session);
void setup_completion(CLI::App& app, Session& session);

}  // namespace tnn::app
