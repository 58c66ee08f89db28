// What a line of a trace or a log holds, by way of read_json_events(). Logs are written by others:
// their strings may be anything.
#include "driver/json_scan.hpp"

#include <vector>

#include "spl/json_events.hpp"

namespace spl::driver {
namespace {

constexpr JsonLimits kOfLogs{64, true, true};

/// Fields of objects within objects, by their paths.
class FieldReader : public JsonListener {
 public:
  using Sink = std::function<void(std::string_view, std::string_view)>;
  explicit FieldReader(const Sink& take) : take_(take) {}

  void begin_object() override {
    if (arrays_ != 0) return;
    if (prefixes_.empty()) {
      is_object_ = true;
    } else {
      path_ += '.';
    }
    prefixes_.push_back(path_.size());
  }
  void end_object() override {
    if (arrays_ == 0) prefixes_.pop_back();
  }
  void begin_array() override { ++arrays_; }
  void end_array() override { --arrays_; }
  void key(std::string_view name) override {
    if (arrays_ != 0) return;
    path_.resize(prefixes_.back());
    path_ += name;
  }
  void string(std::string_view text) override { value(text); }
  void number(std::string_view text) override { value(text); }
  void boolean(bool value) override { this->value(value ? "true" : "false"); }
  void null() override { value("null"); }

  [[nodiscard]] bool is_object() const { return is_object_; }

 private:
  void value(std::string_view text) {
    if (arrays_ == 0 && is_object_) take_(path_, text);
  }

  const Sink& take_;
  std::string path_;
  std::vector<std::size_t>
      prefixes_;            // lengths of the path at which the open objects' fields begin
  std::size_t arrays_ = 0;  // open
  bool is_object_ = false;
};

/// The value, or the outermost field "statecall", if it is a string.
class StatecallReader : public JsonListener {
 public:
  void begin_object() override { ++depth_; }
  void end_object() override { --depth_; }
  void begin_array() override { begin_object(); }
  void end_array() override { end_object(); }
  void key(std::string_view name) override { named_ = depth_ == 1 && name == "statecall"; }
  void string(std::string_view text) override {
    if (depth_ == 0 || (depth_ == 1 && named_)) found_ = text;
  }
  void number(std::string_view) override {}
  void boolean(bool) override {}
  void null() override {}

  [[nodiscard]] std::optional<std::string> take() { return std::move(found_); }

 private:
  std::size_t depth_ = 0;
  bool named_ = false;
  std::optional<std::string> found_;
};

}  // namespace

bool fields_of_json(std::string_view text,
                    const std::function<void(std::string_view, std::string_view)>& take,
                    std::string& why) {
  FieldReader reader(take);
  if (!read_json_events(text, kOfLogs, reader, why)) return false;
  if (!reader.is_object()) why = "expected an object";
  return reader.is_object();
}

std::optional<std::string> statecall_of_json(std::string_view text, std::string& why) {
  StatecallReader reader;
  if (!read_json_events(text, kOfLogs, reader, why)) return std::nullopt;
  auto found = reader.take();
  if (!found) why = "expected a string, or an object with a string \"statecall\"";
  return found;
}

}  // namespace spl::driver
