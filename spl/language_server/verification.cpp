// The command "verify this property": a job for the server's owner, and what came of it.
#include <fmt/format.h>

#include "language_server/protocol_numbers.hpp"
#include "language_server/session.hpp"
#include "language_server/uri.hpp"

namespace spl::lsp {
namespace {

std::string token_of(std::int64_t job) {
  return fmt::format("splc-verify-{}", job);
}

std::string first_line(std::string_view text) {
  while (!text.empty() && text.front() == '\n') text.remove_prefix(1);
  return std::string(text.substr(0, text.find('\n')));
}

/// The object of one property in what `splc verify --json` prints, one object a line; null if it
/// is not there.
json::value result_of(std::string_view output, const std::string& property) {
  while (!output.empty()) {
    const auto line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(output.size(), line.size() + 1));
    boost::system::error_code error;
    auto value = json::parse(json::string_view(line.data(), line.size()), error);
    const auto* name = error ? nullptr : find_at(value, {"property"});
    if (name != nullptr && name->is_string() && name->get_string() == property) return value;
  }
  return nullptr;
}

std::string text_of(const json::value& v, std::string_view key) {
  const auto* found = find_at(v, {key});
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string states_of(const json::value& v) {
  const auto* states = find_at(v, {"states"});
  return states == nullptr ? "?" : json::serialize(*states);
}

std::uint32_t count_at(const json::value& v, std::string_view key) {
  const auto* found = find_at(v, {key});
  if (found == nullptr || !found->is_int64() || found->get_int64() < 1) return 1;
  return static_cast<std::uint32_t>(found->get_int64());
}

}  // namespace

void Server::Session::execute(const json::value& id, const json::value& params) {
  const auto command = string_at(params, "command");
  if (command != "splc.verifyProperty") {
    throw RequestError(ErrorCode::invalid_params, "there is no command '" + command + "'");
  }
  const auto& arguments = array_at(params, "arguments");
  if (arguments.size() != 2 || !arguments[0].is_string() || !arguments[1].is_string()) {
    throw RequestError(ErrorCode::invalid_params, "the arguments are a URI and a property's name");
  }
  const auto path = path_of(std::string(arguments[0].get_string()));
  const auto root = workspace_.root_of(path);
  const auto index = workspace_.index(root);
  if (index == nullptr || !root.starts_with('/')) {
    throw RequestError(ErrorCode::request_failed, "'" + root + "' is no file that can be verified");
  }
  const auto unsaved = workspace_.unsaved_imports(root);
  if (!unsaved.empty()) {
    throw RequestError(ErrorCode::request_failed, "save '" + unsaved.front() + "' first");
  }
  const auto job = ++last_job_;
  const std::string property(arguments[1].get_string());
  running_[job] = {id, root, path, property, false, false};
  const auto slash = root.rfind('/');
  out_.start.push_back({job, slash == 0 ? "/" : root.substr(0, slash), index->text, property});
  if (progress_) {
    ask("window/workDoneProgress/create", json::object{{"token", token_of(job)}});
    notify("$/progress", {{"token", token_of(job)},
                          {"value",
                           {{"kind", "begin"},
                            {"title", text_value("Verifying " + property)},
                            {"cancellable", true}}}});
  }
  if (refresh_lenses_) ask("workspace/codeLens/refresh", nullptr);
}

void Server::Session::cancel_job(std::int64_t id) {
  const auto at = running_.find(id);
  if (at == running_.end() || at->second.cancelled) return;
  at->second.cancelled = true;
  out_.cancel.push_back(id);
}

void Server::Session::cancel(const json::value& params) {
  const auto* wanted = find_at(params, {"id"});
  if (wanted == nullptr || cancel_waiting(*wanted)) return;
  for (const auto& [id, job] : running_) {
    if (job.request == *wanted) return cancel_job(id);
  }
}

void Server::Session::cancel_progress(const json::value& params) {
  const auto token = string_at(params, "token");
  for (const auto& [id, job] : running_) {
    if (token_of(id) == token) return cancel_job(id);
  }
}

void Server::Session::end_progress(std::int64_t id, std::string_view text) {
  if (progress_) {
    notify("$/progress",
           {{"token", token_of(id)}, {"value", {{"kind", "end"}, {"message", text_value(text)}}}});
  }
  if (refresh_lenses_) ask("workspace/codeLens/refresh", nullptr);
}

void Server::Session::job_ended(std::int64_t id, const JobResult& result) {
  const auto at = running_.find(id);
  if (at == running_.end()) return;
  if (life_ == Life::shut_down) {
    running_.erase(at);
    return;
  }
  const auto job = at->second;
  if (job.cancelled) {
    running_.erase(at);
    end_progress(id, "cancelled");
    return fail(job.request, ErrorCode::request_cancelled, "the verification was cancelled");
  }
  const auto found = result_of(result.output, job.property);
  if (found.is_null()) {
    auto why = first_line(result.errors);
    if (why.empty()) why = fmt::format("splc verify ended with {} and no result", result.exit);
    running_.erase(at);
    end_progress(id, "failed");
    show(severity::kError, fmt::format("{}: {}", job.property, why));
    return fail(job.request, ErrorCode::request_failed, why);
  }
  conclude(id, found);
}

/// The run as related information, a place a step, and as an object for the editor.
json::object Server::Session::counterexample(const json::object& result, const std::string& root,
                                             json::array& related) {
  json::object run;
  json::array steps;
  const auto* trace = result.if_contains("trace");
  Places places_of(workspace_, encoding_);
  for (std::size_t i = 0; trace != nullptr && trace->is_array() && i < trace->get_array().size();
       ++i) {
    const auto& step = trace->get_array()[i];
    const auto name = text_of(step, "statecall");
    steps.push_back(text_value(name));
    const auto* places = find_at(step, {"places"});
    if (places == nullptr || !places->is_array()) continue;
    for (const auto& place : places->get_array()) {
      const auto* at = find_at(place, {"at"});
      if (at == nullptr || !at->is_object()) continue;
      const auto file = text_of(*at, "file");
      const auto path = file == "<stdin>" ? root : beside(root, file);
      const auto index = workspace_.index(path);
      if (index == nullptr) continue;
      // `splc verify` counts lines and columns from 1, and columns in bytes.
      const Lines bytes(index->text, Encoding::utf8);
      const auto begin = bytes.offset({count_at(*at, "line") - 1, count_at(*at, "column") - 1});
      const auto token = index->token_before(begin + 1);
      const auto end = token == kNone ? begin : index->tokens[token].range.end;
      related.push_back(json::object{
          {"location", places_of.location({path, index}, {begin, std::max(begin, end)})},
          {"message",
           text_value(fmt::format("step {}: {} ({})", i + 1, name, text_of(place, "automaton")))}});
      break;  // one place a step: the list is long enough
    }
  }
  run["steps"] = std::move(steps);
  return run;
}

void Server::Session::conclude(std::int64_t id, const json::value& result) {
  const auto job = running_.at(id);
  running_.erase(id);
  const auto verdict = text_of(result, "verdict");
  const auto why = text_of(result, "why");
  json::array related;
  auto value = counterexample(result.get_object(), job.root, related);
  const bool fails = verdict == "fails";
  const bool holds = verdict == "proved";
  auto text = holds
                  ? fmt::format("{} holds ({} states)", job.property, states_of(result))
                  : fmt::format("{}: {}{}{}", job.property, verdict, why.empty() ? "" : ": ", why);
  if (!value["steps"].get_array().empty()) {
    text += "\nA run that shows it:";
    for (const auto& step : value["steps"].get_array()) {
      text += " " + std::string(step.get_string());
    }
  }
  value["property"] = text_value(job.property);
  value["verdict"] = text_value(verdict);
  value["message"] = text_value(text);
  value["stale"] = job.stale;
  const auto index = workspace_.index(job.path);
  const PropertyEntry* entry = nullptr;
  for (std::size_t i = 0; index != nullptr && i < index->properties.size(); ++i) {
    if (index->properties[i].name == job.property) entry = &index->properties[i];
  }
  // A result for a text that is gone is told, but not shown in the new one.
  if (entry != nullptr && !job.stale) {
    Places places(workspace_, encoding_);
    json::object diagnostic{{"range", places.range(*index, entry->at)},
                            {"severity", fails   ? severity::kError
                                         : holds ? severity::kInformation
                                                 : severity::kWarning},
                            {"code", "verify"},
                            {"source", "splc verify"},
                            {"message", text_value(text)}};
    if (!related.empty()) diagnostic["relatedInformation"] = std::move(related);
    results_[job.path + "\n" + job.property] = {(holds   ? "Holds"
                                                 : fails ? "Fails"
                                                         : verdict) +
                                                    " - verify again",
                                                job.path, std::move(diagnostic)};
    publish();
  }
  end_progress(id, verdict);
  show(fails   ? severity::kError
       : holds ? severity::kInformation
               : severity::kWarning,
       job.stale ? text + "\n(of the text before the last change)" : text);
  answer(job.request, std::move(value));
}

}  // namespace spl::lsp
