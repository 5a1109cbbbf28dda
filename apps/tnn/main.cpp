#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>

#include "core/error.h"
#include "core/version.h"
#include "program.h"
#include "tell.h"

namespace {

/// Started with a closed standard stream, the next file opened would take its number and get its text.
void occupy_closed_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", descriptor == 1 ? O_RDONLY : O_RDWR);
}

std::string quoted_for_shell(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_line(int argc, char** argv) {
  std::string text = "tnn";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain =
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%") == std::string::npos;
    text += " " + (plain && !word.empty() ? word : quoted_for_shell(word));
  }
  return text;
}

/// UsageError where the first word that is no option names no subcommand.
void check_subcommand(const CLI::App& app, int argc, char** argv) {
  const auto* const word = std::find_if(argv + 1, argv + argc, [](const char* text) { return text[0] != '-'; });
  if (word == argv + argc) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), *word) == names.end())
    throw tnn::UsageError(tnn::unknown_name_message("subcommand", *word, names));
}

/// What is wrong with a command line, and of which command.
std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  std::string command = "tnn";
  for (const CLI::App* parsed : app->get_subcommands()) command += " " + parsed->get_name();
  return fmt::format("{0}: {1}\n{0} --help says what is allowed\n", command, error.what());
}

/// Whoever reads the output has gone (`| head`): silence, and the end that the system gives other tools.
int end_as_by_closed_pipe(bool pipe_ignored) {
  if (!pipe_ignored) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
  return 128 + SIGPIPE;
}

/// The exit code.
int tell_error(const std::exception& error) {
  try {
    tnn::app::tell("tnn: " + tnn::user_message(error) + "\n");
  } catch (const std::bad_alloc&) {  // not even for the message
    std::fputs("tnn: out of memory\n", stderr);
  }
  const auto* known = dynamic_cast<const tnn::Error*>(&error);
  return static_cast<int>(known ? known->code() : tnn::ExitCode::failed);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Trains, evaluates and deploys runtime-throttleable neural networks: one training, one file, cost follows the utilization u."};
  app.name("tnn");
  app.set_version_flag("--version", [] { return tnn::version() + "\n" + tnn::build_description() + tnn::app::library_versions_text(); });
  app.require_subcommand(1);
  app.failure_message(usage_message);
  app.fallthrough();  // --quiet counts after a subcommand, too
  tnn::app::Session session;
  session.command = command_line(argc, argv);
  app.add_flag("--quiet,-q", session.quiet, "No progress on stderr; results and errors only");
  tnn::app::setup_subcommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.get_subcommands().empty()) check_subcommand(app, argc, argv);
    std::ostringstream out, err;  // help, or what is wrong
    const int code = app.exit(error, out, err);
    tnn::app::print_text(out.str());
    tnn::app::tell(err.str());
    return code == 0 ? 0 : static_cast<int>(tnn::ExitCode::usage);
  }
  return session.action();
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_streams();
  const bool pipe_ignored = std::signal(SIGPIPE, SIG_IGN) == SIG_IGN;
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond ulimit -f is an error of that file
  try {
    tnn::app::prepare_process();
    const int code = run(argc, argv);
    tnn::app::finish_output();  // a result that did not reach its reader is not done
    return code;
  } catch (const tnn::ClosedPipe&) {
    return end_as_by_closed_pipe(pipe_ignored);
  } catch (const std::exception& error) {
    if (std::ferror(stdout) && tnn::app::output_reader_is_gone()) return end_as_by_closed_pipe(pipe_ignored);
    return tell_error(error);
  }
}
