// Follows the stream of another debugger: its subjects are ticked here by the reference
// interpreter, and where both run the same policy, every answer is compared with the monitor's.
#include "driver/debug_attach.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <set>

#include "driver/explain.hpp"
#include "spl/debug/client.hpp"
#include "spl/json_value.hpp"

namespace spl::driver {
namespace {

constexpr std::chrono::seconds kAgain{2};
constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxSubjects = 10'000;  // at a time; further ones are left away

/// A field that must be there; a null otherwise.
const JsonValue& at(const JsonValue& json, std::string_view name) {
  static const JsonValue null;
  const auto* field = json.field(name);
  return field == nullptr ? null : *field;
}
std::string text(const JsonValue& json, std::string_view name) {
  const auto* string = at(json, name).string();
  return string == nullptr ? std::string() : *string;
}
std::uint64_t natural(const JsonValue& json, std::string_view name) {
  return at(json, name).natural().value_or(0);
}

std::vector<std::string> strings(const JsonValue& json) {
  std::vector<std::string> out;
  if (const auto* array = json.array()) {
    for (const auto& one : *array) {
      if (one.string() != nullptr) out.push_back(*one.string());
    }
  }
  return out;
}

std::vector<std::uint32_t> states(const JsonValue& json) {
  std::vector<std::uint32_t> out;
  if (const auto* array = json.array()) {
    for (const auto& one : *array) {
      const auto n = one.natural();
      out.push_back(n && *n < debug::kUnknownSituation ? static_cast<std::uint32_t>(*n)
                                                       : debug::kUnknownSituation);
    }
  }
  return out;
}

/// A policy of the other side.
struct TheirPolicy {
  std::vector<std::string> statecalls;
  bool ours = false;  // the same text: states and verdicts can be compared
};

/// A subject of the other side.
struct Followed {
  const TheirPolicy* policy = nullptr;
  std::optional<debug::Follower> follower;  // nullopt: it was not there from the start, or lost
  std::uint64_t number = 0;                 // of the last step
};

class Attachment {
 public:
  Attachment(DebugSession& session, debug::PageUrl url, Console& console)
      : session_(session), url_(std::move(url)), console_(console), timer_(session.context()) {}

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
    if (!json) return complain(why);
    if (text(*json, "type") != "hello") return complain("what it says is no debugger's stream");
    session_id_ = text(*json, "session");
    return fetch_policies(strings(at(*json, "policies")));
  }

  /// Follows, when the io_context runs.
  void connect() {
    client_.emplace(session_.context(), url_,
                    debug::StreamClient::Handlers{[this](std::string_view json) { on_event(json); },
                                                  [this](const std::string& why) {
                                                    if (!stopped_) again(why);
                                                  }});
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    client_.reset();
  }

 private:
  bool complain(const std::string& what) {
    console_.error(fmt::format("cannot follow {}: {}", url_.authority(), printable(what, 300)));
    return false;
  }

