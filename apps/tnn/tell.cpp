#include "tell.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "core/error.h"
#include "core/printable.h"

namespace tnn::app {
namespace {

void write_output(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) finish_output();
}

}  // namespace

void tell(const std::string& text) {
  const std::string shown = printable(text);
  std::fwrite(shown.data(), 1, shown.size(), stderr);
}

void print_text(const std::string& text) { write_output(printable(text)); }

void print_table(const std::string& text, TableFormat format) {
  const bool for_people = format == TableFormat::text || format == TableFormat::md || isatty(STDOUT_FILENO) != 0;
  for_people ? print_text(text) : write_output(text);
}

void print_result(const Table& table, const std::string& format) {
  const TableFormat form = table_format(format);
  print_table(format_table(table, form), form);
}

void print_table_beside(const std::filesystem::path& output, const std::string& text, TableFormat format) {
  struct stat named {};
  struct stat standard {};
  const bool same = ::stat(output.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 && !S_ISCHR(standard.st_mode) &&
                    named.st_dev == standard.st_dev && named.st_ino == standard.st_ino;
  same ? tell(text) : print_table(text, format);
}

void print_result_beside(const std::filesystem::path& output, const Table& table, const std::string& format) {
  const TableFormat form = table_format(format);
  print_table_beside(output, format_table(table, form), form);
}

void print_path(const std::string& path) { isatty(STDOUT_FILENO) ? print_text(path + "\n") : write_output(path + "\n"); }

void finish_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw SystemError("cannot write the result to standard output");
}

bool output_reader_is_gone() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace tnn::app
