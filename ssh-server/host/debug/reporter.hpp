// A source's side: what the policies of this process do, told to the debugger's process through a
// SOCK_SEQPACKET socket. Never waits: what finds no room is counted, and told when there is some.
// Knows no event loop; reporter.fd() is for the owner's.
//
// One thread. Whoever tells while nobody is watching() tells nobody; an owner that gives sessions
// no tap then has no cost at all.
#pragma once

#include <deque>
#include <functional>

#include "debugger/records.hpp"
#include "unique_fd.hpp"

namespace ssh::debugger {

class Reporter {
 public:
  /// What may wait for a process that does not read: of steps, and of anything. An explanation is
  /// the largest record.
  static constexpr std::size_t kMostForSteps = 1U << 20;
  static constexpr std::size_t kMost = 2U << 20;

  /// `socket`: one end of the pair, non-blocking.
  explicit Reporter(host::UniqueFd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  /// Called when there is something for flush() where there was nothing: to come back at the end of
  /// the turn. Nothing is to be called from inside of it.
  void when_pending(std::function<void()> then) { when_pending_ = std::move(then); }
  /// Somebody looks at the debugger's page.
  bool watching() const { return watching_; }
  /// The process has gone; nothing is told any more.
  bool gone() const { return gone_; }

  /// Takes what the process says, when the socket can be read. True: watching() may have changed,
  /// or gone(). Where somebody looks now who did not, everything that is there has to be told, as
  /// after lost_sight().
  bool receive();

  void begin(const record::Begin& begin);
  void step(std::uint64_t connection, const Tap::Step& step);
  void refused(std::uint64_t connection, const Tap::Refusal& refusal);
  void end(Key key, std::string_view reason);

  /// There was no room for a record that later ones depend on, and now there is: the owner calls
  /// tell_all().
  bool lost_sight() const { return lost_sight_ && queued_ == 0; }
  /// `each` calls begin() for every monitor that is there.
  void tell_all(const std::function<void()>& each);

  /// Sends what the socket takes; once for each turn of the loop. wants_to_write(): it took not
  /// all.
  void flush();
  bool wants_to_write() const { return !queue_.empty(); }

 private:
  template <typename R>
  void put(const R& record);
  bool room(std::size_t most);
  void close_datagram();
  bool send(ByteView datagram);
  void lose();

  host::UniqueFd socket_;
  std::function<void()> when_pending_;
  bool watching_ = false;
  bool gone_ = false;
  bool lost_sight_ = false;
  std::uint64_t lost_steps_ = 0;
  Bytes open_;  // the datagram that is being filled
  std::deque<Bytes> queue_;
  std::size_t queued_ = 0;
};

/// A session's tap that reports.
class ReportingTap final : public Tap {
 public:
  /// `title` is the connection's, for people; `policy` that of life 0. The reporter outlives the
  /// tap.
  ReportingTap(Reporter& reporter, std::uint64_t connection, std::string title,
               Policy policy = Policy::ssh)
      : reporter_(reporter), connection_(connection), title_(std::move(title)), policy_(policy) {}

  void begin(Life life, std::uint64_t seen, States states) override;
  void step(const Step& step) override { reporter_.step(connection_, step); }
  void refused(const Refusal& refusal) override { reporter_.refused(connection_, refusal); }
  void end(Life life) override { reporter_.end({connection_, life}, "both ends have closed it"); }

 private:
  Reporter& reporter_;
  std::uint64_t connection_;
  std::string title_;
  Policy policy_;
};

/// What the debugger's process says to its sources: one byte.
inline constexpr std::uint8_t kWatched = 1;
inline constexpr std::uint8_t kUnwatched = 0;

}  // namespace ssh::debugger
