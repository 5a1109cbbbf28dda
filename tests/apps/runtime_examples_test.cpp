#include "core/atomic_file.h"
#include "run_program.h"
#include "runtime/random_model.h"

using namespace tnn;

namespace {

/// The first block of a language in docs/runtime.md that holds a text.
std::string example(const std::string& language, const std::string& text) {
  const std::string guide = read_file(TNN_SOURCE_DIR "/docs/runtime.md");
  const std::string begin = "```" + language + "\n", end = "\n```";
  for (size_t at = guide.find(begin); at != std::string::npos; at = guide.find(begin, at + 1)) {
    const size_t from = at + begin.size();
    const std::string block = guide.substr(from, guide.find(end, from) + 1 - from);
    if (block.find(text) != std::string::npos) return block;
  }
  FAIL("docs/runtime.md has no example in " << language << " with '" << text << "'");
  return "";
}

/// A folder with model.safetensors and an example in a file.
struct Example {
  TemporaryFolder folder;
  Example(const std::string& name, const std::string& text) {
    random_model(4).save(folder.path() / "model.safetensors");
    write_file_atomically(folder.path() / name, text);
  }
  Outcome run(const std::string& command) const {
    return run_command("cd '" + folder.path().string() + "' && LD_LIBRARY_PATH=" TNN_LIBRARY_FOLDER " sh -c \"" + command + "\"");
  }
};

}  // namespace

TEST_CASE("the C example of the guide compiles and prints a number") {
  const Example c("example.c", example("c", "tnn_network_load"));
  const Outcome built =
      c.run(TNN_C_COMPILER " example.c -Wall -Werror -I " TNN_SOURCE_DIR "/lib/runtime -L " TNN_LIBRARY_FOLDER " -ltnn_runtime -o example");
  INFO(built.err);
  REQUIRE(built.code == 0);
  const Outcome outcome = c.run("./example");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(std::isfinite(std::stod(outcome.out)));
}

TEST_CASE("the Python example of the guide runs and prints a line a utilization") {
  if (run_command("python3 -c 'import numpy'").code != 0) TNN_SKIP("python3 has no numpy");
  const Example python("example.py", example("python", "libtnn_runtime.so"));
  const Outcome outcome = python.run("python3 example.py");
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("0.25 ") && ContainsSubstring("0.5 ") && ContainsSubstring("1.0 "));
}
