#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "small_training.h"

using namespace tnn;

TEST_CASE("the program says its version, and mistakes on the command line exit with 2") {
  CHECK_THAT(tnn_run("--version").out, ContainsSubstring("LibTorch") && ContainsSubstring("HDF5"));
  CHECK(tnn_run("--help").code == 0);
  for (const char* arguments :
       {"", "trian", "train", "train a.yaml --fast", "inspect", "sweep-utilization absent", "train a.yaml --resume --overwrite", "recipe",
        "data verify", "completion fish", "inspect x --format xml"}) {
    INFO(arguments);
    CHECK(tnn_run(arguments).code == 2);
  }
  const Outcome missing = tnn_run("train absent.yaml");
  CHECK(missing.code == 2);
  CHECK_THAT(missing.err, ContainsSubstring("absent.yaml"));
}

TEST_CASE("all faults of a recipe are listed with file, line and column, and exit with 2") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "r.yaml", "model:\n  name: vgg_w\n  cardinalty: 8\ntraining:\n  epochs: -1\n");
  const Outcome outcome = tnn_run("train " + (folder.path() / "r.yaml").string() + " --dry-run --set training.lerning_rate=1");
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("r.yaml:3:3") && ContainsSubstring("cardinality") && ContainsSubstring("r.yaml:5:") &&
                              ContainsSubstring("learning_rate"));
}

TEST_CASE("inspect prints operating points as JSON with their costs") {
  const Outcome outcome = tnn_run("inspect " TNN_SOURCE_DIR "/recipes/dtnn-2022/vgg-w-cifar10.yaml --format json");
  REQUIRE(outcome.code == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  REQUIRE(json.at("operating_points").size() == 16);
  const auto& full = json.at("operating_points").back();
  CHECK(full.at("u") == 1);
  CHECK(full.at("macs").get<double>() / 1e6 == Approx(207.3).margin(0.05));
  CHECK(full.at("parameters").get<double>() / 1e6 == Approx(18.56).margin(0.005));
  CHECK(full.contains("flops"));
  CHECK(full.contains("activation_bytes"));
}

TEST_CASE("a missing data set exits with 3 and says where it was looked for and where users get it") {
  const TemporaryFolder folder;
  const Outcome outcome =
      tnn_run("train " TNN_SOURCE_DIR "/recipes/dtnn-2022/vgg-w-cifar10.yaml --dry-run --data-root " + folder.path().string());
  CHECK(outcome.code == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("cifar-10-batches-bin") && ContainsSubstring(folder.path().string()));
  CHECK(tnn_run("data verify cifar10 --data-root " + folder.path().string()).code == 3);
  CHECK(tnn_run("data verify cifar11").code == 2);
}

TEST_CASE("an unknown subcommand is named with those there are") {
  const Outcome outcome = tnn_run("tain recipe.yaml");
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("'tain'") && ContainsSubstring("did you mean 'train'"));
  CHECK(tnn_run("").code == 2);
  CHECK(tnn_run("--help").code == 0);
}

TEST_CASE("what cannot be written to stderr is lost alone") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  CHECK(wait_for(start_command("exec " TNN_PROGRAM " data verify nofile 2>/dev/full; exit $?", out, folder.path() / "err")) == 2);
  if (!has_fashion_mnist()) return;
  const auto run = folder.path() / "run";
  CHECK(wait_for(start_command("{ " TNN_PROGRAM " " + small_training(run) + " 2>/dev/full; }", out, folder.path() / "err")) == 0);
  CHECK(std::filesystem::exists(run / "model.safetensors"));
}

