// See key_files.hpp; sshd(8), AUTHORIZED_KEYS FILE FORMAT.
#include "monitor/key_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "monitor/files.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::host::monitor {
namespace {

constexpr std::size_t kLargestFile = 4U << 20;
constexpr std::size_t kMostLines = 32;
constexpr std::size_t kMostRemarks = 16;
// All of it fits into one message.
constexpr std::size_t kMostBytes = 128 * 1024;

class Look {
 public:
  explicit Look(const KeyFilesQuestion& question) : question_(question) {}

  void keys(const std::string& path) {
    const auto text = read(path);
    if (!text) {
      return;
    }
    each_line(*text, [&](std::string_view line, std::size_t number) {
      const auto parsed = parse_authorized_key(line, question_.zone);
      if (!parsed) {
        remark(fmt::format("{}:{}: {}", path, number, parsed.error().text));
      } else if (parsed->options.cert_authority == question_.authority &&
                 parsed->key.blob == question_.key) {
        add(answer_.keys, line, path, number);
      }
    });
  }

  void principals(const std::string& path) {
    if (const auto text = read(path)) {
      each_line(*text, [&](std::string_view line, std::size_t number) {
        add(answer_.principals, line, path, number);
      });
    }
  }

  KeyFilesAnswer take() { return std::move(answer_); }

 private:
  std::optional<std::string> read(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) {
      if (errno != ENOENT && errno != ENOTDIR) {
        remark(fmt::format("Could not open '{}': {}", path, std::strerror(errno)));
      }
      return std::nullopt;
    }
    if (question_.strict_modes) {
      const auto checked =
          check_strict_modes(path, file, question_.account.home, question_.account.uid);
      if (!checked) {
        remark(fmt::format("Authentication refused: {}", checked.error().text));
        return std::nullopt;
      }
    }
    auto text = read_file(file, kLargestFile);
    if (!text) {
      remark(fmt::format("{}: {}", path, text.error().text));
      return std::nullopt;
    }
    return std::move(*text);
  }

  template <class F>
  static void each_line(std::string_view text, F&& f) {
    for (std::size_t number = 1; !text.empty(); ++number) {
      std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (const auto begin = line.find_first_not_of(" \t\r"); begin == std::string_view::npos) {
        continue;
      } else {
        line.remove_prefix(begin);
      }
      line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
      if (line[0] != '#') {
        f(line, number);
      }
    }
  }

  void add(std::vector<KeyFilesAnswer::Line>& to, std::string_view line, const std::string& path,
           std::size_t number) {
    if (to.size() < kMostLines && bytes_ + line.size() + path.size() < kMostBytes) {
      bytes_ += line.size() + path.size();
      to.push_back({std::string(line), fmt::format("{}:{}", path, number)});
    }
  }

  void remark(std::string text) {
    if (answer_.remarks.size() < kMostRemarks) {
      answer_.remarks.push_back(text.substr(0, 1024));
    }
  }

  const KeyFilesQuestion& question_;
  KeyFilesAnswer answer_;
  std::size_t bytes_ = 0;
};

void write_lines(wire::Writer& writer, const std::vector<KeyFilesAnswer::Line>& lines) {
  writer.u32(static_cast<std::uint32_t>(lines.size()));
  for (const auto& line : lines) {
    writer.string(line.text).string(line.where);
  }
}

void read_lines(wire::Reader& reader, std::vector<KeyFilesAnswer::Line>& lines) {
  const std::uint32_t count = reader.u32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    std::string text(reader.text());
    lines.push_back({std::move(text), std::string(reader.text())});
  }
}

}  // namespace

KeyFilesAnswer look_in_key_files(const KeyFilesQuestion& question) {
  Look look(question);
  for (const std::string& path : question.key_files) {
    look.keys(path);
  }
  if (!question.principals_file.empty()) {
    look.principals(question.principals_file);
  }
  return look.take();
}

Bytes encode(const KeyFilesAnswer& answer) {
  Bytes bytes;
  wire::Writer writer(bytes);
  write_lines(writer, answer.keys);
  write_lines(writer, answer.principals);
  writer.u32(static_cast<std::uint32_t>(answer.remarks.size()));
  for (const std::string& remark : answer.remarks) {
    writer.string(remark);
  }
  return bytes;
}

Result<KeyFilesAnswer> decode_key_files_answer(ByteView bytes) {
  wire::Reader reader(bytes);
  KeyFilesAnswer answer;
  read_lines(reader, answer.keys);
  read_lines(reader, answer.principals);
  const std::uint32_t count = reader.u32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    answer.remarks.emplace_back(reader.text());
  }
  if (!reader.done()) {
    return failure("a malformed answer");
  }
  return answer;
}

TimeZone time_zone() {
  const std::time_t now = std::time(nullptr);
  tm local{};
  ::localtime_r(&now, &local);
  return {static_cast<std::int32_t>(local.tm_gmtoff)};
}

}  // namespace ssh::host::monitor
