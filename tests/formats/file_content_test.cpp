#include "formats/file_content.h"

#include "catch_compat.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "temporary_folder.h"

using namespace tnn;

namespace {

std::string content(const std::string& bytes, bool archives = true) { return recognised_content(bytes, bytes.size(), archives); }

}  // namespace

TEST_CASE("what people hold in place of weights and arrays is told by its content") {
  const std::vector<std::pair<std::string, const char*>> known{
      {"", "empty"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "git lfs pull"},
      {"<!doctype html>", "HTML"},
      {"  \r\n<HTML lang=\"en\">", "HTML"},
      {"\xef\xbb\xbf<html>", "HTML"},
      {"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "XML"},
      {"{\"metadata\": {}, \"weight_map\": {}}", "several files"},
      {"[1, 2]", "JSON"},
      {"Not Found", "text that begins with 'Not Found'"},
      {"one\ntwo", "text that begins with 'one'"},
      {"\x1f\x8b\x08", "gunzip"},
      {"BZh91AY", "bunzip2"},
      {"\x28\xb5\x2f\xfd", "unzstd"},
      {"\x93NUMPY\x01", ".npy"},
      {"\x89HDF\r\n\x1a\n", "HDF5"},
      {"\x89PNG\r\n", "PNG"},
      {"\xff\xd8\xff\xe0", "JPEG"},
      {"PK\x03\x04", "ZIP"},
      {"\x80\x02}", "pickle"}};
  for (const auto& [bytes, what] : known) {
    INFO(bytes);
    CHECK_THAT(content(bytes), ContainsSubstring(what));
  }
  CHECK(content("PK\x03\x04", false).empty());
  CHECK(content("\x80\x02}", false).empty());
  CHECK(content(std::string("\0\0\1\2", 4)).empty());
}

TEST_CASE("text is quoted without what a terminal might take amiss") {
  CHECK(content("a\tb\xc3\xa4 c") == "it is text that begins with 'a\\tb\xc3\xa4 c'");
  CHECK(content("\x1b[31mred").empty());  // no text
}

TEST_CASE("leading bytes of folders and of what is not there are an error by name") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(leading_bytes(folder.path(), 4), ContainsSubstring("is a folder"));
  CHECK_THROWS_WITH(leading_bytes(folder.path() / "absent", 4), ContainsSubstring("absent"));
  write_file_atomically(folder.path() / "short", "ab");
  CHECK(leading_bytes(folder.path() / "short", 4) == "ab");
}
