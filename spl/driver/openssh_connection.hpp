// One connection of an OpenSSH log, read line by line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "openssh_log.hpp"
#include "openssh_messages.hpp"

namespace spl::driver {

/// Turns the lines of one connection into statecalls. The number of a message stands on a line of
/// its own; what kind of message it is stands on lines before it, if it was sent by the log's
/// owner, and after it if the owner received it.
class OpensshConnection {
 public:
  OpensshConnection(OpensshRole role, std::uint32_t line, std::string_view process);

  /// A line without time, process and level.
  void read(std::string_view message, std::uint32_t line);

  [[nodiscard]] bool empty() const { return trace_.statecalls.empty(); }
  /// A message was seen, not only version strings.
  [[nodiscard]] bool has_packets() const { return packets_; }
  [[nodiscard]] OpensshTrace take() { return std::move(trace_); }

 private:
  /// A request's name, and whether it wants a reply.
  struct Request {
    std::string name;
    bool reply = true;
  };

  void emit(std::string_view name, std::uint32_t line);
  void packet(unsigned type, bool sent, std::uint32_t line);
  [[nodiscard]] std::string_view statecall(unsigned type, bool from_client);
  [[nodiscard]] std::string_view auth_request();
  void negotiation(std::string_view message, std::uint32_t line);
  void client_line(std::string_view message);
  void server_line(std::string_view message);
  void channel_line(std::string_view message);
  void received_request(std::string_view message);
  /// Names the last message anew, if it was of that type and received.
  void rename_received(unsigned type, std::string_view name);

  OpensshRole role_;
  OpensshTrace trace_;
  bool packets_ = false;
  unsigned last_type_ = 0;
  bool last_sent_ = false;

  bool strictness_told_ = false;
  KexFamily kex_ = KexFamily::unknown;
  AuthMethod method_ = AuthMethod::none;
  bool variant_ = false;  // the next request is a query, or a change of password
  bool partial_ = false;  // the next failure is a partial success
  std::string opening_ = "session";
  Request channel_request_;
  Request global_request_;
};

}  // namespace spl::driver
