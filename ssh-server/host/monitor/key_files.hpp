// What a process that runs as the user finds in the user's files: the lines that speak of a key. It
// only looks; what a line means is decided by the monitor, which reads these few lines again.
#pragma once

#include <string>
#include <vector>

#include "monitor/identity.hpp"
#include "ssh/authorized_keys.hpp"
#include "ssh/bytes.hpp"

namespace ssh::host::monitor {

struct KeyFilesQuestion {
  Account account;
  bool strict_modes = true;
  std::vector<std::string> key_files;  // absolute
  /// The key, or the authority that has signed its certificate.
  Bytes key;
  bool authority = false;
  /// Absolute; empty: none. Read if the authority is trusted anyway.
  std::string principals_file;
  TimeZone zone;
};

struct KeyFilesAnswer {
  struct Line {
    std::string text;
    std::string where;  // "file:line"
  };
  std::vector<Line> keys;
  std::vector<Line> principals;
  /// For the log.
  std::vector<std::string> remarks;
};

KeyFilesAnswer look_in_key_files(const KeyFilesQuestion& question);

Bytes encode(const KeyFilesAnswer& answer);
Result<KeyFilesAnswer> decode_key_files_answer(ByteView bytes);

/// The system's, at this moment.
TimeZone time_zone();

}  // namespace ssh::host::monitor
