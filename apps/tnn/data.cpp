#include <fmt/format.h>

#include <memory>

#include "core/error.h"
#include "core/interruption.h"
#include "gentle_stop.h"
#include "pipelines/data_tables.h"
#include "pipelines/write_card.h"
#include "subcommands.h"
#include "tell.h"
#include "terminal_progress.h"

namespace tnn::app {
namespace {

struct Options {
  std::string name, data_root, format = "text";
  PackOptions pack;
  LoadingOptions loading;
  CardRequest card;
  bool plain = false;
};

int run_verify(const Options& options, const Session& session) {
  TerminalProgress terminal;
  Progress silent;
  stop_gently_on_signals();
  const VerifiedData verified = verify_data(options.name, options.data_root, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) terminal.end();
  stop_if_interrupted();  // since its last file
  print_result(verified.table, options.format);
  tell(fmt::format("{}\n", verified.summary));
  return verified.ok ? 0 : static_cast<int>(ExitCode::data);
}

int run_pack(Options& options, const Session& session) {
  TerminalProgress terminal;
  Progress silent;
  stop_gently_on_signals();
  options.pack.name = options.name;
  options.pack.data_root = options.data_root;
  const std::string line = pack_data(options.pack, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) terminal.end();
  print_text(line + "\n");
  return 0;
}

int run_speed(Options& options) {
  options.loading.name = options.name;
  options.loading.data_root = options.data_root;
  options.loading.augment = !options.plain;
  print_result(loading_speed(options.loading), options.format);
  return 0;
}

int run_card(Options& options, const Session& session) {
  TerminalProgress terminal;
  Progress silent;
  stop_gently_on_signals();
  options.card.name = options.name;
  options.card.data_root = options.data_root;
  const WrittenCard written = write_card(options.card, session.quiet ? silent : static_cast<Progress&>(terminal));
  if (!session.quiet) terminal.end();
  if (options.card.file.empty()) print_text(written.yaml);
  for (const std::string& note : written.notes) tell(note + "\n");
  return 0;
}

int run_list(const Options& options) {
  print_result(data_list(), options.format);
  return 0;
}

void add_name_and_root(CLI::App& command, Options& options) {
  command.add_option("NAME", options.name, "Name of a data set (see: tnn data list)")->required();
  names_path(command.add_option("--data-root", options.data_root,
                                "Folder that holds the data sets, and no other (default: environment variable TNN_DATA)"));
}

void setup_verify(CLI::App& data, const std::shared_ptr<Options>& options, Session& session) {
  auto* verify =
      data.add_subcommand("verify", "Check every file of a data set: presence, size, checksum, format, labels; images are decoded");
  add_name_and_root(*verify, *options);
  add_format(*verify, options->format);
  verify->callback([options, &session] { session.action = [options, &session] { return run_verify(*options, session); }; });
}

void setup_pack(CLI::App& data, const std::shared_ptr<Options>& options, Session& session) {
  auto* pack = data.add_subcommand(
      "pack", "Pack an image folder, clips or images with boxes into one HDF5 file, for file systems on which many small files are slow");
  add_name_and_root(*pack, *options);
  names_path(pack->add_option("FILE", options->pack.file, "The file to write, such as imagenet.h5"))->required();
  pack->add_option("--damaged", options->pack.damaged, "What to do about damaged images or clips: stop, or skip them")
      ->capture_default_str();
  pack->add_option("--workers", options->pack.workers, "Threads that read and check images")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  pack->add_flag("--overwrite", options->pack.overwrite, "Replace the file where it is there");
  pack->callback([options, &session] { session.action = [options, &session] { return run_pack(*options, session); }; });
}

void setup_speed(CLI::App& data, const std::shared_ptr<Options>& options, Session& session) {
  auto* speed = data.add_subcommand("speed", "Measure how many images or clips a second are read, decoded and augmented");
  add_name_and_root(*speed, *options);
  LoadingOptions& loading = options->loading;
  speed->add_option("--split", loading.split, "train or test")->capture_default_str();
  speed->add_flag("--plain", options->plain, "Without augmentation: as images are prepared for evaluation");
  speed
      ->add_option("--image-size", loading.image_size,
                   "Side, or HEIGHT,WIDTH, of prepared images of any size, or of frames (default: 224, of images with boxes 1000)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 4096));
  speed->add_option("--short-side", loading.short_side, "Most pixels of the shorter side of images with boxes; 0: no limit")
      ->check(CLI::Range(0, 8192))
      ->capture_default_str();
  speed->add_option("--long-side", loading.long_side, "Most pixels of their longer side; 0: no limit")
      ->check(CLI::Range(0, 8192))
      ->capture_default_str();
  speed->add_option("--frames", loading.frames, "Frames of a clip")->check(CLI::Range(1, 4096))->capture_default_str();
  speed->add_option("--workers", loading.workers, "Threads; 0: the calling one")->check(CLI::Range(0, 256))->capture_default_str();
  speed->add_option("--batch-size", loading.batch_size, "Images or clips of a batch")->check(CLI::Range(1, 65536))->capture_default_str();
  speed->add_option("--seconds", loading.seconds, "Time to measure for, after a few batches that do not count")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  add_format(*speed, options->format);
  speed->callback([options, &session] { session.action = [options] { return run_speed(*options); }; });
}

void setup_card(CLI::App& data, const std::shared_ptr<Options>& options, Session& session) {
  auto* card =
      data.add_subcommand("card", "Write a card for a data set of your own: what lies on disk, its images, classes, mean and deviation");
  card->add_option("NAME", options->name, "Name for the data set; it lies in the folder NAME of the data root, or in the data root itself")
      ->required();
  names_path(card->add_option("--data-root", options->data_root, "Folder that holds the data (default: environment variable TNN_DATA)"));
  names_path(card->add_option("--out", options->card.file, "The card's file, such as cards/NAME.yaml (default: printed)"))
      ->check(not_empty);
  card->add_option("--images", options->card.images,
                   "Training images of an image folder that are decoded for mean and deviation, evenly chosen; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  card->add_flag("--overwrite", options->card.overwrite, "Replace the card where it is there");
  card->callback([options, &session] { session.action = [options, &session] { return run_card(*options, session); }; });
}

}  // namespace

void setup_data(CLI::App& app, Session& session) {
  auto* data =
      app.add_subcommand("data", "Data sets: what is known, whether what is on disk is right, cards for data of your own, packing, speed");
  data->require_subcommand(1);
  auto options = std::make_shared<Options>();
  setup_verify(*data, options, session);
  setup_card(*data, options, session);
  setup_pack(*data, options, session);
  setup_speed(*data, options, session);
  auto* list = data->add_subcommand(
      "list", "List the known data sets and the files of their cards, those in the folders that TNN_DATASETS names first");
  add_format(*list, options->format);
  list->callback([options, &session] { session.action = [options] { return run_list(*options); }; });
}

}  // namespace tnn::app
