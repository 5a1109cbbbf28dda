#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "core/error.h"
#include "core/version.h"
#include "network/cuda_module.h"
#include "pipelines/library_versions.h"
#include "subcommands.h"

namespace {

void keep_freed_memory() {
  // Activations of one step are as large as those of the next: without this glibc returns them to the system and faults them in again.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 2000 << 20);
  mallopt(M_TOP_PAD, 64 << 20);
}

/// Started with a closed standard stream, the next file opened would take its number and get its text.
void occupy_closed_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", descriptor == 1 ? O_RDONLY : O_RDWR);
}

std::string command_line(int argc, char** argv) {
  std::string text = "tnn";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain =
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%") == std::string::npos;
    text += " " + (plain && !word.empty() ? word : "'" + word + "'");
  }
  return text;
}

int run(int argc, char** argv) {
  CLI::App app{
      "Trains, evaluates and deploys runtime-throttleable neural networks: one training, one file, cost follows the utilization u."};
  app.name("tnn");
  app.set_version_flag("--version", [] { return tnn::version() + "\n" + tnn::build_description() + "\n" + tnn::library_versions(); });
  app.require_subcommand(1);
  app.fallthrough();  // --quiet counts after a subcommand, too
  tnn::app::Session session;
  session.command = command_line(argc, argv);
  app.add_flag("--quiet,-q", session.quiet, "No progress on stderr; results and errors only");
  tnn::app::setup_train(app, session);
  tnn::app::setup_train_datapath(app, session);
  tnn::app::setup_sweep_utilization(app, session);
  tnn::app::setup_export(app, session);
  tnn::app::setup_inspect(app, session);
  tnn::app::setup_data(app, session);
  tnn::app::setup_recipe(app, session);
  tnn::app::setup_completion(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(tnn::ExitCode::usage);
  }
  return session.action();
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_streams();
  tnn::load_cuda_module();
  keep_freed_memory();
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int code = run(argc, argv);
    // A result that did not reach its reader is not done.
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw tnn::SystemError("cannot write the result to standard output");
    return code;
  } catch (const tnn::Error& error) {
    fmt::print(stderr, "tnn: {}\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "tnn: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "tnn: {}\n", error.what());
  }
  return static_cast<int>(tnn::ExitCode::failed);
}
