// Between one SSH channel and the descriptors at the server's end of it: a program's pipes, a
// terminal's master, a socket. Bytes go both ways as the windows and the kernel permit; ends of
// data and the end of the channel are kept apart (RFC 4254 sections 5.2, 5.3, 6.10).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "control/control.hpp"
#include "unique_fd.hpp"
#include "worker/descriptor.hpp"
#include "worker/program_settings.hpp"

namespace ssh::host {

/// What a relay needs of its connection; the members are those of Session.
class Relay;

class RelayHost {
 public:
  virtual ~RelayHost() = default;
  virtual std::size_t channel_room(ChannelId channel) const = 0;
  virtual std::size_t channel_write(ChannelId channel, ByteView data, bool is_stderr) = 0;
  virtual void channel_eof(ChannelId channel) = 0;
  virtual void channel_exit_status(ChannelId channel, std::uint32_t status) = 0;
  virtual void channel_exit_signal(ChannelId channel, std::string_view signal,
                                   bool core_dumped) = 0;
  virtual void channel_close(ChannelId channel) = 0;
  virtual void channel_consumed(ChannelId channel, std::size_t bytes) = 0;

  /// Memory to read into; nobody else's while a relay reads.
  virtual MutableBytes scratch() = 0;
  /// To be called when a relay that was woken by the kernel has done its part.
  virtual void settle() = 0;
  /// A relay whose channel was gone has written the rest: it may be forgotten.
  virtual void lingered(const Relay& relay) = 0;
  /// Keeps the host alive while its result lives.
  virtual std::shared_ptr<void> hold() = 0;
};

class Relay : public std::enable_shared_from_this<Relay> {
 public:
  using Shape = reply::Program::Shape;

  /// is_program: the channel ends when the program has; else when both directions have.
  Relay(RelayHost& host, ChannelId channel, bool is_program)
      : host_(&host), channel_(channel), is_program_(is_program) {}

  ChannelId channel() const { return channel_; }
  bool is_program() const { return is_program_; }
  bool started() const { return started_; }

  /// Takes the descriptors, in the order of `shape`, and reads from now on.
  Result<void> start(IoContext& io, Shape shape, std::vector<UniqueFd> descriptors);

  /// Data from the client. What cannot be written at once waits here; the window bounds it.
  void deliver(ByteView data);
  /// The client sends no more.
  void deliver_eof();
  void program_ended(const reply::ProgramEnded& how);
  bool is_terminal() const { return started_ && shape_ == Shape::terminal; }
  /// False: it is no terminal.
  bool resize(const TerminalSize& size);

  /// There is something to read and there was no room for it.
  bool stalled() const { return out_.stalled || err_.stalled; }
  /// Reads on if there is room now.
  void resume();

  /// The channel is gone. Whether the relay still has bytes for its descriptor: it writes them,
  /// then says lingered().
  bool let_go();
  /// Closes everything and forgets its host.
  void abandon();

  /// For a program: the id of its StartProgram, from then until it has ended.
  std::optional<RequestId> program;
  /// For a channel that the client has not confirmed yet: what to start() with.
  UniqueFd reserved;
  /// For a session: what its program is to start with.
  std::unique_ptr<ProgramSettings> settings;

 private:
  struct Source {
    std::optional<Descriptor> descriptor;
    bool is_stderr = false;
    bool open = false;     // may still give something
    bool watched = false;  // a wait is under way
    bool stalled = false;
    bool quiet = false;  // was found empty after the program had ended
  };

  Result<void> take(IoContext& io, std::optional<Descriptor>& to, UniqueFd fd);
  void watch(Source& source);
  void read(Source& source);
  void end_source(Source& source);
  Descriptor& input() { return in_ ? *in_ : *out_.descriptor; }
  std::size_t write_some(ByteView data);
  void write_pending();
  void watch_input();
  void end_input();
  void send_terminal_eof();
  void fail_input();
  void conclude();
  bool may_send_eof();
  void announce_end();
  void close_descriptors();
  bool drained_for_end() const;

  RelayHost* host_;
  ChannelId channel_;
  Shape shape_ = Shape::pipes;
  bool is_program_;
  bool started_ = false;
  bool in_open_ = false;
  bool in_watched_ = false;
  bool client_eof_ = false;
  bool eof_sent_ = false;
  bool eof_waited_ = false;  // long enough for the program's end
  bool end_sent_ = false;
  bool closed_ = false;     // CLOSE has been sent
  bool gone_ = false;       // the session does not know the channel any more
  bool line_open_ = false;  // a terminal: the last byte written did not end a line
  std::size_t read_after_end_ = 0;

  Source out_, err_;
  std::optional<Descriptor> in_;  // pipes only; other shapes write where they read
  Bytes pending_;
  std::size_t pending_at_ = 0;
  std::unique_ptr<reply::ProgramEnded> ended_;
  std::optional<Timer> eof_timer_;
};

}  // namespace ssh::host
