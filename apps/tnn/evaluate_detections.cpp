#include "pipelines/evaluate_detections.h"

#include <memory>

#include "subcommands.h"
#include "tell.h"

namespace tnn::app {
namespace {

struct Options {
  EvaluateDetectionsRequest request;
  std::string format = "coco", output_format = "text";
};

void add_files(CLI::App& command, Options& options) {
  EvaluateDetectionsRequest& request = options.request;
  command.add_option("--format", options.format, "Of the ground truth, and whose average precision")
      ->required()
      ->check(CLI::IsMember({"voc", "coco"}));
  names_path(command.add_option("--ground-truth", request.ground_truth,
                                "coco: an instances file (JSON); voc: a folder such as VOC2007, or the one that holds it"))
      ->required()
      ->check(CLI::ExistingPath);
  names_path(command.add_option("--detections", request.detections,
                                "A COCO results file (JSON); voc: or a folder of VOC's results (comp4_det_test_dog.txt, ...)"))
      ->required()
      ->check(CLI::ExistingPath);
  command.add_option("--output-format", options.output_format, "How figures are printed")
      ->check(CLI::IsMember({"text", "md", "csv", "json"}))
      ->capture_default_str();
}

void add_settings(CLI::App& command, EvaluateDetectionsRequest& request) {
  command
      .add_option("--max-detections", request.max_detections,
                  "coco: most detections of an image and class, one average recall each; AP is that of the largest (default: 1,10,100)")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000000));
  command.add_option("--image-set", request.image_set, "voc: list of ImageSets/Main (default: test)")->check(not_empty);
  command.add_option("--categories", request.categories, "voc: the classes, in order (default: VOC's 20)")
      ->delimiter(',')
      ->check(not_empty);
  command.add_option("--iou", request.iou, "voc: least intersection over union of a match, in (0, 1] (default: 0.5)")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option("--voc-metric", request.metric,
                  "voc: 11-point as in VOC2007, or all-point (default: all-point for VOC2010 and later folders)")
      ->check(CLI::IsMember({"11-point", "all-point"}));
  command.add_option("--bootstrap", request.bootstrap, "Samples of images for 95 % intervals; 0: none")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
  command.add_option("--seed", request.seed, "Of these samples")->capture_default_str();
}

}  // namespace

void setup_evaluate_detections(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("evaluate-detections", "Average precision of detections in files, as COCO and PASCAL VOC define it");
  auto options = std::make_shared<Options>();
  add_files(*command, *options);
  add_settings(*command, options->request);
  command->callback([options, &session] {
    session.action = [options] {
      using Format = EvaluateDetectionsRequest::Format;
      options->request.format = options->format == "voc" ? Format::voc : Format::coco;
      const TableFormat format = table_format(options->output_format);
      print_table(evaluate_detections(options->request, format), format);
      return 0;
    };
  });
}

}  // namespace tnn::app
