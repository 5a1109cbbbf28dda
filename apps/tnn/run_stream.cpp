#include "run_stream.h"

#include <fmt/format.h>

#include "core/error.h"
#include "gentle_stop.h"
#include "pipelines/govern_stream.h"
#include "pipelines/load_schedule.h"
#include "pipelines/stream_report.h"
#include "tell.h"

namespace tnn::app {

void add_stream_options(CLI::App& command, StreamOptions& options, const std::vector<const char*>& others) {
  auto* govern = command.add_option(
      "--govern", options.govern,
      "Run a stream of single inputs, and let a governor choose u by what it measures: one of latency_ms=X, deadline_ms=X, power_mw=X, "
      "temperature_c=X, fixed=U, rules=FILE; with commas, quantile=Q (of latency_ms, 0.9), accuracy=A (least validation accuracy), "
      "floor=certified|none");
  govern->check(not_empty)->type_name("TARGET");
  for (const char* other : others) govern->excludes(command.get_option(other));
  command.add_option("--stream", options.seconds, "Seconds of the governed stream")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str()
      ->needs(govern);
  auto* trace =
      names_path(command.add_option("--load-trace", options.load_trace,
                                    "Load during the stream, a CSV file: time_s,busy_threads (or load: busy threads a processor)"))
          ->check(CLI::ExistingFile)
          ->needs(govern);
  command
      .add_option("--synthetic-load", options.synthetic_load,
                  "Load during the stream, by busy threads: none, step (one a processor in the middle third), ramp, spikes")
      ->check(CLI::IsMember(synthetic_load_names()))
      ->capture_default_str()
      ->needs(govern)
      ->excludes(trace);
  names_path(command.add_option("--trace", options.trace, "Where each inference is written (.csv), and beside it a picture (.svg)"))
      ->check(not_empty)
      ->needs(govern);
  names_path(command.add_option("--profile", options.profile,
                                "What each operating point takes, as `tnn bench` writes it (.json); without: measured for a second at the "
                                "start"))
      ->check(CLI::ExistingFile)
      ->needs(govern);
  command.add_option("--seed", options.seed, "Of the noise that stands for inputs where there is no --input")
      ->capture_default_str()
      ->needs(govern);
}

int run_governed(const RunRequest& run, const StreamOptions& options, const std::string& format, const Session& session) {
  if (run.runtime.engine == "torch")
    throw UsageError("the engine torch has no governor (allowed with --govern: the engines of the runtime)");
  GovernRequest request;
  request.run = run;
  request.run.runtime.batch_limit = 1;
  request.asked = read_govern_text(CLI::detail::split(options.govern, ','));
  request.seconds = options.seconds, request.load_trace = options.load_trace, request.synthetic_load = options.synthetic_load;
  request.trace = options.trace, request.profile = options.profile, request.seed = options.seed;
  const TableFormat form = table_format(format);
  stop_gently_on_signals();
  check_stream_outputs(request);
  const GovernResult result = govern_stream(request);
  if (!session.quiet) {
    for (const std::string& note : result.notes) tell(note + "\n");
    tell(fmt::format("{} inferences in {} s; engine: {}\n", result.rows.size(), options.seconds, result.engine));
  }
  const std::string table = format_table(figures_table(result.figures, is_for_programs(form)), form);
  options.trace.empty() ? print_table(table, form) : print_table_beside(options.trace, table, form);
  return 0;
}

}  // namespace tnn::app
