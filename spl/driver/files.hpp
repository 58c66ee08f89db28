// Reading and writing whole files. A file is written beside its place and moved there only when it
// is complete, so no failure leaves half of one behind.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "spl/parse.hpp"

namespace spl::driver {

/// All of standard input, at most `limit` + 1 bytes.
[[nodiscard]] std::variant<std::string, ReadError> read_standard_input(std::size_t limit);
/// Like disk_reader(), but "-" is standard input.
[[nodiscard]] FileReader policy_reader();

/// Writes a file piece by piece; it takes its place when all went well. As write_file() otherwise.
class FileWriter {
 public:
  explicit FileWriter(const std::string& path);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  /// What was not finished is as if it had never been.
  ~FileWriter();

  void write(std::string_view content);
  /// All of it is on the disk, beside its place. nullopt, or why something failed, now or earlier.
  [[nodiscard]] std::optional<std::string> complete();
  /// Call once, at the end. nullopt, or why something failed, now or earlier.
  [[nodiscard]] std::optional<std::string> finish();

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16U;

  void open_straight();
  void open_beside(unsigned mode);
  void flush();
  void fail();

  std::string target_;
  std::string temporary_;  // empty: none, or moved
  int descriptor_ = -1;
  std::string pending_;
  std::optional<std::string> error_;
};

/// Replaces a file, or makes it. Keeps the mode of the one it replaces, follows links, and writes
/// straight into what is not a regular file (/dev/null, a pipe). nullopt, or why it failed.
[[nodiscard]] std::optional<std::string> write_file(const std::string& path,
                                                    std::string_view content);
/// The same, but a file that has this content already is left alone (its time too).
[[nodiscard]] std::optional<std::string> write_if_changed(const std::string& path,
                                                          std::string_view content);

struct FileContent {
  std::string path;
  std::string content;
};
struct WriteError {
  std::string path;
  std::string why;
};
/// Files that belong together, as by write_if_changed(): they take their places when all of them
/// are complete, so one that cannot be written leaves all as they were.
[[nodiscard]] std::optional<WriteError> write_together(std::span<const FileContent> files);
/// Makes a directory and those above it. nullopt, or why it failed.
[[nodiscard]] std::optional<std::string> make_directories(const std::string& path);

/// The name of a file beside `path` that it may have been meant to be, or "".
[[nodiscard]] std::string nearest_file(const std::string& path);

}  // namespace spl::driver
