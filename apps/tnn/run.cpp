#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "core/error.h"
#include "core/processor.h"
#include "core/table.h"
#include "gentle_stop.h"
#include "pipelines/top_classes.h"
#include "program.h"
#include "run_stream.h"
#include "tell.h"

namespace tnn::app {
namespace {

constexpr int64_t kUsualTop = 5;

struct Options {
  RunRequest request;
  int64_t top = 0;  ///< 0: not asked for
  std::filesystem::path draw;
  std::string precision = "fp32", format = "text";
  StreamOptions stream;
};

/// Of inputs at points of their own: how many there were at each utilization.
std::string chosen_utilizations(const RunResult& result) {
  std::map<double, int64_t> counts;
  for (const Decision& decision : result.decisions) ++counts[result.description.points[static_cast<size_t>(decision.point)].u];
  std::string text;
  for (const auto& [u, count] : counts) text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", u, count);
  return text;
}

Table summary_table(const RunResult& result) {
  if (!result.decisions.empty())
    return {{"inputs", "chosen_u", "mean_macs", "engine"},
            {{std::to_string(result.inputs.size()), chosen_utilizations(result), std::to_string(result.macs), result.engine}},
            {true, false, true, false}};
  return {{"inputs", "point", "u", "macs", "engine"},
          {{std::to_string(result.inputs.size()), std::to_string(result.point), fmt::format("{}", result.u), std::to_string(result.macs),
            result.engine}},
          {true, true, true, true, false}};
}

void check_engine(const std::string& name) {
  const std::vector<std::string> known = run_engines();
  if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end())
    throw UsageError(unknown_name_message("engine", name, known));
}

void check_input(RunRequest& asked) {
  if (!std::filesystem::exists(asked.input)) throw DataError(fmt::format("--input: there is no '{}'", asked.input.string()));
  check_is_input(asked.input);
  give_image_reader(asked);
}

int run(Options& options, const Session& session) {
  RunRequest& asked = options.request;
  check_engine(asked.runtime.engine);
  check_tuning(asked.runtime.engine, asked.runtime.tuning_file);
  asked.runtime.precision = precision_from_name(options.precision);
  asked.runtime.threads = threads_or_available(asked.runtime.threads);
  if (asked.input.empty() && options.stream.govern.empty()) throw UsageError("run: --input is required (without --govern)");
  if (!asked.input.empty()) check_input(asked);
  const bool detects = runs_as_detector(asked);
  if (!options.draw.empty() && !detects) throw UsageError("run: --draw is for detectors, with images as --input");
  if (detects && !options.stream.govern.empty()) throw UsageError("run: --govern does not run detectors yet (allowed: --u or --point)");
  if (detects && options.top > 0) throw UsageError("run: --top is for classifiers: a detector's boxes are printed as they are");
  if (detects) {
    stop_gently_on_signals();
    return run_detector(asked, options.draw, options.format, session);
  }
  if (!options.stream.govern.empty()) return run_governed(asked, options.stream, options.format, session);
  if (options.top == 0 && asked.output.empty()) {
    if (!is_image_input(asked.input))
      throw UsageError("run: nothing is asked for: --output FILE.npy writes the outputs, --top K prints the K most probable classes");
    options.top = kUsualTop;
  }
  asked.needs_classes = options.top > 0;
  stop_gently_on_signals();
  check_outputs(asked);
  const RunResult result = run_in_engine(asked);
  if (!session.quiet && !result.note.empty()) tell(result.note + "\n");
  if (options.top == 0) {
    print_result_beside(asked.output, summary_table(result), options.format);
    return 0;
  }
  const bool exact = is_for_programs(table_format(options.format));
  if (!session.quiet) tell(format_table(summary_table(result), TableFormat::text) + "\n");
  const Table classes = top_classes(result.description, result.inputs, result.outputs.front(), options.top, exact);
  asked.output.empty() ? print_result(classes, options.format) : print_result_beside(asked.output, classes, options.format);
  return 0;
}

}  // namespace

void setup_run(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand(
      "run", "Compute a model's outputs for images or a .npy file at one utilization, or a stream at those that a governor chooses");
  auto options = std::make_shared<Options>();
  RunRequest& request = options->request;
  request.runtime.batch_limit = 32;
  names_path(command->add_option("MODEL", request.model, "Model file (.safetensors) or run folder"))->required()->check(CLI::ExistingPath);
  names_path(command->add_option(
      "--input", request.input,
      "A JPEG or PNG image, a folder of them (of clips: of frames, or of such folders), or a .npy file: one input or [batch, "
      "...], numbers or uint8 images; with --govern it may be left out"));
  command->add_option("--top", options->top, "Print the K most probable classes of each input, with their probabilities (images: 5)")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20))
      ->type_name("K");
  names_path(command->add_option("--output", request.output,
                                 "Where the outputs go (.npy, float32); of a model with several, each into NAME-<output>.npy"))
      ->check(not_empty);
  names_path(command->add_option("--draw", options->draw,
                                 "Of a detector: where the image goes with its detections drawn (.png); of a folder of images a folder"))
      ->check(not_empty);
  auto* u = command->add_option("--u", request.u, "Utilization in (0, 1]")->capture_default_str();
  command->add_option("--point", request.point, "Operating point by index (tnn inspect lists them), instead of --u")->excludes(u);
  auto* point_option = command->get_option("--point");
  names_path(
      command->add_option("--controller", request.controller, "Let this controller (controller.safetensors) choose u for each input"))
      ->check(CLI::ExistingFile)
      ->excludes(u)
      ->excludes(point_option);
  command
      ->add_flag("--floor", request.floor,
                 "Run each input at the certified floor of the model, or with --controller of the controller (tnn calibrate-floor)")
      ->excludes(u)
      ->excludes(point_option);
  command->add_option("--engine", request.runtime.engine,
                      "What computes: " + CLI::detail::join(run_engines(), ", ") + " (default: the first)");
  command
      ->add_option("--threads", request.runtime.threads,
                   "Threads that work on one input together; 0: all processors that the process may use")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command->add_option("--batch", request.runtime.batch_limit, "Inputs computed together")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->add_option("--precision", options->precision, "fp32, tf32, fp16 or bf16; tf32 and fp16 on a GPU only")->capture_default_str();
  names_path(command->add_option("--tune", request.runtime.tuning_file,
                                 "Measure every way to compute each step, and take the fastest; kept in this file (.json) for later runs"));
  add_stream_options(*command, options->stream, {"--u", "--point", "--controller", "--floor", "--output", "--top", "--batch"});
  add_format(*command, options->format);
  command->callback([options, &session] { session.action = [options, &session] { return run(*options, session); }; });
}

}  // namespace tnn::app