TEST_CASE("one command trains, sweeps and writes every report, and a folder that holds a run is not touched unasked") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  const TemporaryFolder folder;
  const auto run = folder.path() / "run";
  const Outcome outcome = tnn_run(small_training(run));
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  for (const char* name : {"recipe.resolved.yaml", "metrics.jsonl", "checkpoints/last.safetensors", "checkpoints/best.safetensors",
                           "model.safetensors", "curve.csv", "curve.json", "curve.h5", "curve.svg", "report.html", "log.txt", "events"})
    CHECK(std::filesystem::exists(run / name));
  const auto curve = nlohmann::json::parse(read_file(run / "curve.json"));
  REQUIRE(curve.at("points").size() == 4);
  for (const auto& point : curve.at("points")) {
    CHECK(point.at("top1_low") <= point.at("top1"));
    CHECK(point.at("top1") <= point.at("top1_high"));
    CHECK(point.at("images") == 200);
  }
  const Outcome resolved =
      tnn_run("train " + (run / "recipe.resolved.yaml").string() + " --dry-run --out " + (folder.path() / "other").string());
  INFO(resolved.err);
  CHECK(resolved.code == 0);
  const Outcome again = tnn_run(small_training(run));
  CHECK(again.code == 2);
  CHECK_THAT(again.err, ContainsSubstring("--resume") && ContainsSubstring("--overwrite"));

  const Outcome sweep = tnn_run("sweep-utilization " + run.string() + " --u 0.25:1:0.25 --format json --quiet");
  REQUIRE(sweep.code == 0);
  const auto rows = nlohmann::json::parse(sweep.out).at("points");
  REQUIRE(rows.size() == 4);
  for (size_t i = 0; i < 4; ++i) CHECK(rows[i] == curve.at("points")[i]);
  CHECK(sweep.err.empty());
  const Outcome inspected = tnn_run("inspect " + run.string() + " --format json");
  REQUIRE(inspected.code == 0);
  const auto points = nlohmann::json::parse(inspected.out).at("operating_points");
  for (const auto& point : points) CHECK(point.at("validation_accuracy").get<double>() > 0);

  const Outcome exported =
      tnn_run("export " + run.string() + " --format onnx --u 0.25,1 --out " + (run / "net.onnx").string() + " --print json --quiet");
  INFO(exported.err);
  REQUIRE(exported.code == 0);
  const auto files = nlohmann::json::parse(exported.out);
  REQUIRE(files.size() == 2);
  CHECK(files[0].at("bytes") < files[1].at("bytes"));
  CHECK(std::filesystem::exists(run / "net-u0.25.onnx"));
  CHECK(files[1].at("largest_difference").get<double>() < 1e-5);
}

TEST_CASE("a loss that is not finite exits with 4 and says step and u") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  const TemporaryFolder folder;
  const Outcome outcome = tnn_run(small_training(folder.path() / "run") +
                                  " --set training.learning_rate=100 --set training.batch_norm=shared --set model.batch_norm=false"
                                  " --set training.schedule=constant");
  CHECK(outcome.code == 4);
  CHECK_THAT(outcome.err, ContainsSubstring("step") && ContainsSubstring("u = ") && ContainsSubstring("last.safetensors"));
}

TEST_CASE("what a trained model decides cannot be overridden, and a device is no recipe") {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "m.safetensors", "x");
  for (const std::string flag : {"--set model.cardinality=4", "--set data.name=mnist", "--set training.epochs=3"}) {
    const Outcome sweep = tnn_run("sweep-utilization " + (folder.path() / "m.safetensors").string() + " " + flag);
    CHECK(sweep.code == 2);
    CHECK_THAT(sweep.err, ContainsSubstring("the model file decides"));
  }
  const Outcome device = tnn_run("train /dev/zero");
  CHECK(device.code == 2);
  CHECK_THAT(device.err, ContainsSubstring("/dev/zero"));
  CHECK(tnn_run("train recipe.yaml --out ''").code == 2);
}

TEST_CASE("damaged test images end a training before it starts, and --overwrite leaves the run that was there") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST (Debian package dataset-fashion-mnist) is not installed");
  const TemporaryFolder folder;
  const auto data = folder.path() / "data" / "fashion-mnist", run = folder.path() / "run";
  std::filesystem::create_directories(data);
  for (const auto& entry : std::filesystem::directory_iterator("/usr/share/datasets/fashion-mnist"))
    std::filesystem::copy_file(entry.path(), data / entry.path().filename());
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (entry.path().filename().string().rfind("t10k-images", 0) == 0) std::filesystem::resize_file(entry.path(), 5000);
  std::filesystem::create_directories(run);
  write_file_atomically(run / "recipe.resolved.yaml", "kept");
  const Outcome outcome = tnn_run(small_training(run) + " --overwrite --data-root " + (folder.path() / "data").string());
  CHECK(outcome.code == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("t10k-images"));
  CHECK(read_file(run / "recipe.resolved.yaml") == "kept");
}

TEST_CASE("a damaged model file exits with 3, without a crash") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "m.safetensors";
  write_file_atomically(path, std::string(1000, 'x'));
  CHECK(tnn_run("inspect " + path.string()).code == 3);
  CHECK(tnn_run("sweep-utilization " + path.string()).code == 3);
  CHECK(tnn_run("sweep-utilization " + folder.path().string()).code == 3);
}

TEST_CASE("a result that cannot be written exits with 1, and closed standard streams do no harm") {
  CHECK(std::system(TNN_PROGRAM " recipe keys >/dev/full 2>/dev/null") != 0);
  CHECK(std::system(TNN_PROGRAM " recipe keys >&- 2>/dev/null") != 0);
  CHECK(std::system(TNN_PROGRAM " recipe keys 2>&- >/dev/null") == 0);
}

