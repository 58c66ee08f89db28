// Follows the stream of another debugger: its subjects are ticked here by the reference
// interpreter, and where both run the same policy, every answer is compared with the monitor's.
#include "driver/debug_attach.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "driver/attached_json.hpp"
#include "driver/attached_policies.hpp"
#include "driver/explain.hpp"
#include "spl/debug/client.hpp"
#include "spl/json_value.hpp"

namespace spl::driver {
namespace {

constexpr std::chrono::seconds kAgain{2};
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxSubjects = 10'000;  // at a time; further ones are left away
constexpr std::size_t kTitle = 500;           // bytes
constexpr std::size_t kExplanation = 65'536;  // the same
/// Larger ids are left away: those of every life of the program are counted on from the last.
constexpr std::uint64_t kMaxId = std::uint64_t{1} << 40U;

/// A subject of the other side.
struct Followed {
  const AttachedPolicy* policy = nullptr;
  std::optional<debug::Follower> follower;  // nullopt: it was not there from the start, or lost
  std::uint64_t number = 0;                 // of the last step
};

class Attachment {
 public:
  Attachment(DebugSession& session, debug::PageUrl url, bool quiet, Console& console)
      : session_(session),
        url_(std::move(url)),
        quiet_(quiet),
        console_(console),
        timer_(session.context()),
        policies_(session) {}

  /// Asks the other side for its policies. False after an error, which is shown.
  bool probe() {
    boost::asio::io_context context;
    std::string hello;
    std::string why = "it does not answer";
    debug::StreamClient client(context, url_,
                               {[&](std::string_view json) {
                                  if (hello.empty()) hello = json;
                                  context.stop();
                                },
                                [&](const std::string& end) {
                                  if (hello.empty()) why = end;
                                  context.stop();
                                }});
    context.run_for(kPatience);
    const auto json = hello.empty() ? std::nullopt : read_json(hello, why);
    if (json && json_text(*json, "type") != "hello") {
      why = "what it says is no debugger's stream";
    } else if (json) {
      session_id_ = json_text(*json, "session");
      why = policies_.fetch(url_, *json);
      if (why.empty()) why = policies_.unfit();
      if (why.empty()) return true;
    }
    console_.error(fmt::format("cannot follow {}: {}", url_.authority(), printable(why, 300)));
    return false;
  }

  /// Follows, when the io_context runs.
  void connect() {
    timer_.cancel();
    client_.emplace(session_.context(), url_,
                    debug::StreamClient::Handlers{[this](std::string_view json) { on_event(json); },
                                                  [this](const std::string& why) {
                                                    if (!stopped_) lost(why);
                                                  }});
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    client_.reset();
  }

 private:
  /// The same is said once, until something else is.
  void say(const std::string& what) {
    if (what == said_) return;
    said_ = what;
    if (!quiet_) console_.note(fmt::format("{}: {}", url_.authority(), printable(what, 300)));
  }

  /// The stream has ended.
  void lost(const std::string& why) {
    end_all("the connection to the program was lost: " + printable(why, 300));
    again(why);
  }

  void end_all(const std::string& why) {
    for (const auto& [id, followed] : subjects_) session_.server().end(id, why);
    subjects_.clear();
  }

