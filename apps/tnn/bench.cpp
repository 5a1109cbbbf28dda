#include "pipelines/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/processor.h"
#include "gentle_stop.h"
#include "program.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  BenchRequest request;
  std::string precision = "fp32", rule = "none", format = "text";
};

void check_bench_engine(const std::string& name) {
  const std::vector<std::string> known = engine_names();
  if (!name.empty() && std::find(known.begin(), known.end(), name) == known.end())
    throw UsageError(unknown_name_message("engine", name, known));
}

int run_benchmark(Options& options, const CLI::App& command, const Session& session) {
  BenchRequest& request = options.request;
  RuntimeOptions& runtime = request.run.runtime;
  check_bench_engine(runtime.engine);
  if (!request.run.input.empty() && !std::filesystem::exists(request.run.input))
    throw DataError(fmt::format("--input: there is no '{}'", request.run.input.string()));
  runtime.precision = precision_from_name(options.precision);
  runtime.threads = threads_or_available(runtime.threads);
  request.meter.gpu = runtime.engine == "cuda";
  request.mlperf = options.rule == "mlperf";
  if (request.mlperf && command.get_option("--repetitions")->count() == 0) request.plan.repetitions = 1;
  request.command = session.command;
  give_image_reader(request.run);
  stop_gently_on_signals();
  TerminalProgress terminal;
  Progress silent;
  const BenchResult result = run_bench(request, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) {
    for (const std::string& statement : result.statements) tell(statement + "\n");
    for (const auto& file : result.written) tell(fmt::format("written: {}\n", file.string()));
  }
  const TableFormat format = table_format(options.format);
  print_table(format_bench(result, format), format);
  return 0;
}

void add_what(CLI::App& command, BenchRequest& request) {
  names_path(command.add_option("MODEL", request.run.model, "Model file (.safetensors) or run folder"))
      ->required()
      ->check(CLI::ExistingPath);
  command.add_option("--u", request.utilizations, "all (every operating point), start:end:step, or a list such as 0.25,0.5,1")
      ->check(not_empty)
      ->capture_default_str();
  names_path(command.add_option("--input", request.run.input,
                                "Inputs as tnn run reads them; the first 64 take turns (default: noise from --seed)"))
      ->check(not_empty);
  names_path(command.add_option("--compare", request.compare,
                                "Other models of the same inputs, such as static cuts, each at u = 1, measured in turn with MODEL"))
      ->check(CLI::ExistingPath)
      ->type_name("FILES");
}

void add_engine(CLI::App& command, Options& options) {
  RuntimeOptions& runtime = options.request.run.runtime;
  command.add_option("--engine", runtime.engine, "What computes: " + CLI::detail::join(engine_names(), ", ") + " (default: the first)");
  command.add_option("--threads", runtime.threads, "Threads that work on one input together; 0: all processors that the process may use")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_option("--precision", options.precision, "fp32, tf32, fp16 or bf16; tf32 and fp16 on a GPU only")->capture_default_str();
  command.add_option("--batch", options.request.plan.batches, "Batch sizes whose throughput is measured, too")
      ->delimiter(',')
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
}

void add_how(CLI::App& command, Options& options) {
  BenchPlan& plan = options.request.plan;
  command.add_option("--duration", options.request.seconds_per_point, "Seconds of each operating point, of all repetitions together")
      ->capture_default_str();
  command.add_option("--repetitions", plan.repetitions, "In how many turns, each in an order of its own (mlperf: 1)")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      .add_option("--warm-up", plan.warm_up_seconds,
                  "Longest warm-up in seconds: it ends when four blocks of inferences differ by 3 % or less")
      ->capture_default_str();
  command.add_option("--idle", plan.idle_seconds, "Seconds of idling before and after each turn, where there is a meter")
      ->capture_default_str();
  command.add_option("--seed", plan.seed, "Of the order of the points, and of noise")->capture_default_str();
  command.add_option("--rule", options.rule, "mlperf: SingleStream, at least 600 s and 1,024 queries a turn, p90 by early stopping")
      ->check(CLI::IsMember({"none", "mlperf"}))
      ->capture_default_str();
  command.add_option("--meter", options.request.meter.meter, "auto, ina3221, nvml, rapl, battery, csv=FILE (a recording) or none")
      ->capture_default_str();
  names_path(command.add_option("--sysfs-root", options.request.meter.root,
                                "Folder that stands for / where meters and the device's state are read"))
      ->capture_default_str();
}

}  // namespace

void setup_bench(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("bench-xavier", "Measure latency, power and energy of a model at its operating points on this device");
  command->alias("bench");
  auto options = std::make_shared<Options>();
  add_what(*command, options->request);
  add_engine(*command, *options);
  add_how(*command, *options);
  names_path(command->add_option("--out", options->request.out, "Folder for bench.json and bench.svg"))->check(not_empty);
  command->add_flag("--resume", options->request.resume, "Go on with the turns that bench.json in --out holds");
  add_format(*command, options->format);
  command->callback([options, command, &session] {
    session.action = [options, command, &session] { return run_benchmark(*options, *command, session); };
  });
}

}  // namespace tnn::app
