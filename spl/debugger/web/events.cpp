#include "web/events.hpp"

#include <fmt/format.h>

namespace spl::debug::web {
namespace {

/// Length of the UTF-8 sequence at the start of `text`; 0 if there is none that is well-formed
/// (RFC 3629: no surrogates, nothing overlong).
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = length > 1 ? byte(1) : 0;
  const bool bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

void append_states(std::string& out, const std::vector<std::uint32_t>& states) {
  out += '[';
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (i != 0) out += ',';
    if (states[i] == kUnknownSituation) {
      out += "null";
    } else {
      fmt::format_to(std::back_inserter(out), "{}", states[i]);
    }
  }
  out += ']';
}

std::string names(const std::vector<std::string>& all) {
  std::string out = "[";
  for (const auto& name : all) {
    if (out.size() > 1) out += ',';
    out += quote(name);
  }
  return out + "]";
}

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::live:
      return "live";
    case Mode::trace:
      return "trace";
    case Mode::simulate:
      return "simulate";
    case Mode::counterexample:
      break;
  }
  return "counterexample";
}

}  // namespace

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto length = sequence(text);
    const char c = text[0];
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += c == '\n' ? "\\n" : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + '"';
}

std::string hello_event(const ServerOptions& options, std::string_view session,
                        const std::vector<std::string>& policies) {
  return fmt::format(
      R"({{"type":"hello","format":1,"session":{},"mode":"{}","title":{},"version":{},)"
      R"("policies":{},"main_policy":{},"capabilities":{}}})",
      quote(session), name_of(options.mode), quote(options.title), quote(options.version),
      names(policies), options.main_policy.empty() ? "null" : quote(options.main_policy),
      names(options.capabilities));
}

std::string subject_event(const Subject& s) {
  auto out = fmt::format(
      R"({{"type":"subject","id":{},"policy":{},"title":{},"parent":{},"from_start":{},"seen":{},)"
      R"("states":)",
      s.id, quote(s.policy), quote(s.title), s.parent ? std::to_string(*s.parent) : "null",
      s.from_start, s.seen);
  append_states(out, s.states);
  return out + "}";
}

std::string step_item(const Step& s) {
  auto out = fmt::format("[{},{},{},{},{},", s.subject, s.number, s.time_us, s.statecall,
                         static_cast<unsigned>(s.verdict));
  append_states(out, s.states);
  return out + "]";
}

std::string refusal_event(const Refusal& r) {
  return fmt::format(
      R"({{"type":"refusal","subject":{},"number":{},"text":{},"automata":{},"expected":{}}})",
      r.subject, r.number, quote(r.text), names(r.automata), names(r.expected));
}

std::string unknown_step_event(const UnknownStep& s) {
  return fmt::format(R"({{"type":"unknown_step","subject":{},"number":{},"time_us":{},"name":{}}})",
                     s.subject, s.number, s.time_us, quote(s.name));
}

std::string undone_event(std::uint64_t subject, std::uint64_t number) {
  return fmt::format(R"({{"type":"undone","subject":{},"number":{}}})", subject, number);
}

std::string end_event(std::uint64_t subject, std::string_view reason) {
  return fmt::format(R"({{"type":"end","subject":{},"reason":{}}})", subject, quote(reason));
}

std::string dropped_event(std::uint64_t count, std::string_view where) {
  return fmt::format(R"({{"type":"dropped","count":{},"where":"{}"}})", count, where);
}

std::string situation_event(std::string_view policy, std::uint32_t automaton, std::uint32_t id,
                            std::string_view json) {
  return fmt::format(R"({{"type":"situation","policy":{},"automaton":{},"id":{},"situation":{}}})",
                     quote(policy), automaton, id, json);
}

std::string disagreement_event(std::uint64_t subject, std::uint64_t number, std::string_view text) {
  return fmt::format(R"({{"type":"disagreement","subject":{},"number":{},"text":{}}})", subject,
                     number, quote(text));
}

std::string verdict_event(const PropertyVerdict& v) {
  return fmt::format(
      R"({{"type":"verdict","subject":{},"property":{},"text":{},"loop_start":{},"bad":{}}})",
      v.subject, quote(v.property), quote(v.text),
      v.loop_start ? std::to_string(*v.loop_start) : "null", v.bad);
}

std::string framed(std::string_view event) {
  return fmt::format("data: {}\n\n", event);
}

}  // namespace spl::debug::web
