// Any bytes as a trace, in every format. The first byte chooses it; the rest is read from a file
// in memory, as `splc replay` would read it from disk.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "driver/json_scan.hpp"
#include "driver/log_lines.hpp"
#include "driver/trace_reader.hpp"
#include "fuzz.hpp"

namespace spl::test {
namespace {

using namespace spl::driver;

/// Checks the order of what it is told.
class Listener : public TraceSink {
 public:
  void begin(const TraceHead& head) override {
    require(!open_, "a trace begins inside a trace");
    require(head.number == ++number_, "traces are not numbered as they come");
    open_ = true;
    line_ = head.line;
  }
  bool statecall(std::string_view name, const TracePlace& place) override {
    require(open_ && !name.empty() && place.line >= line_, "a statecall from nowhere");
    line_ = place.line;
    return ++statecalls_ < 1'000;
  }
  void end(std::string_view) override {
    require(open_, "a trace ends that has not begun");
    open_ = false;
  }
  [[nodiscard]] bool open() const { return open_; }

 private:
  bool open_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t number_ = 0;
  std::size_t statecalls_ = 0;
};

void read(const std::string& text, TraceFormat format) {
  const int file = ::memfd_create("trace", 0);
  if (file < 0) return;
  std::size_t written = 0;
  while (written < text.size()) {
    const auto n = ::write(file, text.data() + written, text.size() - written);
    require(n > 0, "cannot write to memory");
    written += static_cast<std::size_t>(n);
  }
  ::lseek(file, 0, SEEK_SET);
  Listener listener;
  const auto error = read_traces("/proc/self/fd/" + std::to_string(file),
                                 {format, {}, nullptr, nullptr}, listener);
  ::close(file);
  require(!error || !error->message.empty(), "an error without a message");
  require(error || !listener.open(), "a trace does not end");
}

/// A map, an empty line, a log of JSON lines.
void read_log(const std::string& text) {
  const auto gap = text.find("\n\n");
  if (gap == std::string::npos) return;
  const Vocabulary vocabulary({{"A", {}, true, 1}, {"B", {}, true, 1}});
  SourceMap sources;
  const auto file = sources.add("map", text.substr(0, gap));
  const auto map = read_log_map(file, sources, vocabulary);
  if (const auto* errors = std::get_if<std::vector<TextError>>(&map)) {
    require(!errors->empty() && !errors->front().message.empty(), "refused without a reason");
    return;
  }
  Listener listener;
  LogLines log(std::get<LogMap>(map), vocabulary, listener);
  std::uint64_t number = 0;
  for (auto at = gap + 2; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto error = log.line(std::string_view(text).substr(at, end - at), ++number);
    require(!error || !error->message.empty(), "an error without a message");
    at = end + 1;
  }
  log.finish();
  require(!listener.open(), "a trace does not end");
}

}  // namespace
}  // namespace spl::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spl::test;
  if (size == 0) return 0;
  const auto text = text_of(data + 1, size - 1);
  static constexpr TraceFormat kFormats[] = {TraceFormat::automatic, TraceFormat::text,
                                             TraceFormat::json, TraceFormat::lines,
                                             TraceFormat::openssh};
  read(text, kFormats[data[0] % 5]);
  read_log(text);
  std::string why;
  const auto name = statecall_of_json(text, why);
  require(name.has_value() || !why.empty(), "refused without a reason");
  return 0;
}
