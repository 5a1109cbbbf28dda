#include "pipelines/write_card.h"

#include <fmt/format.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "data/card_writer.h"
#include "data/drafted_card.h"
#include "pipelines/experiment.h"
#include "pipelines/output_check.h"

namespace tnn {
namespace fs = std::filesystem;
namespace {

void check_file(const CardRequest& request) {
  CommandInputs().check("--out", request.file);
  const OutputPlace place = output_place(request.file);
  std::error_code fault;
  if (place.kind != OutputPlace::Kind::file || !fs::exists(place.path, fault)) return;
  if (!request.overwrite) throw UsageError(fmt::format("'{}' is there already: --overwrite replaces it", request.file.string()));
  if (place.path.extension() != ".yaml")
    throw UsageError(fmt::format("'{}' is there already and is no card (*.yaml): name another file", request.file.string()));
}

}  // namespace

WrittenCard write_card(const CardRequest& request, Progress& progress) {
  const fs::path root = data_root_or_default(request.data_root).folder;
  if (root.empty())
    throw DataError("no data root is given: name the folder that holds the data with --data-root or the environment variable TNN_DATA");
  if (!request.file.empty()) check_file(request);
  const DraftedCard draft = draft_card(request.name, root, request.images, progress);
  const std::string comment = fmt::format("Written by tnn data card. Mean and deviation: of {}.", draft.statistics);
  WrittenCard written{card_yaml(draft.card, comment), draft.notes};
  written.notes.emplace_back("licence and source of the card are to be filled in");
  if (request.file.empty()) return written;
  write_file_atomically(request.file, written.yaml);
  if (request.file.extension() != ".yaml" || request.file.stem() != request.name)
    written.notes.push_back(
        fmt::format("the data set is found by the name of its card's file, here '{}'; cards end in .yaml", request.file.stem().string()));
  return written;
}

}  // namespace tnn