TEST_CASE("completion scripts are valid bash and know the subcommands") {
  const Outcome outcome = tnn_run("completion bash");
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "tnn.bash",
                        outcome.out +
                            "COMP_WORDS=(tnn sw); COMP_CWORD=1; _tnn; echo \"${COMPREPLY[@]}\"\nCOMP_WORDS=(tnn train --re); COMP_CWORD=2; "
                            "_tnn; echo \"${COMPREPLY[@]}\"\n");
  const std::string command = "bash '" + (folder.path() / "tnn.bash").string() + "' > '" + (folder.path() / "out").string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_file(folder.path() / "out") == "sweep-utilization\n--resume\n");
}

TEST_CASE("learned gates are trained on a data path and resume and become a table that sweep and inspect and export read") {
  if (!has_fashion_mnist()) TNN_SKIP("Fashion-MNIST is not installed (package dataset-fashion-mnist)");
  const TemporaryFolder folder;
  const auto run = folder.path() / "run", gates = folder.path() / "run/gates", killed = folder.path() / "killed";
  const std::string with_gates =
      " --set gating.strategy=independent --set gates.method=reinforce --set gates.epochs=2 --set gates.points=8";
  const Outcome whole = tnn_run(small_training(run) + with_gates);
  INFO(whole.err);
  REQUIRE(whole.code == 0);
  CHECK(std::filesystem::exists(run / "model.safetensors"));
  for (const char* name : {"recipe.resolved.yaml", "metrics.jsonl", "checkpoints/last.safetensors", "model.safetensors", "curve.json",
                           "report.html", "log.txt"})
    CHECK(std::filesystem::exists(gates / name));
  const Outcome again = tnn_run(small_training(run) + with_gates);
  CHECK(again.code == 2);

  // The stage alone, stopped on the way, gives the same bits.
  std::string alone = small_training(killed) + with_gates + " --from " + run.string() + " --resume";
  alone.replace(0, 5, "train-gates");
  CHECK(stop_after(alone, killed, 5, SIGTERM) == 75);
  REQUIRE(tnn_run(alone).code == 0);
  CHECK(tensors_of(gates / "model.safetensors") == tensors_of(killed / "model.safetensors"));

  const auto curve = nlohmann::json::parse(read_file(gates / "curve.json"));
  CHECK_THAT(curve.at("model").get<std::string>(), ContainsSubstring("reinforce gating"));
  const Outcome inspected = tnn_run("inspect " + gates.string() + " --format json");
  REQUIRE(inspected.code == 0);
  const auto points = nlohmann::json::parse(inspected.out).at("operating_points");
  CHECK(points.size() == curve.at("points").size());
  CHECK(points.size() <= 8);
  const Outcome exported = tnn_run("export " + gates.string() + " --format onnx --throttleable --out " +
                                   (folder.path() / "net.onnx").string() + " --print json --quiet");
  INFO(exported.err);
  CHECK(exported.code == 0);

  // What does not fit is said before anything is written.
  const auto wrong = folder.path() / "wrong";
  std::string other = small_training(wrong) + with_gates + " --from " + run.string();
  other.replace(0, 5, "train-gates");
  const Outcome another_network = tnn_run(other + " --set model.cardinality=2");
  CHECK(another_network.code == 2);
  CHECK_THAT(another_network.err, ContainsSubstring("not that of"));
  const Outcome no_gates = tnn_run(other + " --set gates.method=none");
  CHECK(no_gates.code == 2);
  CHECK_THAT(no_gates.err, ContainsSubstring("gates.method"));
  CHECK(tnn_run(other + " --set gates.draws=1").code == 2);
  const Outcome dry = tnn_run(other + " --dry-run --format json");
  INFO(dry.err);
  REQUIRE(dry.code == 0);
  CHECK_THAT(nlohmann::json::parse(dry.out).at("stages").at(0).at("subject").get<std::string>(), ContainsSubstring("reinforce"));
  CHECK_FALSE(std::filesystem::exists(wrong));
  std::string over_datapath = small_training(run) + with_gates + " --from " + run.string() + " --overwrite";
  over_datapath.replace(0, 5, "train-gates");
  const Outcome lost = tnn_run(over_datapath);
  CHECK(lost.code == 2);
  CHECK_THAT(lost.err, ContainsSubstring("folder of the model itself"));
  CHECK(std::filesystem::exists(run / "gates/model.safetensors"));
}
