#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "core/processor.h"
#include "core/table.h"
#include "gentle_stop.h"
#include "program.h"
#include "tell.h"

namespace tnn::app {
namespace {

Table summary_table(const RunSummary& summary) {
  return {{"inputs", "point", "u", "macs", "engine"},
          {{std::to_string(summary.inputs), std::to_string(summary.point), fmt::format("{}", summary.u), std::to_string(summary.macs),
            summary.engine}},
          {true, true, true, true, false}};
}

void check_engine(const std::string& name) {
  const std::vector<std::string> known = run_engines();
  if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end())
    throw UsageError(unknown_name_message("engine", name, known));
}

}  // namespace

void setup_run(CLI::App& app, Session& session) {
  struct Options {
    RunRequest request;
    std::string precision = "fp32", format = "text";
  };
  auto* command = app.add_subcommand("run", "Compute a model's outputs for the inputs of a .npy file at one utilization");
  auto options = std::make_shared<Options>();
  RunRequest& request = options->request;
  request.runtime.batch_limit = 32;
  names_path(command->add_option("MODEL", request.model, "Model file (.safetensors) or run folder"))->required()->check(CLI::ExistingPath);
  names_path(command->add_option("--input", request.input, "Inputs (.npy): one or [batch, ...]; float32, float64, or uint8 images"))
      ->required();
  names_path(command->add_option("--output", request.output,
                                 "Where the outputs go (.npy, float32); of a model with several, each into NAME-<output>.npy"))
      ->required();
  auto* u = command->add_option("--u", request.u, "Utilization in (0, 1]")->capture_default_str();
  command->add_option("--point", request.point, "Operating point by index (tnn inspect lists them), instead of --u")->excludes(u);
  command->add_option("--engine", request.runtime.engine,
                      "What computes: " + CLI::detail::join(run_engines(), ", ") + " (default: the first)");
  command
      ->add_option("--threads", request.runtime.threads,
                   "Threads that work on one input together; 0: all processors that the process may use")
      ->capture_default_str();
  command->add_option("--batch", request.runtime.batch_limit, "Inputs computed together")->capture_default_str();
  command->add_option("--precision", options->precision, "fp32, tf32, fp16 or bf16; tf32 and fp16 on a GPU only")->capture_default_str();
  names_path(command->add_option("--tune", request.runtime.tuning_file,
                                 "Measure every way to compute each step, and take the fastest; kept in this file (.json) for later runs"));
  add_format(*command, options->format);
  command->callback([options, &session] {
    session.action = [options] {
      RunRequest& asked = options->request;
      check_engine(asked.runtime.engine);
      check_tuning(asked.runtime.engine, asked.runtime.tuning_file);
      asked.runtime.precision = precision_from_name(options->precision);
      asked.runtime.threads = threads_or_available(asked.runtime.threads);
      stop_gently_on_signals();
      check_outputs(asked);
      print_result_beside(asked.output, summary_table(run_in_engine(asked)), options->format);
      return 0;
    };
  });
}

}  // namespace tnn::app
