// What a reader that comes late is told first: the subjects there are, and their last steps.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "spl/debug/server.hpp"
#include "web/reader_queue.hpp"

namespace spl::debug::web {

/// Bounded in every direction (Limits); the oldest goes first.
class History {
 public:
  explicit History(const Limits& limits) : limits_(limits) {}

  /// Takes the place of a subject with this id.
  void begin(Subject subject);
  /// Of a subject that is not remembered: nothing happens. So with the following ones.
  void step(const Step& step);
  /// An event about a subject's step `number`, as JSON text.
  void event(std::uint64_t subject, std::uint64_t number, std::string json);
  void undone(std::uint64_t subject, std::uint64_t number);
  void end(std::uint64_t subject, std::string json);
  /// False: there are too many.
  [[nodiscard]] bool situation(std::string json);
  void clear();

  /// The stream's first chunks after hello. A subject whose first steps were forgotten begins later
  /// here: seen, states and from_start say so.
  [[nodiscard]] std::vector<ChunkPtr> replay() const;
  [[nodiscard]] std::size_t entries() const { return entries_; }

 private:
  struct Entry {
    std::uint64_t order = 0;  // over all subjects
    Step step;                // number counts for events, too
    std::string event;        // not empty: an event, no step
  };
  struct Remembered {
    Subject subject;  // as it was before the first entry
    std::uint64_t began = 0;
    std::deque<Entry> entries;
    std::string end;  // the event, once it has ended
  };

  void add(std::uint64_t subject, Entry entry);
  void forget_first(Remembered& remembered);
  void forget_last(Remembered& remembered);
  void forget(std::uint64_t subject);

  Limits limits_;
  std::map<std::uint64_t, Remembered> subjects_;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> oldest_;  // order and subject of entries;
                                                                // those that went stay in it
  std::deque<std::uint64_t> ended_;
  std::size_t entries_ = 0;
  std::uint64_t next_order_ = 0;
  std::vector<std::string> situations_;
};

}  // namespace spl::debug::web