  void again(const std::string& why) {
    console_.note(fmt::format("{}: {}; trying again", url_.authority(), printable(why, 300)));
    timer_.expires_after(kAgain);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) connect();
    });
  }

  /// The policies of the other side. False after an error, which is shown.
  bool fetch_policies(const std::vector<std::string>& names) {
    policies_.clear();
    for (const auto& name : names) {
      const auto fetched = debug::fetch(url_, "api/policy/" + debug::escaped(name));
      std::string why = fetched.body;
      const auto json = fetched.ok ? read_json(fetched.body, why) : std::nullopt;
      if (!json)
        return complain(fmt::format("the description of its policy '{}': {}", printable(name),
                                    printable(why, 200)));
      policies_[name] = {strings(at(*json, "statecalls")), same_text(*json)};
    }
    choose();
    if (chosen_.empty()) {
      return complain(fmt::format("none of its policies ({}) has a statecall of {}",
                                  fmt::join(names, ", "), session_.compilation().path));
    }
    return true;
  }

  /// Files beside the policy have the same names and texts at both ends.
  [[nodiscard]] bool same_text(const JsonValue& description) const {
    const auto& sources = session_.compilation().sources;
    const auto* files = at(description, "files").array();
    if (files == nullptr || files->size() != sources.size()) return false;
    for (std::uint32_t f = 0; f < sources.size(); ++f) {
      const auto* theirs = at((*files)[f], "text").string();
      if (theirs == nullptr || *theirs != sources.text(FileId{f})) return false;
    }
    return true;
  }

  /// Which of their policies is meant: the one of this text, else of this name, else all that have
  /// statecalls in common.
  void choose() {
    chosen_.clear();
    for (const auto& [name, policy] : policies_) {
      if (policy.ours) chosen_.insert(name);
    }
    if (!chosen_.empty()) return;
    if (policies_.contains(session_.policy())) {
      chosen_.insert(session_.policy());
      return;
    }
    const auto& vocabulary = session_.compilation().program->vocabulary;
    for (const auto& [name, policy] : policies_) {
      for (const auto& statecall : policy.statecalls) {
        if (vocabulary.find(statecall)) chosen_.insert(name);
      }
    }
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
    if (!json) return;  // as for events of kinds that are not known: newer than this program
    const auto type = text(*json, "type");
    if (type == "hello") return on_hello(*json);
    if (type == "subject") return on_subject(*json);
    if (type == "steps") {
      if (const auto* items = at(*json, "items").array()) {
        for (const auto& item : *items) on_step(item);
      }
      return;
    }
    if (type == "unknown_step") return on_unknown_step(*json);
    if (type == "refusal") return on_refusal(*json);
    if (type == "end") return on_subject_end(*json);
    if (type == "undone") return lose(natural(*json, "subject"), natural(*json, "number"));
    if (type == "dropped") return session_.server().dropped(natural(*json, "count"));
  }

  void on_hello(const JsonValue& json) {
    const auto life = text(json, "session");
    if (!session_id_.empty() && life != session_id_) {
      // Another process: its policies may be others, too.
      chosen_.clear();
      subjects_.clear();
      if (!fetch_policies(strings(at(json, "policies")))) return again("it is not what it was");
    }
    session_id_ = life;
    for (const auto& [id, followed] : subjects_) {
      session_.server().end(id, "the connection to the program was lost for a while");
    }
    subjects_.clear();
    session_.server().clear();
  }

  void on_subject(const JsonValue& json) {
    const auto id = natural(json, "id");
    const auto name = text(json, "policy");
    if (!chosen_.contains(name) || subjects_.size() >= kMaxSubjects) return;
    Followed followed;
    followed.policy = &policies_[name];
    followed.number = natural(json, "seen");
    debug::Subject subject;
    subject.id = id;
    subject.policy = session_.policy();
    subject.title = text(json, "title");
    if (chosen_.size() > 1) subject.title += fmt::format(" ({})", printable(name));
    subject.from_start = at(json, "from_start").boolean().value_or(false);
    subject.seen = followed.number;
    const auto parent = at(json, "parent").natural();
    if (parent && subjects_.contains(*parent)) subject.parent = parent;
    if (subject.from_start) {
      followed.follower.emplace(session_.view(), session_.numbering());
      subject.states = followed.follower->states();
    } else {
      subject.states = theirs(followed, states(at(json, "states")));
    }
    subjects_.insert_or_assign(id, std::move(followed));
    session_.server().begin(std::move(subject));
  }

  /// Their states in our numbers, as far as those are the same.
  [[nodiscard]] std::vector<std::uint32_t> theirs(const Followed& followed,
                                                  std::vector<std::uint32_t> numbers) const {
    const auto& automata = session_.view().automata();
    if (!followed.policy->ours || numbers.size() != automata.size()) {
      return std::vector<std::uint32_t>(automata.size(), debug::kUnknownSituation);
    }
    for (std::size_t a = 0; a < automata.size(); ++a) {
      const bool known = automata[a] && numbers[a] < automata[a]->situations.size();
      if (!known) numbers[a] = debug::kUnknownSituation;
    }
    return numbers;
  }

  void on_step(const JsonValue& item) {
    const auto* fields = item.array();
    if (fields == nullptr || fields->size() != 6) return;
    const auto found = subjects_.find((*fields)[0].natural().value_or(0));
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
                states((*fields)[5])};
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
    const auto found = subjects_.find(natural(json, "subject"));
    if (found == subjects_.end()) return;
    auto& followed = found->second;
    const auto number = natural(json, "number");
    if (number != followed.number + 1) followed.follower.reset();
    followed.number = number;
    tell(followed, {found->first,
                    number,
                    static_cast<std::int64_t>(natural(json, "time_us")),
                    text(json, "name"),
                    debug::Verdict::ignored,
                    {}});
  }

  /// Their explanation, of subjects that are not followed here.
  void on_refusal(const JsonValue& json) {
    const auto found = subjects_.find(natural(json, "subject"));
    if (found == subjects_.end() || found->second.follower) return;
    session_.server().refusal({found->first, natural(json, "number"), text(json, "text"),
                               strings(at(json, "automata")), strings(at(json, "expected"))});
  }

  void on_subject_end(const JsonValue& json) {
    if (subjects_.erase(natural(json, "subject")) == 0) return;
    session_.server().end(natural(json, "subject"), text(json, "reason"));
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
  Console& console_;
  boost::asio::steady_timer timer_;
  std::optional<debug::StreamClient> client_;
  bool stopped_ = false;
  std::string session_id_;
  std::map<std::string, TheirPolicy> policies_;
  std::set<std::string> chosen_;
  std::map<std::uint64_t, Followed> subjects_;
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
  Attachment attachment(session, there, console);
  if (!attachment.probe()) return Exit::failure;
  const auto title = fmt::format("{} on {}", session.policy(), there.authority());
  if (!session.open({debug::Mode::live, title, {}, {}}, console)) return Exit::failure;
  attachment.connect();
  session.on_stop([&] { attachment.stop(); });
  return session.serve(options.json, quiet, console);
}

}  // namespace spl::driver
