// See passwords.hpp.
//
// Invariant: a password is in this process only while it is handed on; copies are wiped.
#include "monitor/passwords.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/config/users_file.hpp"
#include "monitor/files.hpp"
#include "monitor/login_session.hpp"
#include "monitor/task.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace ssh::host::monitor {
namespace {

/// How long a process may be silent. A user who thinks about a prompt is not: the login grace time
/// is for that.
constexpr Time kLimit = std::chrono::seconds(120);
constexpr std::size_t kLargestUsersFile = 4U << 20;
constexpr std::size_t kMostPrompts = 32;

void wipe_text(std::string& text) {
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

PasswordVerdict look_up(const std::string& path, const PasswordQuestion& question) {
  PasswordVerdict verdict;
  struct stat status {};
  const auto text = read_file(path, kLargestUsersFile);
  if (!text || ::stat(path.c_str(), &status) != 0) {
    verdict.why_not = text ? "no users file" : text.error().text;
    return verdict;
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    verdict.why_not = path + ": belongs to somebody else";
    return verdict;
  }
  const auto users = config::UsersFile::parse(*text, status.st_mode, true);
  if (!users) {
    verdict.why_not = path + ": " + users.error().text;
    return verdict;
  }
  const bool right = users->verify(question.user, question.password.value_or(""));
  verdict.ok = right && question.valid && (!question.password->empty() || question.empty_passwords);
  return verdict;
}

}  // namespace

Bytes encode(const PasswordVerdict& verdict) {
  Bytes bytes;
  wire::Writer writer(bytes);
  writer.boolean(verdict.ok).string(verdict.why_not).string(verdict.message);
  writer.boolean(verdict.prompts.has_value());
  if (verdict.prompts) {
    writer.string(verdict.prompts->name).string(verdict.prompts->instruction);
    writer.u32(static_cast<std::uint32_t>(verdict.prompts->prompts.size()));
    for (const Prompt& prompt : verdict.prompts->prompts) {
      writer.string(prompt.text).boolean(prompt.echo);
    }
  }
  return bytes;
}

Result<PasswordVerdict> decode_verdict(ByteView bytes) {
  wire::Reader reader(bytes);
  PasswordVerdict verdict;
  verdict.ok = reader.boolean();
  verdict.why_not = reader.text();
  verdict.message = reader.text();
  if (reader.boolean()) {
    AuthPrompts& prompts = verdict.prompts.emplace();
    prompts.name = reader.text();
    prompts.instruction = reader.text();
    const std::uint32_t count = reader.u32();
    for (std::uint32_t i = 0; i < count && i < kMostPrompts && reader.ok(); ++i) {
      std::string text(reader.text());
      prompts.prompts.push_back({std::move(text), reader.boolean()});
    }
  }
  if (!reader.done()) {
    return failure("a malformed verdict");
  }
  return verdict;
}

Bytes encode_responses(const std::vector<std::string>& responses) {
  Bytes bytes;
  wire::Writer writer(bytes);
  writer.u32(static_cast<std::uint32_t>(responses.size()));
  for (const std::string& response : responses) {
    writer.string(response);
  }
  return bytes;
}

Result<std::vector<std::string>> decode_responses(ByteView bytes) {
  wire::Reader reader(bytes);
  std::vector<std::string> responses;
  const std::uint32_t count = reader.u32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    responses.emplace_back(reader.text());
  }
  if (!reader.done()) {
    return failure("malformed responses");
  }
  return responses;
}

std::unique_ptr<PasswordCheck> PasswordCheck::with_users_file(Context& context,
                                                              const std::string& path,
                                                              PasswordQuestion question,
                                                              Done done) {
  std::unique_ptr<PasswordCheck> check(new PasswordCheck(context));
  check->run([&](Channel& monitor) { send_blocking(monitor, encode(look_up(path, question))); },
             std::move(done));
  if (question.password) {
    wipe_text(*question.password);
  }
  return check;
}

std::unique_ptr<PasswordCheck> PasswordCheck::with_pam(Context& context, PasswordQuestion question,
                                                       Done done) {
  std::unique_ptr<PasswordCheck> check(new PasswordCheck(context));
  check->run([&](Channel& monitor) { talk_to_pam(monitor, question, false); }, std::move(done));
  if (question.password) {
    wipe_text(*question.password);
  }
  return check;
}

std::unique_ptr<PasswordCheck> PasswordCheck::pam_account(Context& context,
                                                          PasswordQuestion question, Done done) {
  std::unique_ptr<PasswordCheck> check(new PasswordCheck(context));
  check->run([&](Channel& monitor) { talk_to_pam(monitor, question, true); }, std::move(done));
  return check;
}

PasswordCheck::~PasswordCheck() {
  if (child_) {
    context_.children.forget(*child_);
    context_.children.kill(*child_, SIGKILL);
  }
}

std::unique_ptr<LoginSession> PasswordCheck::into_session() {
  readable_.reset();
  timer_.reset();
  if (!child_ || !channel_) {
    return nullptr;
  }
  // It is never killed: that would leave a session open.
  context_.children.forget(*child_);
  child_.reset();
  return std::make_unique<LoginSession>(context_, std::move(*channel_));
}

void PasswordCheck::run(const std::function<void(Channel&)>& work, Done done) {
  done_ = std::move(done);
  auto pair = Channel::make_pair();
  Result<pid_t> child = failure("no socket pair");
  if (pair) {
    channel_.emplace(std::move(pair->first));
    Channel theirs(std::move(pair->second));
    const int keep[] = {theirs.fd()};
    child = context_.children.start(
        [&] {
          work(theirs);
          return 0;
        },
        keep, [this](int) { child_.reset(); });
  }
  if (!child) {
    timer_ = context_.loop.after(
        Time{}, [this, why = child.error()] { finish(tl::unexpected<Error>(why)); });
    return;
  }
  child_ = *child;
  readable_ = context_.loop.on_readable(channel_->fd(), [this] { receive(); });
  timer_ = context_.loop.after(kLimit, [this] { finish(failure("it takes too long")); });
}

void PasswordCheck::respond(const std::vector<std::string>& responses, Done done) {
  done_ = std::move(done);
  if (!channel_ || !child_ || !channel_->send(encode_responses(responses))) {
    timer_ = context_.loop.after(Time{}, [this] { finish(failure("it has ended")); });
    return;
  }
  timer_ = context_.loop.after(kLimit, [this] { finish(failure("it takes too long")); });
}

void PasswordCheck::receive() {
  auto received = channel_->receive();
  if (!received) {
    readable_.reset();
    finish(failure("the process that checks passwords has ended"));
  } else if (*received) {
    finish(decode_verdict((*received)->bytes));
  }
}

void PasswordCheck::finish(Result<PasswordVerdict> verdict) {
  timer_.reset();
  if (const Done done = std::exchange(done_, nullptr)) {
    done(std::move(verdict));  // may destroy this
  }
}

}  // namespace ssh::host::monitor
