#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/descriptor.h"
#include "run_fixture.h"

using namespace tnn;
namespace fs = std::filesystem;

TEST_CASE("tnn run writes to stdout, FIFOs and devices, and replaces none of them") {
  const RunFixture fixture(3, 2);
  const fs::path file = fixture.folder.path() / "out.npy", fifo = fixture.folder.path() / "fifo", null = fixture.folder.path() / "null";
  REQUIRE(tnn_run(fixture.command(file.string(), "--u 0.5")).code == 0);
  const std::string expected = read_file(file);

  const Outcome piped = tnn_run(fixture.command("/dev/stdout", "--u 0.5"));
  CHECK(piped.code == 0);
  CHECK(piped.out == expected);
  CHECK_THAT(piped.err, ContainsSubstring("macs"));

  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Outcome unread = tnn_run(fixture.command(fifo.string(), "--u 0.5"));
  CHECK(unread.code == 1);
  CHECK_THAT(unread.err, ContainsSubstring(fifo.string()) && ContainsSubstring("no process reads"));
  const Descriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK));
  CHECK(tnn_run(fixture.command(fifo.string(), "--u 0.5")).code == 0);
  std::string got(expected.size() + 1, '\0');
  CHECK(::read(reader.number(), got.data(), got.size()) == static_cast<ssize_t>(expected.size()));
  CHECK(got.substr(0, expected.size()) == expected);
  CHECK(fs::is_fifo(fifo));

  CHECK(tnn_run(fixture.command("/dev/null")).code == 0);
  CHECK(tnn_run(fixture.command("/dev/full")).code == 1);
  CHECK(tnn_run(fixture.command(fixture.folder.path().string())).code == 1);
  if (::mknod(null.c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) return;  // only root may
  CHECK(tnn_run(fixture.command(null.string())).code == 0);
  CHECK(fs::is_character_file(null));
}

TEST_CASE("an output that leads to the model or the input by any way is refused, and both stay") {
  const RunFixture fixture(3, 1);
  const fs::path folder = fixture.folder.path(), model = fixture.path, input = fixture.input;
  const std::string before = read_file(model) + read_file(input);
  fs::create_symlink("model.safetensors", folder / "link");
  fs::create_symlink("link", folder / "second");
  fs::create_hard_link(model, folder / "hard");
  fs::create_symlink(folder, folder / "folder");
  fs::create_symlink("in.npy", folder / "to_input");
  for (const char* output : {"model.safetensors", "./model.safetensors", "link", "second", "hard", "folder/model.safetensors", "in.npy",
                             "to_input", "folder/folder/in.npy"}) {
    INFO(output);
    const Outcome outcome = tnn_run(fixture.command((folder / output).string()));
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("would be lost"));
    CHECK(tnn_run(fixture.command((folder / "out.npy").string(), "--tune '" + (folder / output).string() + "'")).code == 2);
  }
  CHECK(tnn_run(fixture.command((folder / "t.json").string(), "--tune " + (folder / "t.json").string())).code == 2);
  CHECK(tnn_run(fixture.command((folder / "absent" / "out.npy").string())).code == 1);
  CHECK(read_file(model) + read_file(input) == before);
  CHECK_FALSE(fs::exists(folder / "out.npy"));
  CHECK(fs::is_symlink(folder / "link"));
}

TEST_CASE("inspect --graph writes the graph of a recipe or model, from which a recipe has the same operating points") {
  const TemporaryFolder folder;
  const std::string graph = (folder.path() / "net.json").string(), again = (folder.path() / "again.json").string();
  const RunFixture fixture(4, 1);
  for (const std::string& source : {std::string(TNN_SOURCE_DIR "/recipes/quickstart.yaml"), fixture.path}) {
    const Outcome written = tnn_run("inspect " + source + " --format csv --graph " + graph);
    INFO(source << ": " << written.err);
    REQUIRE(written.code == 0);
    CHECK(written.out == tnn_run("inspect " + source + " --format csv").out);
    write_file_atomically(folder.path() / "net.yaml", "model: {name: file, file: " + graph + "}\n");
    const Outcome read = tnn_run("inspect " + (folder.path() / "net.yaml").string() + " --format csv --graph " + again);
    CHECK(read.code == 0);
    if (source != fixture.path) CHECK(read.out == written.out);  // the model's gating may be another than the recipe's
    CHECK(read_file(graph) == read_file(again));
  }
  const Outcome piped = tnn_run("inspect " + fixture.path + " --graph /dev/stdout");
  CHECK(piped.code == 0);
  CHECK(piped.out == read_file(graph));
  CHECK_THAT(piped.err, ContainsSubstring("activation_bytes"));
  const Outcome plan = tnn_run("inspect " + fixture.path + " --plan --graph " + again);
  CHECK(plan.code == 0);
  CHECK_THAT(plan.out, ContainsSubstring("plan at operating point"));
}

