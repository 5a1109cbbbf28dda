#include "pipelines/data_tables.h"

#include <fmt/format.h>

#include "data/dataset_card.h"
#include "data/verify.h"
#include "pipelines/experiment.h"

namespace tnn {

VerifiedData verify_data(const std::string& name, const std::string& data_root, Progress& progress) {
  const DatasetCard card = load_card(find_cards_folder(), name);
  const VerifyReport report = verify_dataset(card, data_root_or_default(data_root), &progress);
  VerifiedData result{{{"file", "problem"}, {}, {}}, {}, report.ok()};
  for (const Finding& finding : report.findings) result.table.rows.push_back({finding.file.string(), finding.problem});
  if (report.ok()) {
    result.table = {{"class", "train_images", "test_images"}, {}, {false, true, true}};
    for (size_t i = 0; i < card.classes.size(); ++i)
      result.table.rows.push_back({card.classes[i], std::to_string(report.train_counts.at(i)), std::to_string(report.test_counts.at(i))});
  }
  const size_t faults = report.findings.size();
  result.summary = fmt::format("{}: {} in {}", card.title,
                               report.ok() ? "everything as its card says" : fmt::format("{} fault{}", faults, faults == 1 ? "" : "s"),
                               report.folder.string());
  return result;
}

Table data_list() {
  Table table{{"name", "title", "images", "classes", "source"}, {}, {false, false, false, true, false}};
  const auto folder = find_cards_folder();
  for (const std::string& name : card_names(folder)) {
    const DatasetCard card = load_card(folder, name);
    table.rows.push_back({name, card.title, fmt::format("{} + {}", card.train.images(), card.test.images()),
                          std::to_string(card.classes.size()), card.source});
  }
  return table;
}

}  // namespace tnn
