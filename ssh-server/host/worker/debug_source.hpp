// The worker as a source of the live debugger (debug/reporter.hpp): the Reporter on the worker's
// loop.
#pragma once

#include <functional>

#include "debug/reporter.hpp"
#include "worker/descriptor.hpp"

namespace ssh::host {

class DebugSource {
 public:
  /// `look`: everything that is there has to be told to the reporter, and from now on what it does
  /// (true); or nothing any more (false).
  DebugSource(IoContext& io, UniqueFd socket, std::function<void(bool)> look);
  ~DebugSource();
  DebugSource(const DebugSource&) = delete;
  DebugSource& operator=(const DebugSource&) = delete;

  debugger::Reporter& reporter() { return reporter_; }

 private:
  void watch();
  void heard();
  void tell_all();
  void flush();

  IoContext& io_;
  debugger::Reporter reporter_;
  Descriptor watch_;  // of the descriptor that reporter_ owns
  std::function<void(bool)> look_;
  bool write_watched_ = false;
};

}  // namespace ssh::host
