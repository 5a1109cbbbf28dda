#pragma once

#include <filesystem>
#include <string>

#include "core/table.h"

namespace tnn::app {

/// Writes to stderr, without what a terminal would obey. Where that cannot be written (a closed pipe, a full disk under a redirection),
/// nothing but the text is lost.
void tell(const std::string& text);

/// A result on stdout, for people: without what a terminal would obey. SystemError where it cannot be written.
void print_text(const std::string& text);

/// A result on stdout that was formatted so: CSV and JSON go out as they are, but not to a terminal.
void print_table(const std::string& text, TableFormat format);

/// A table on stdout in a format (text, md, csv, json).
void print_result(const Table& table, const std::string& format);

/// The same on stderr where `output`, which was written before, is stdout itself (--output /dev/stdout).
void print_table_beside(const std::filesystem::path& output, const std::string& text, TableFormat format);
void print_result_beside(const std::filesystem::path& output, const Table& table, const std::string& format);

/// A path on a line of its own, for scripts: as it is, but on a terminal as print_text().
void print_path(const std::string& path);

/// Flushes stdout; SystemError where what was printed could not be written.
void finish_output();

/// Whether what reads stdout is gone: a pipe's other end (`| head`), a closed terminal.
bool output_reader_is_gone();

}  // namespace tnn::app
