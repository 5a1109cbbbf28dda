#include "pipelines/convert_reds.h"

#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/experiment.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path model;
  RedsOptions reds;
  RecipeFlags flags;
  int64_t memory = 0;
  std::string order = "bottom-up", format = "text";
};

std::string summary(const RedsOptions& options, const RedsResult& result) {
  std::string text =
      fmt::format("written: {}: {} layers' channels in the order of their importance ({})", options.out.string(), result.gates.size(),
                  result.images > 0 ? fmt::format("gradients on {} training samples", result.images) : "magnitudes");
  if (result.measured > 0)
    text += fmt::format("; batch-norm statistics of {} operating points measured, those of u = 1 are the network's own", result.measured);
  return text + "\n";
}

int run_conversion(Options& options, const Session& session) {
  stop_gently_on_signals();
  RedsOptions& reds = options.reds;
  reds.model = find_trained_model(options.model, options.flags.overrides());
  if (options.memory > 0) reds.conversion.activation_bytes = options.memory;
  reds.conversion.bottom_up = options.order == "bottom-up";
  set_threads(reds.model.run.threads);
  TerminalProgress terminal;
  Progress silent;
  if (!session.quiet && !reds.model.weights.empty()) tell("weights of " + reds.model.weights + "\n");
  const RedsResult result = convert_reds(reds, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) tell(summary(reds, result));
  print_result_beside(reds.out, reds_table(result, is_for_programs(table_format(options.format))), options.format);
  return 0;
}

void add_search_options(CLI::App& command, Options& options) {
  ConversionOptions& conversion = options.reds.conversion;
  command
      .add_option("--budgets", conversion.budgets,
                  "Shares of the full network's multiply-accumulates, in (0, 1); each becomes the u of an operating point")
      ->delimiter(',')
      ->required();
  command.add_option("--memory", options.memory, "Most bytes of activations (fp32, one input) that a budget's point may hold at once")
      ->check(CLI::PositiveNumber);
  command
      .add_option(
          "--order", options.order,
          "bottom-up: the smallest budget is solved first, what it opens stays open; top-down: the largest, what it closes stays closed")
      ->check(CLI::IsMember({"bottom-up", "top-down"}))
      ->capture_default_str();
  command
      .add_option("--group-size", conversion.group_units,
                  "Units (channels) that open together; in layers that it does not divide, the next smaller divisor")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
}

}  // namespace

void setup_convert_reds(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "convert-reds", "Turn a trained network into a throttleable one with a width of its own for each layer and budget (REDS)");
  auto options = std::make_shared<Options>();
  RedsOptions& reds = options->reds;
  names_path(command->add_option("MODEL", options->model, "Run folder, model file (.safetensors), or a recipe with model.pretrained"))
      ->required()
      ->check(CLI::ExistingPath);
  names_path(command->add_option("--out", reds.out, "Model file to write"))->required()->check(not_empty);
  add_search_options(*command, *options);
  command
      ->add_option("--importance", reds.importance,
                   "Of units: gradient (|w dL/dw| on training samples), or magnitude (|w|), which needs no data without batch norm")
      ->check(CLI::IsMember({"gradient", "magnitude"}))
      ->capture_default_str();
  command->add_option("--batches", reds.batches, "Mini-batches whose gradients are summed")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--batch-size", reds.batch_size, "Samples of a mini-batch")->check(CLI::Range(1, 65536))->capture_default_str();
  command
      ->add_option("--recalibration-images", reds.recalibration_images,
                   "Training samples that batch-norm statistics of each point are measured on")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_conversion(*options, session); }; });
}

}  // namespace tnn::app
