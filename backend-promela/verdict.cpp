// The names of verdicts, as people and programs read them.
#include "spl/promela/verify.hpp"

namespace spl::promela {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::proved:
      return "proved";
    case Verdict::fails:
      return "fails";
    case Verdict::not_refuted:
      return "not_refuted";
    case Verdict::not_finished:
      return "not_finished";
  }
  return "";
}

}  // namespace spl::promela
