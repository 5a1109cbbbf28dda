#include <fmt/format.h>

#include <memory>

#include "core/error.h"
#include "pipelines/data_tables.h"
#include "subcommands.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::string name, data_root, format = "text";
};

int run_verify(const Options& options, const Session& session) {
  TerminalProgress terminal;
  Progress silent;
  const VerifiedData verified = verify_data(options.name, options.data_root, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) terminal.end();
  fmt::print("{}", format_table(verified.table, table_format(options.format)));
  fmt::print(stderr, "{}\n", verified.summary);
  return verified.ok ? 0 : static_cast<int>(ExitCode::data);
}

int run_list(const Options& options) {
  fmt::print("{}", format_table(data_list(), table_format(options.format)));
  return 0;
}

}  // namespace

void setup_data(CLI::App& app, Session& session) {
  auto* data = app.add_subcommand("data", "Data sets: what is known, and whether what is on disk is right");
  data->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* verify = data->add_subcommand("verify", "Check every file of a data set: presence, size, checksum, format, labels");
  verify->add_option("NAME", options->name, "Name of a data set (see: tnn data list)")->required();
  verify->add_option("--data-root", options->data_root, "Folder that holds the data sets (default: environment variable TNN_DATA)");
  add_format(*verify, options->format);
  verify->callback([options, &session] { session.action = [options, &session] { return run_verify(*options, session); }; });
  auto* list = data->add_subcommand("list", "List the known data sets");
  add_format(*list, options->format);
  list->callback([options, &session] { session.action = [options] { return run_list(*options); }; });
}

}  // namespace tnn::app
