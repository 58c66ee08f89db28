// The head of the page: what is looked at, and how much has come.
import { byId, setText, number } from "./dom.js";

export class Head {
  #rates = [];
  #beat = -1;
  #told = null;

  render(store) {
    const now = performance.now();
    this.#rates.push([now, store.taken]);
    while (this.#rates.length > 2 && this.#rates[0][0] < now - 2000) this.#rates.shift();
    const [then, taken] = this.#rates[0];
    const rate = now - then < 300 ? 0 : Math.round(((store.taken - taken) * 1000) / (now - then));
    // Numbers in the head change four times a second, not sixty times.
    const beat = Math.floor(now / 250);
    if (beat === this.#beat && this.#told === store.hello) return;
    this.#beat = beat;
    this.#told = store.hello;
    setText(byId("meter-rate"), number(rate));
    setText(byId("meter-steps"), number(store.taken));
    setText(byId("meter-refused"), (store.refusedTotal > 0 ? "✕ " : "") + number(store.refusedTotal));
    byId("meter-refused").classList.toggle("bad", store.refusedTotal > 0);
    const lost = store.dropped.reader + store.dropped.source;
    setText(byId("meter-lost"), (lost > 0 ? "! " : "") + number(lost));
    byId("meter-lost").classList.toggle("bad", lost > 0);
    setText(byId("refusals-count"), number(store.refusedTotal));
    setText(byId("alarms-count"), number(store.alarmTotal));
    const { hello } = store;
    if (hello) {
      setText(byId("title"), String(hello.title ?? ""));
      setText(byId("mode"), String(hello.mode));
      byId("title").title = `statecall ${hello.version ?? ""}`;
      document.title = `${hello.title} – statecall debugger`;
    }
  }
}
