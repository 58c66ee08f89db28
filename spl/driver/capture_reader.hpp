// The connections of capture files, for those who judge them and those who want their traces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/connection_table.hpp"
#include "capture/pcap_file.hpp"
#include "driver/console.hpp"
#include "driver/trace_form.hpp"
#include "spl/dfa.hpp"

namespace spl::driver {

/// Hears what a capture holds, packet by packet.
class CaptureListener {
 public:
  CaptureListener() = default;
  CaptureListener(const CaptureListener&) = delete;
  CaptureListener& operator=(const CaptureListener&) = delete;
  virtual ~CaptureListener() = default;

  virtual void packet(std::uint64_t /*nanoseconds*/) {}
  /// It holds no segment.
  virtual void skipped(capture::Skipped /*why*/) {}
  virtual void segment() {}
  /// A connection is over.
  virtual void connection(const capture::Connection& connection, capture::Leaves why) = 0;
};

/// One judge for all captures of a run; nullptr after an error, which is shown: the policy (at
/// `path`) has nothing to say of TCP. Program and DFAs must outlive it.
[[nodiscard]] std::unique_ptr<capture::ConnectionJudge> capture_judge(
    const std::string& path, const Program& program, const std::vector<Dfa>& dfas,
    std::optional<CaptureSide> side, Console& console);

/// Reads one file ("-": standard input); `most_held` becomes how many connections were held at
/// once. A file that breaks off is told as far as it goes.
[[nodiscard]] std::optional<capture::CaptureError> read_capture(const std::string& path,
                                                                capture::ConnectionJudge& judge,
                                                                std::size_t most,
                                                                CaptureListener& listener,
                                                                std::size_t& most_held);

/// "192.0.2.1:4000 > 192.0.2.2:80": the client first.
[[nodiscard]] std::string connection_name(const capture::Connection& connection);
/// "", or what is special about it: ", open when the capture begins, segments missing".
[[nodiscard]] std::string connection_remarks(const capture::Connection& connection,
                                             capture::Leaves why);
/// "Transmit_Tcp_Data of the client is not allowed here", and more where more is to be said.
[[nodiscard]] std::string violation_words(const capture::Violation& violation,
                                          const std::string& statecall);

}  // namespace spl::driver
