#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/experiment.h"
#include "pipelines/export_model.h"
#include "pipelines/named_model.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path model;
  ExportOptions exported;
  RecipeFlags flags;
  std::string print = "text";
};

int run_export(const Options& options, const Session& session) {
  stop_gently_on_signals();
  const Recipe::Overrides overrides = options.flags.overrides();
  const NamedModel named = is_recipe(options.model) ? initial_model(options.model, overrides) : find_model(options.model, overrides);
  set_threads(named.run.threads);
  ExportOptions exported = options.exported;
  exported.model = named.model;
  exported.inputs = named.inputs;
  exported.data_root = named.data.root;
  TerminalProgress terminal;
  Progress silent;
  if (!session.quiet && !named.weights.empty()) tell("weights of " + named.weights + "\n");
  const auto files = export_model(exported, session.quiet ? silent : static_cast<Progress&>(terminal));
  print_result_beside(exported.out, export_table(files), options.print);
  return 0;
}

}  // namespace

void setup_export(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("export", "Write a model as ONNX or safetensors: small static nets, or one throttleable file");
  auto options = std::make_shared<Options>();
  ExportOptions& exported = options->exported;
  names_path(command->add_option(
                 "MODEL", options->model,
                 "Run folder, model file (.safetensors), or a recipe: its network with the weights of model.pretrained, else random ones"))
      ->required()
      ->check(CLI::ExistingPath);
  command->add_option("--format", exported.format, "onnx or safetensors")
      ->check(CLI::IsMember({"onnx", "safetensors"}))
      ->capture_default_str();
  command->add_option("--u", exported.utilizations, "Static nets at: distinct (every operating point), start:end:step, or 0.25,0.5,1");
  command->add_flag("--throttleable", exported.throttleable, "One file for all operating points; ONNX: with u as a second input");
  names_path(command->add_option("--out", exported.out, "File; of several u each gets its u in the name"))->required();
  command->add_option("--opset", exported.opset, "ONNX opset")->check(CLI::IsMember({13, 17}))->capture_default_str();
  command->add_flag("--preprocessing", exported.preprocessing, "ONNX: take pixels from 0 to 255, mean and std are in the graph");
  command->add_option("--half", exported.precision, "safetensors: store fp16 or bf16")->check(CLI::IsMember({"fp16", "bf16"}));
  command->add_option("--print", options->print, "How the list of files is printed")
      ->check(CLI::IsMember({"text", "md", "csv", "json"}))
      ->capture_default_str();
  options->flags.add_to(*command);
  command->callback([options, &session] { session.action = [options, &session] { return run_export(*options, session); }; });
}

}  // namespace tnn::app
