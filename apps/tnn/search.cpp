#include <fmt/format.h>

#include <memory>

#include "gentle_stop.h"
#include "pipelines/experiment.h"
#include "pipelines/search_widths.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::filesystem::path model;
  WidthSearchOptions search;
  RecipeFlags flags;
  std::string format = "text";
};

int run_search(Options& options, const Session& session) {
  stop_gently_on_signals();
  WidthSearchOptions& search = options.search;
  search.model = find_model(options.model, options.flags.overrides());
  set_threads(search.model.run.threads);
  TerminalProgress terminal;
  Progress silent;
  const WidthSearchResult result = search_widths(search, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet && result.latency_error)
    tell(fmt::format("the model of latencies is off by {:.1f} % in the mean; what it chose was measured\n", 100 * *result.latency_error));
  if (!session.quiet)
    tell(fmt::format("written: {}: {} operating points beside the full network, from {} measured widths; accuracy on {} held-out samples\n",
                     search.out.string(), result.points.size(), result.measured, result.validation));
  print_result_beside(search.out, width_search_table(result, is_for_programs(table_format(options.format))), options.format);
  return 0;
}

}  // namespace

void setup_search(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("search", "Choose the width of each gate of a trained network for given costs, by its loss on held-out samples");
  auto options = std::make_shared<Options>();
  WidthSearchOptions& search = options->search;
  names_path(command->add_option("MODEL", options->model, "Run folder, whose recipe says which samples were held out"))
      ->required()
      ->check(CLI::ExistingPath);
  command
      ->add_option(
          "--budget", search.budget,
          "macs=0.25,0.5: shares of the full network's multiply-accumulates; u=0.25,0.5: what the network costs at these utilizations; "
          "latency_ms=1,2: of one input, by the runtime on this machine with one thread. "
          "Each becomes the u of an operating point")
      ->required()
      ->check(not_empty);
  names_path(command->add_option("--out", search.out, "Model file to write"))->required()->check(not_empty);
  command->add_option("--images", search.samples.validation, "Held-out samples that each choice is measured on")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  command->add_option("--statistics-images", search.samples.statistics, "Training samples for the batch-norm statistics of each choice")
      ->check(CLI::Range(2, 100000000))
      ->capture_default_str();
  command->add_option("--recalibration-images", search.recalibration_images, "The same of the widths that are kept")
      ->check(CLI::Range(2, 100000000))
      ->capture_default_str();
  command->add_flag("--test", search.test, "Compare with uniform widths on the test set, too: paired, read once");
  options->flags.add_to(*command);
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run_search(*options, session); }; });
}

}  // namespace tnn::app
