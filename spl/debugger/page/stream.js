// The connection to the server: events in, and a new attempt whenever it is lost.

const FIRST_WAIT = 400; // ms
const LONGEST_WAIT = 5000;

/**
 * Calls handlers.event(object), handlers.broken(error) for what is no event, and
 * handlers.state(name, text): "connecting", "open", "lost".
 */
export class Stream {
  #source = null;
  #wait = FIRST_WAIT;
  #attempts = 0;

  constructor(handlers) {
    this.handlers = handlers;
  }

  open() {
    const source = new EventSource("./api/stream");
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT;
      this.#attempts = 0;
      this.handlers.state("open", "");
    };
    source.onmessage = (message) => {
      try {
        this.handlers.event(JSON.parse(message.data));
      } catch (error) {
        this.handlers.broken(error);
      }
    };
    // The browser would try again by itself, but would not say why it fails, nor wait longer.
    source.onerror = () => {
      source.close();
      this.#retry();
    };
  }

  async #retry() {
    this.#attempts += 1;
    const attempt = this.#attempts;
    this.handlers.state("lost", "trying again");
    const why = await reason();
    this.handlers.state("lost", `${why}; attempt ${attempt} failed, trying again`);
    setTimeout(() => this.open(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

async function reason() {
  try {
    const answer = await fetch("./", { method: "HEAD", cache: "no-store" });
    if (answer.status === 404) {
      return "the server was started again and has another address now: open the one that it printed";
    }
    return answer.ok
      ? "the server is there, but ended the stream or takes no more readers"
      : `the server answers with status ${answer.status}`;
  } catch {
    return "the server does not answer";
  }
}

/** POST ./api/NAME. Returns null if all is well, else what went wrong. */
export async function command(name, body) {
  try {
    const answer = await fetch("./api/" + name, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) return null;
    return errorOf((await answer.text()).trim()) || `status ${answer.status}`;
  } catch {
    return "the server does not answer";
  }
}

/** What an answer of ./api says of itself: {"error": "..."}, or text. */
function errorOf(body) {
  try {
    return String(JSON.parse(body).error ?? "");
  } catch {
    return body;
  }
}

/** The description of a policy (format 1), or throws. */
export async function fetchDescription(policy) {
  const answer = await fetch("./api/policy/" + encodeURIComponent(policy));
  if (!answer.ok) throw new Error(`the server has no description of policy ${policy}`);
  const description = await answer.json();
  if (description.format !== 1) throw new Error(`the description of ${policy} has another format`);
  if (!Array.isArray(description.automata) || !Array.isArray(description.statecalls)) {
    throw new Error(`the description of ${policy} is damaged`);
  }
  return description;
}