TEST_CASE("inspect --graph replaces none of the files that the model is made from") {
  const TemporaryFolder folder;
  const RunFixture fixture(4, 1);
  const fs::path base = folder.path() / "base.yaml", recipe = folder.path() / "net.yaml", graph = folder.path() / "net.json";
  REQUIRE(tnn_run("inspect " + fixture.path + " --graph " + graph.string()).code == 0);
  write_file_atomically(base, "model: {name: file, file: " + graph.string() + ", pretrained: " + fixture.input + "}\n");
  write_file_atomically(recipe, "include: base.yaml\n");
  fs::create_symlink("base.yaml", folder.path() / "link");
  const auto refuses = [](const fs::path& source, const fs::path& output) {
    const std::string before = read_file(output);
    const Outcome outcome = tnn_run("inspect " + source.string() + " --graph " + output.string());
    INFO(output << ": " << outcome.err);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("--graph") && ContainsSubstring("would be lost"));
    CHECK(read_file(output) == before);
  };
  for (const fs::path& output : {base, recipe, graph, folder.path() / "link", fs::path(fixture.input)}) refuses(recipe, output);
  refuses(fixture.path, fixture.path);
  CHECK(tnn_run("inspect " + recipe.string() + " --graph " + (folder.path() / "nowhere/net.json").string()).code == 1);
  CHECK(tnn_run("inspect " + recipe.string() + " --graph ''").code == 2);
}

TEST_CASE("a model or an input that is a FIFO or a device is an error at once") {
  const RunFixture fixture(3, 1);
  const fs::path fifo = fixture.folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const std::string to = " --output " + (fixture.folder.path() / "out.npy").string();
  for (const std::string& path : {fifo.string(), std::string("/dev/zero")}) {
    CHECK(tnn_run("inspect " + path).code == 2);  // taken for a recipe
    CHECK(tnn_run("run " + path + " --input " + fixture.input + to).code == 3);
    CHECK(tnn_run("run " + fixture.path + " --input " + path + to).code == 3);
  }
}

TEST_CASE("where nobody reads the output any more the program ends in silence, as by SIGPIPE") {
  const RunFixture fixture(3, 1);
  const fs::path err = fixture.folder.path() / "err";
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"inspect", fixture.path},
                                                    {"--help"},
                                                    {"--version"},
                                                    {"run", fixture.path, "--input", fixture.input, "--output", "/dev/stdout"}}) {
    CHECK(tnn_run_unread(arguments, err) == 128 + SIGPIPE);
    CHECK(read_file(err).empty());
  }
  CHECK(tnn_run_unread({"inspect", "/no/such/model"}, err) == 2);  // another error is still told
  CHECK_THAT(read_file(err), ContainsSubstring("/no/such/model"));
}

TEST_CASE("names with control characters reach neither the terminal nor the log as such") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a\x1b[31mb\xE9\xC2\x9B.safetensors";
  write_file_atomically(path, "no model");
  std::vector<std::string> commands{"inspect '" + path.string() + "'", "inspect '" + path.string() + ".no'"};
#ifndef TNN_DEPLOY_ONLY
  commands.push_back("train '" + path.string() + ".yaml'");
  commands.emplace_back("train r.yaml --set 'a\x1b[2Jb=1'");
#endif
  for (const std::string& command : commands) {
    const Outcome outcome = tnn_run(command);
    INFO(outcome.err);
    CHECK(outcome.code != 0);
    CHECK_THAT(outcome.err, ContainsSubstring("\\x1b[") && !ContainsSubstring("\x1b") && !ContainsSubstring("\xC2\x9B"));
  }
}

TEST_CASE("a tilde after --flag= is the home folder") {
  const RunFixture fixture(3, 1);
  const std::string home = "env HOME='" + fixture.folder.path().string() + "' " TNN_PROGRAM " ";
  CHECK(run_command(home + "run '~/model.safetensors' --input='~/in.npy' --output='~/out.npy'").code == 0);
  CHECK(fs::exists(fixture.folder.path() / "out.npy"));
  const Outcome other = run_command(home + "run '~/model.safetensors' --input='~/in.npy' --output='~nobody_at_all/out.npy'");
  CHECK(other.code == 2);
  CHECK_THAT(other.err, ContainsSubstring("~nobody_at_all"));
}

TEST_CASE("0 threads are those that the process may use, and fewer do where the system starts no more") {
  const RunFixture fixture(3, 3);
  const auto expected = fixture.run("--threads 1 --u 1");
  CHECK(fixture.run("--threads 0 --u 1").front().values == expected.front().values);
  if (::getuid() != 0) TNN_SKIP("only root can become a user with no process of its own");
  const fs::path out = fixture.folder.path() / "others.npy";
  fs::permissions(fixture.folder.path(), fs::perms::all);
  const std::string user = std::to_string(200000 + ::getpid() % 50000);
  const Outcome outcome = run_command("timeout -s KILL 120 setpriv --reuid " + user + " --regid " + user +
                                      " --clear-groups bash -c 'ulimit -u 1; exec " TNN_PROGRAM " run " + fixture.path + " --input " +
                                      fixture.input + " --output " + out.string() + " --threads 8 --u 1'");
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(read_npy(out).values == expected.front().values);
}
