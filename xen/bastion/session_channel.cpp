#include "bastion/session_channel.hpp"

namespace bastion {
namespace {

/// What is typed waits while so much is to be shown.
constexpr std::size_t kMuchOutput = 64 * 1024;

}  // namespace

std::string SessionChannel::describe() const {
  switch (runs_) {
    case Runs::console:
      return "console";
    case Runs::command:
      return "command";
    case Runs::sftp:
      return "sftp";
    case Runs::nothing:
      break;
  }
  return "session";
}

bool SessionChannel::begin(Runs what) {
  if (runs_ != Runs::nothing) return false;
  runs_ = what;
  editor_.set_terminal(terminal_);
  host_.wake();
  if (rights_.console) return true;
  if (what == Runs::sftp) return false;
  say("This host is for jumps: ssh -J " + rights_.user +
      "@bastion HOST. There is nothing else to see for you.\n");
  end(1);
  return true;
}

bool SessionChannel::request(const ssh::ChannelRequestKind& request) {
  if (std::holds_alternative<ssh::PtyRequest>(request)) {
    if (!rights_.terminal || runs_ != Runs::nothing) return false;
    terminal_ = true;
    return true;
  }
  if (std::holds_alternative<ssh::WindowChangeRequest>(request)) return terminal_;
  if (std::holds_alternative<ssh::ShellRequest>(request)) {
    if (!begin(Runs::console)) return false;
    if (!status_) {
      if (terminal_) say("'help' lists what there is to see.\n");
      prompt();
    }
    return true;
  }
  if (const auto* exec = std::get_if<ssh::ExecRequest>(&request)) {
    if (!begin(Runs::command)) return false;
    if (status_) return true;
    const auto result = run_command(observed_, own_, exec->command);
    say(result.output);
    end(result.status);
    return true;
  }
  if (const auto* subsystem = std::get_if<ssh::SubsystemRequest>(&request)) {
    if (subsystem->name != "sftp" || !begin(Runs::sftp)) return false;
    ssh::sftp::Options options;
    options.read_only = true;
    options.max_handles = 16;
    sftp_ = std::make_unique<ssh::sftp::Server>(files_, options);
    return true;
  }
  return false;  // env, signals, agents: nobody would hear of them
}

void SessionChannel::say(std::string_view text) {
  for (const char c : text) {
    if (c == '\n' && terminal_) out_ += '\r';
    out_ += c;
  }
}

void SessionChannel::prompt() {
  if (terminal_) out_ += "bastion> ";
}

void SessionChannel::end(int status) {
  if (!status_) status_ = status;
}

void SessionChannel::data(ssh::ByteView bytes) {
  host_.moved();
  if (sftp_) {
    ssh::append(sftp_in_, bytes);
  } else if (runs_ == Runs::console && !status_) {
    in_ += ssh::as_text(bytes);
  } else {
    host_.session().channel_consumed(id(), bytes.size());  // nobody reads it
  }
}

void SessionChannel::eof() {
  client_eof_ = true;
}

void SessionChannel::lines() {
  std::string_view rest = in_;
  while (!status_ && out_.size() - sent_ < kMuchOutput) {
    const auto result = editor_.take(rest, out_);
    if (!result) {
      if (client_eof_) end(0);
      break;
    }
    if (result->kind == LineEditor::Kind::end) {
      end(0);
      break;
    }
    if (result->kind == LineEditor::Kind::line) {
      const auto answer = run_command(observed_, own_, result->line);
      say(answer.output);
      if (answer.leaves) end(0);
    }
    if (!status_) prompt();
  }
  if (status_) rest = {};
  const auto taken = in_.size() - rest.size();
  in_.erase(0, taken);
  host_.session().channel_consumed(id(), taken);
}

bool SessionChannel::pump_text() {
  bool any = false;
  if (sent_ < out_.size()) {
    const auto n =
        host_.session().channel_write(id(), ssh::as_bytes(std::string_view(out_).substr(sent_)));
    sent_ += n;
    any = n != 0;
    if (any) host_.moved();
  }
  if (sent_ < out_.size()) return any;
  out_.clear();
  sent_ = 0;
  if (status_ && !std::exchange(closed_, true)) {
    host_.session().channel_exit_status(id(), static_cast<std::uint32_t>(*status_));
    host_.session().channel_eof(id());
    host_.session().channel_close(id());
  }
  return any;
}

bool SessionChannel::pump_sftp() {
  bool any = false;
  if (!sftp_in_.empty() && sftp_->wants_input()) {
    const auto taken = sftp_->receive(sftp_in_);
    sftp_in_.erase(sftp_in_.begin(), sftp_in_.begin() + static_cast<std::ptrdiff_t>(taken));
    host_.session().channel_consumed(id(), taken);
    any = taken != 0;
  }
  if (client_eof_ && sftp_in_.empty() && !sftp_->ended()) sftp_->end_of_input();
  if (sftp_->has_work()) {
    sftp_->work();
    any = true;
  }
  if (const auto unsent = sftp_->unsent(); !unsent.empty()) {
    const auto n = host_.session().channel_write(id(), unsent);
    if (n != 0) {
      sftp_->sent(n);
      host_.moved();
      any = true;
    }
  } else if (sftp_->ended()) {
    end(sftp_->ended()->text.empty() ? 0 : 1);
  }
  return any;
}

bool SessionChannel::pump() {
  if (closed_ || runs_ == Runs::nothing) return false;
  bool any = false;
  if (sftp_) any = pump_sftp();
  if (runs_ == Runs::console && !status_ && (!in_.empty() || client_eof_)) lines();
  return pump_text() || any;
}

}  // namespace bastion
