#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "core/table.h"
#include "data/dataset_card.h"
#include "data/verify.h"
#include "subcommands.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::string name, data_root, format = "text";
};

std::string root_of(const Options& options) {
  if (!options.data_root.empty()) return options.data_root;
  const char* from_environment = std::getenv("TNN_DATA");
  return from_environment ? from_environment : "";
}

int run_verify(const Options& options, const Session& session) {
  const DatasetCard card = load_card(find_cards_folder(), options.name);
  TerminalProgress terminal;
  const VerifyReport report = verify_dataset(card, root_of(options), session.quiet ? nullptr : &terminal);
  if (!session.quiet) terminal.end();
  Table table;
  if (report.ok()) {
    table = {{"class", "train_images", "test_images"}, {}, {false, true, true}};
    for (size_t i = 0; i < card.classes.size(); ++i)
      table.rows.push_back({card.classes[i], std::to_string(report.train_counts.at(i)), std::to_string(report.test_counts.at(i))});
  } else {
    table = {{"file", "problem"}, {}, {}};
    for (const Finding& finding : report.findings) table.rows.push_back({finding.file.string(), finding.problem});
  }
  fmt::print("{}", format_table(table, table_format(options.format)));
  fmt::print(stderr, "{}: {} in {}\n", card.title,
             report.ok() ? "everything as its card says" : fmt::format("{} faults", report.findings.size()), report.folder.string());
  return report.ok() ? 0 : static_cast<int>(ExitCode::data);
}

int run_list(const Options& options) {
  Table table{{"name", "title", "images", "classes", "source"}, {}, {false, false, false, true, false}};
  const auto folder = find_cards_folder();
  for (const std::string& name : card_names(folder)) {
    const DatasetCard card = load_card(folder, name);
    table.rows.push_back({name, card.title, fmt::format("{} + {}", card.train.images(), card.test.images()),
                          std::to_string(card.classes.size()), card.source});
  }
  fmt::print("{}", format_table(table, table_format(options.format)));
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
