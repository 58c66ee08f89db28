// A ping program as programs often are: the order of its steps is kept by a few flags and ifs. With
// PING_PROGRAM_FORGETS it has a mistake of a common kind: being asked for a summary in the middle
// makes it forget that it still waits for an answer.
#pragma once

class PingProgram {
 public:
  bool send_request() {
    if (waiting_ || asked_ || over()) return false;
    waiting_ = true;
    answered_ = false;
    return true;
  }
  bool take_reply() {
    if (!take_answer()) return false;
    lost_ = 0;
    return true;
  }
  bool take_unreachable() {
    if (!take_answer()) return false;
    lost_ = 3;
    return true;
  }
  bool time_out() {
    if (!take_answer()) return false;
    ++lost_;
    return true;
  }
  bool want_summary() {
    // The program is over once it has given up, unless it may still say so.
    if (asked_ || done_ || (over() && !answered_)) return false;
    asked_ = true;
#ifdef PING_PROGRAM_FORGETS
    waiting_ = false;
#endif
    return true;
  }
  bool give_summary() {
    if (!asked_) return false;
    asked_ = false;
    return true;
  }
  bool stop() {
    if (waiting_ || asked_ || !answered_ || done_) return false;
    done_ = true;
    return true;
  }

 private:
  [[nodiscard]] bool over() const {
    return done_ || lost_ == 3;
  }
  bool take_answer() {
    if (!waiting_ || asked_) return false;
    waiting_ = false;
    answered_ = true;
    return true;
  }

  bool waiting_ = false;
  bool answered_ = false;  // the last step but summaries was an answer
  bool asked_ = false;
  bool done_ = false;
  int lost_ = 0;
};