  void again(const std::string& why) {
    say(why + "; trying again");
    timer_.expires_after(kAgain);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) connect();
    });
  }

  /// A step as the other side tells it.
  struct Theirs {
    std::uint64_t subject = 0;
    std::uint64_t number = 0;
    std::int64_t time_us = 0;
    std::string name;
    debug::Verdict verdict{};
    std::vector<std::uint32_t> states;
  };

  // ---- events ----------------------------------------------------------------------------------

  void on_event(std::string_view bytes) {
    std::string why;
    const auto json = read_json(bytes, why);
    if (!json) return say("an event that is no JSON was left out: " + why);
    const auto type = json_text(*json, "type");
    if (type == "hello") return on_hello(*json);
    if (type == "subject") return on_subject(*json);
    if (type == "steps") {
      if (const auto* items = json_at(*json, "items").array()) {
        for (const auto& item : *items) on_step(item);
      }
      return;
    }
    if (type == "unknown_step") return on_unknown_step(*json);
    if (type == "refusal") return on_refusal(*json);
    if (type == "end") return on_subject_end(*json);
    if (type == "undone") return lose(subject_of(*json), json_natural(*json, "number"));
    if (type == "dropped") return session_.server().dropped(json_natural(*json, "count"));
    // Kinds that are not known are newer than this program.
  }

  /// The same life of the program tells all again that it remembers. Another one has nothing to do
  /// with what was before, which stays to be looked at.
  void on_hello(const JsonValue& json) {
    const auto life = json_text(json, "session");
    end_all("the program begins to tell anew");
    if (life != session_id_) {
      base_ = next_base_;
      const auto why = policies_.fetch(url_, json);
      if (!why.empty()) return again(why);
      session_id_ = life;
      const auto unfit = policies_.unfit();
      say(unfit.empty() ? "another run of the program" : unfit);
    } else {
      session_.server().clear();
      if (!said_.empty()) say("there again");
    }
  }

  /// Our number of the subject that an event is about; 0: there is none.
  [[nodiscard]] std::uint64_t our_id(std::optional<std::uint64_t> theirs) const {
    return theirs && *theirs < kMaxId ? base_ + *theirs + 1 : 0;
  }
  [[nodiscard]] std::uint64_t subject_of(const JsonValue& json) const {
    return our_id(json_at(json, "subject").natural());
  }

  void on_subject(const JsonValue& json) {
    const auto id = our_id(json_at(json, "id").natural());
    const auto name = json_text(json, "policy");
    const auto* policy = policies_.followed(name);
    if (id == 0 || policy == nullptr) return;
    if (subjects_.size() >= kMaxSubjects && !subjects_.contains(id)) {
      return say(fmt::format("it has more than {} subjects at a time; further ones are not shown",
                             kMaxSubjects));
    }
    next_base_ = std::max(next_base_, id);
    Followed followed;
    followed.policy = policy;
    followed.number = json_natural(json, "seen");
    debug::Subject subject;
    subject.id = id;
    subject.policy = session_.policy();
    subject.title = json_text(json, "title", kTitle);
    if (policies_.several()) subject.title += fmt::format(" ({})", printable(name));
    subject.from_start = json_at(json, "from_start").boolean().value_or(false);
    subject.seen = followed.number;
    const auto parent = our_id(json_at(json, "parent").natural());
    if (subjects_.contains(parent)) subject.parent = parent;
    if (subject.from_start) {
      followed.follower.emplace(session_.view(), session_.numbering());
      subject.states = followed.follower->states();
    } else {
      subject.states = theirs(followed, json_states(json_at(json, "states")));
    }
    subjects_.insert_or_assign(id, std::move(followed));
    session_.server().begin(std::move(subject));
  }

  /// Their states in our numbers, as far as those are the same.
  [[nodiscard]] std::vector<std::uint32_t> theirs(const Followed& followed,
                                                  std::vector<std::uint32_t> numbers) const {
    const auto& automata = session_.view().automata();
    const auto& numbered = followed.policy->numbered;
    if (!followed.policy->ours || numbers.size() != automata.size() ||
        numbered.size() != automata.size()) {
      return std::vector<std::uint32_t>(automata.size(), debug::kUnknownSituation);
    }
    for (std::size_t a = 0; a < automata.size(); ++a) {
      const bool known = automata[a] && numbered[a] && numbers[a] < automata[a]->situations.size();
      if (!known) numbers[a] = debug::kUnknownSituation;
    }
    return numbers;
  }

  void on_step(const JsonValue& item) {
    const auto* fields = item.array();
    if (fields == nullptr || fields->size() != 6) return;
    const auto found = subjects_.find(our_id((*fields)[0].natural()));
    if (found == subjects_.end()) return;
    auto& followed = found->second;
    const auto statecall = (*fields)[3].natural().value_or(followed.policy->statecalls.size());
    const auto verdict = (*fields)[4].natural().value_or(3);
    if (statecall >= followed.policy->statecalls.size() || verdict > 2) return;
    const auto number = (*fields)[1].natural().value_or(0);
    if (number != followed.number + 1) followed.follower.reset();  // something was dropped
    followed.number = number;
    Theirs step{found->first,
                number,
                static_cast<std::int64_t>((*fields)[2].natural().value_or(0)),
                followed.policy->statecalls[statecall],
                static_cast<debug::Verdict>(verdict),
                json_states((*fields)[5])};
    tell(followed, step);
  }

  void tell(Followed& followed, const Theirs& step) {
    auto& server = session_.server();
    const auto id = session_.compilation().program->vocabulary.find(step.name);
    if (!id) {
      server.unknown_step({step.subject, step.number, step.time_us, step.name});
      return;
    }
    if (!followed.follower) {
      server.step({step.subject, step.number, step.time_us, index(*id), step.verdict,
                   theirs(followed, step.states)});
      return;
    }
    const auto verdict = followed.follower->tick(*id);
    const auto ours = debug_verdict(verdict.outcome);
    server.step(
        {step.subject, step.number, step.time_us, index(*id), ours, followed.follower->states()});
    if (ours == debug::Verdict::refused) {
      tell_refusal(session_, step.subject, step.number, followed.follower->interpreter(), verdict);
    }
    if (followed.policy->ours) compare(followed, step, ours);
  }

  void compare(Followed& followed, const Theirs& step, debug::Verdict ours) {
    constexpr const char* kWords[] = {"accepts", "ignores", "refuses"};
    const auto theirs_now = theirs(followed, step.states);
    const auto& here = followed.follower->states();
    std::string what;
    if (ours != step.verdict) {
      what = fmt::format("{}: the program's monitor {} it, the interpreter {} it", step.name,
                         kWords[static_cast<std::size_t>(step.verdict)],
                         kWords[static_cast<std::size_t>(ours)]);
    }
    for (std::size_t a = 0; a < here.size() && what.empty(); ++a) {
      if (theirs_now[a] == debug::kUnknownSituation || theirs_now[a] == here[a]) continue;
      what = fmt::format(
          "after {}: automaton {} is in state {} in the program's monitor, and in {} "
          "here",
          step.name, session_.compilation().program->automata[a].name, theirs_now[a], here[a]);
    }
    if (what.empty()) return;
    session_.server().disagreement(step.subject, step.number, what);
    console_.note(fmt::format("the engines disagree: {}", what));
    followed.follower.reset();  // once is enough
  }

  void on_unknown_step(const JsonValue& json) {
    const auto found = subjects_.find(subject_of(json));
    if (found == subjects_.end()) return;
    auto& followed = found->second;
    const auto number = json_natural(json, "number");
    if (number != followed.number + 1) followed.follower.reset();
    followed.number = number;
    tell(followed, {found->first,
                    number,
                    static_cast<std::int64_t>(json_natural(json, "time_us")),
                    json_text(json, "name"),
                    debug::Verdict::ignored,
                    {}});
  }

  /// Their explanation, of subjects that are not followed here.
  void on_refusal(const JsonValue& json) {
    const auto found = subjects_.find(subject_of(json));
    if (found == subjects_.end() || found->second.follower) return;
    session_.server().refusal(
        {found->first, json_natural(json, "number"), json_text(json, "text", kExplanation),
         json_strings(json_at(json, "automata")), json_strings(json_at(json, "expected"))});
  }

  void on_subject_end(const JsonValue& json) {
    const auto id = subject_of(json);
    if (subjects_.erase(id) != 0) session_.server().end(id, json_text(json, "reason"));
  }

  /// Steps were taken back there: from here on it is only told.
  void lose(std::uint64_t subject, std::uint64_t number) {
    const auto found = subjects_.find(subject);
    if (found == subjects_.end()) return;
    found->second.follower.reset();
    found->second.number = number;
    session_.server().undone(subject, number);
  }

  DebugSession& session_;
  debug::PageUrl url_;
  bool quiet_;
  Console& console_;
  boost::asio::steady_timer timer_;
  std::optional<debug::StreamClient> client_;
  bool stopped_ = false;
  std::string said_;
  std::string session_id_;
  AttachedPolicies policies_;
  // Our ids are theirs, behind those of the program's earlier lives.
  std::uint64_t base_ = 0;
  std::uint64_t next_base_ = 0;
  std::map<std::uint64_t, Followed> subjects_;  // by our ids
};

}  // namespace

Exit debug_attached(DebugSession& session, const DebugCommandOptions& options, bool quiet,
                    Console& console) {
  auto url = debug::parse_page_url(options.attach);
  if (const auto* wrong = std::get_if<std::string>(&url)) {
    console.error(*wrong);
    return Exit::failure;
  }
  const auto& there = std::get<debug::PageUrl>(url);
  Attachment attachment(session, there, quiet, console);
  if (!attachment.probe()) return Exit::failure;
  const auto title = fmt::format("{} on {}", session.policy(), there.authority());
  if (!session.open({debug::Mode::live, title, {}, {}}, console)) return Exit::failure;
  attachment.connect();
  session.on_stop([&] { attachment.stop(); });
  return session.serve(options.json, quiet, console);
}

}  // namespace spl::driver
