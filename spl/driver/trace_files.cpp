// A captured connection is told as a trace that fits it (ConnectionJudge::likely_trace), once it is
// over; all else is read by read_traces().
#include "driver/trace_files.hpp"

#include <fmt/format.h>

#include "driver/capture_reader.hpp"
#include "driver/text_file.hpp"

namespace spl::driver {
namespace {

using capture::Connection;
using capture::Leaves;
using capture::Side;

class ConnectionTeller : public CaptureListener {
 public:
  ConnectionTeller(capture::ConnectionJudge& judge, const Program& program,
                   std::optional<CaptureSide> side, bool one_end, TraceSink& sink)
      : judge_(judge), program_(program), side_(side), one_end_(one_end), sink_(sink) {}

  void connection(const Connection& c, Leaves why) override {
    for (const auto side : sides(c)) tell(c, side, why);
  }

 private:
  [[nodiscard]] std::vector<Side> sides(const Connection& c) const {
    if (side_ == CaptureSide::client) return {Side::client};
    if (side_ == CaptureSide::server) return {Side::server};
    if (!one_end_) return {Side::client, Side::server};
    return {c.violation ? c.violation->side : Side::client};
  }

  void tell(const Connection& c, Side side, Leaves why) {
    const auto key = fmt::format("#{} {}, {}{}", c.number, connection_name(c), to_string(side),
                                 connection_remarks(c, why));
    sink_.begin({c.number, c.begins.frame, key});
    if (c.records) {
      for (const auto& step : judge_.likely_trace(c, side).steps) {
        const auto time_us = static_cast<std::int64_t>(step.place.nanoseconds / 1000);
        const TracePlace place{step.place.frame, time_us};
        if (!sink_.statecall(program_.vocabulary.name(step.statecall), place)) break;
      }
    }
    std::string remark;
    if (c.violation) {
      remark = fmt::format("frame {}: {}", c.violation->place.frame,
                           violation_words(*c.violation, c.violation->statecall));
    }
    sink_.end(remark);
  }

  capture::ConnectionJudge& judge_;
  const Program& program_;
  std::optional<CaptureSide> side_;
  bool one_end_;
  TraceSink& sink_;
};

}  // namespace

TraceFiles::TraceFiles(Compilation& compilation, const TraceForm& form, std::size_t state_bound)
    : c_(compilation), form_(form) {
  if (form.format != TraceFormat::pcap || !compilation.ok()) return;
  dfas_ = compilation.dfas(Preserve::wait_points, state_bound);
}

bool TraceFiles::open(Console& console) {
  if (form_.format == TraceFormat::jsonl) {
    map_ = load_log_map(form_.map, c_.program->vocabulary, console);
    return map_.has_value();
  }
  if (form_.format != TraceFormat::pcap) return true;
  judge_ = capture_judge(c_.path, *c_.program, dfas_, form_.side, console);
  if (judge_) judge_->record({only_});
  return judge_ != nullptr;
}

std::optional<TraceError> TraceFiles::read(const std::string& path, TraceSink& sink) {
  if (form_.format == TraceFormat::pcap) return read_captured(path, sink);
  const TraceSource source{form_.format, form_.role, map_ ? &*map_ : nullptr,
                           &c_.program->vocabulary};
  return read_traces(path, source, sink);
}

std::optional<TraceError> TraceFiles::read_captured(const std::string& path, TraceSink& sink) {
  ConnectionTeller teller(*judge_, *c_.program, form_.side, only_ != 0, sink);
  std::size_t most_held = 0;
  auto error = read_capture(path, *judge_, form_.max_connections, teller, most_held);
  if (!error) return std::nullopt;
  return TraceError{0, std::move(error->message), std::move(error->hint)};
}

void show_trace_error(const TraceError& error, const std::string& name, Console& console) {
  const auto where = error.line == 0 ? name : fmt::format("{}:{}", name, error.line);
  console.error(fmt::format("{}: {}", where, error.message), error.hint);
}

}  // namespace spl::driver
