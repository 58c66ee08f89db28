// One connection of the worker: its socket, its Session, and what its channels lead to. Moves
// bytes, asks the monitor for whatever needs a privilege, and decides nothing about the protocol.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/control.hpp"
#include "debug/reporter.hpp"
#include "ssh/session.hpp"
#include "unique_fd.hpp"
#include "worker/descriptor.hpp"
#include "worker/listener.hpp"
#include "worker/relay.hpp"

namespace ssh::host {

class Worker;

class Connection final : public std::enable_shared_from_this<Connection>,
                         private RelayHost,
                         private ListenerHost {
 public:
  /// `max_sessions` until the monitor says what the user may. `title`: for the debugger.
  Connection(Worker& worker, ConnectionId id, std::shared_ptr<const SessionOptions> options,
             unsigned max_sessions, const std::string& title);

  /// Greets the client.
  void start(UniqueFd socket);
  /// What the monitor says about this connection.
  void handle(RequestId id, const Reply& reply, std::vector<UniqueFd> descriptors);
  /// Says goodbye to the client.
  void disconnect(DisconnectReason reason, std::string_view description);
  /// Ends at once, without waiting for anybody.
  void end(const std::string& reason, bool orderly);
  /// Tells the reporter of everything that is here, and from now on what it does; null: nobody.
  void look(debugger::Reporter* reporter);

 private:
  /// A request to the monitor that has no answer yet.
  struct Waiting {
    enum class For : std::uint8_t {
      signature,
      proofs,
      authentication,
      program,
      connection,
      forward,
      agent
    } what = For::signature;
    RequestId id = 0;
    ChannelId channel = 0;                      // program, connection, agent
    Listener::Kind kind = Listener::Kind::tcp;  // forward
    std::string address = {};                   // forward: as the client spells it, or a path
    std::uint32_t port = 0;                     // forward
  };

  // The socket and the clock: connection.cpp.
  void watch_socket();
  void on_readable();
  void read_once();
  void watch_writable();
  bool flush();
  void on_closed();
  void begin_close();
  void discard_input();
  void report_end(const std::string& reason, bool orderly);
  void release_channels();
  void set_timer();
  void on_timer();
  std::optional<Time> deadline() const;
  bool resume_relays();

  // Events: login in connection_login.cpp, the rest in connection_channels.cpp.
  void on(const event::KeysAgreed& keys);
  void on(const event::SignExchangeHash& wanted);
  void on(const event::ProveHostKeys& wanted);
  void on(const event::Authenticate& wanted);
  void on(const event::LoggedIn&) {}
  void on(const event::ChannelOpen& open);
  void on(const event::ChannelConfirmed& confirmed);
  void on(const event::ChannelRefused& refused);
  void on(const event::ChannelRequest& wanted);
  void on(const event::ChannelData& data);
  void on(const event::ChannelEof& eof);
  void on(const event::ChannelClosed& closed);
  void on(const event::ChannelWritable&) {}  // settle() looks at every relay that is stalled
  void on(const event::GlobalRequest& wanted);
  void on(const event::Refused& refused);
  void on(const event::Closed& closed);

  // Answers of the monitor.
  void answered(const Waiting& waiting, const Reply& reply, std::vector<UniqueFd>& descriptors);
  void authenticated(const reply::Authentication& answer);
  void program_started(const Waiting& waiting, const reply::Program& program,
                       std::vector<UniqueFd>& descriptors);
  void program_ended(RequestId id, const reply::ProgramEnded& how);
  void connected(const Waiting& waiting, const reply::Connected& answer,
                 std::vector<UniqueFd>& descriptors);
  void listening(const Waiting& waiting, const reply::Listening& answer,
                 std::vector<UniqueFd>& descriptors);

  // Channels.
  std::optional<std::string> why_no_channel(const ChannelOpening& opening) const;
  std::optional<bool> start_program(Relay& relay, const ChannelRequestKind& wanted);
  std::optional<bool> forward_agent(Relay& relay);
  bool signal_program(const Relay& relay, const std::string& name);
  bool resize(Relay& relay, const TerminalSize& size);
  std::optional<bool> listen(Listener::Kind kind, const std::string& address, std::uint32_t port);
  bool stop_listening(Listener::Kind kind, const std::string& address, std::uint32_t port);
  std::shared_ptr<Relay> find_relay(ChannelId channel) const;
  std::size_t sessions() const;
  std::shared_ptr<Relay> new_relay(ChannelId channel, bool is_program);
  void end_program(const Relay& relay);

  /// Sends the request and remembers that it waits. False: it cannot be sent.
  template <typename Body>
  bool ask(Waiting waiting, Body body);
  /// Requests without answer.
  template <typename Body>
  void tell(RequestId id, Body body);
  void log(std::uint8_t level, std::string text);

  // RelayHost and ListenerHost.
  std::size_t channel_room(ChannelId channel) const override;
  std::size_t channel_write(ChannelId channel, ByteView data, bool is_stderr) override;
  void channel_eof(ChannelId channel) override;
  void channel_exit_status(ChannelId channel, std::uint32_t status) override;
  void channel_exit_signal(ChannelId channel, std::string_view signal, bool core_dumped) override;
  void channel_close(ChannelId channel) override;
  void channel_consumed(ChannelId channel, std::size_t bytes) override;
  MutableBytes scratch() override;
  void settle() override;
  void lingered(const Relay& relay) override;
  std::shared_ptr<void> hold() override { return shared_from_this(); }
  void accepted(const Listener& listener, UniqueFd socket, const std::string& peer,
                std::uint32_t port) override;
  SpareDescriptor& spare() override;

  Worker& worker_;
  ConnectionId id_;
  Descriptor socket_;
  Timer timer_;
  std::optional<Time> timer_set_;  // what it is set to; never later than deadline()
  std::string title_;
  std::unique_ptr<Tap> tap_;  // the session's, if somebody looks or has
  Session session_;
  RequestId next_request_ = 1;
  bool read_watched_ = false;
  bool write_watched_ = false;
  bool again_ = false;           // settle() is to be called once more, behind what waits its turn
  bool peer_ended_ = false;      // the client sends no more
  bool said_goodbye_ = false;    // the end is ours
  bool ended_ = false;           // the monitor knows that it is over
  bool gone_ = false;            // the worker has forgotten it
  std::optional<Time> closing_;  // until when the client may take what is left
  std::string end_reason_;
  bool end_orderly_ = false;
  unsigned max_sessions_;

  std::unique_ptr<reply::Permissions> permissions_;
  std::vector<std::string> auth_methods_;
  std::vector<Waiting> waiting_;
  std::vector<std::shared_ptr<Relay>> relays_;
  std::vector<std::shared_ptr<Relay>> lingering_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace ssh::host
