// The other side: what one source tells, checked and handed to an audience. A source may be hostile
// (a worker that a stranger has taken over): it can say false things of its own connections, and
// nothing else. It costs bounded memory, and is heard no more after one wrong record.
#pragma once

#include <map>
#include <optional>

#include "debugger/policies.hpp"
#include "debugger/records.hpp"

namespace ssh::debugger {

/// Who is told: spl::debug::Server, and tests. Subjects have numbers of the debugger's own.
class Audience {
 public:
  using Subject = std::uint64_t;
  virtual ~Audience() = default;
  virtual void begin(Subject subject, std::optional<Subject> parent,
                     const record::Begin& begin) = 0;
  virtual void step(Subject subject, const record::Step& step) = 0;
  virtual void refused(Subject subject, const PolicyFacts& policy,
                       const record::Refused& refused) = 0;
  virtual void end(Subject subject, const std::string& reason) = 0;
  virtual void dropped(std::uint64_t steps) = 0;
};

class Collector {
 public:
  /// Monitors of a source that are followed at once; of more, steps are dropped (and told).
  static constexpr std::size_t kMostSubjects = 4096;

  /// `next_subject` is counted up; all collectors of a process share it. `name`: what a monitor
  /// without a title is called.
  Collector(Audience& audience, std::uint64_t& next_subject, std::string name = {})
      : audience_(audience), next_subject_(next_subject), name_(std::move(name)) {}

  /// What to do with a datagram. An Error: it is not to be heard any more.
  Result<void> take(ByteView datagram);
  /// The source is gone.
  void end_all(const std::string& reason);
  /// Nobody looks: everything is forgotten, and will be told again.
  void forget_all() { subjects_.clear(); }
  std::size_t subjects() const { return subjects_.size(); }

 private:
  struct Known {
    Audience::Subject subject = 0;
    Policy policy = Policy::ssh;
    std::uint64_t last = 0;  // number of the last step
    bool doubtful = false;   // between Again and Told: not heard of yet
  };

  void on(record::Begin& begin);
  void on(record::Step& step);
  void on(record::Refused& refused);
  void on(record::End& end);
  void on(record::Lost& lost);
  void on(record::Again&);
  void on(record::Told&);
  bool fits(const PolicyFacts& policy, const std::vector<std::uint32_t>& states);
  void fail(std::string why);

  Audience& audience_;
  std::uint64_t& next_subject_;
  std::string name_;
  std::map<Key, Known> subjects_;  // in this order the lives of a connection follow it
  bool overflown_ = false;
  std::optional<Error> wrong_;
};

}  // namespace ssh::debugger
