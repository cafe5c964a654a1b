// Beside a phone: where its conversation stands in the service, turn by turn, and time travel for both.

import { inside, travel } from "./api.js";
import { el } from "./dom.js";
import { frames, heading, steps } from "./values.js";

const LATER = [["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];
const FOLLOW_MS = 3000; // some turns bring no message; they are seen all the same
const NOTHING_DUE = "Nothing here waits for time to pass";

export class Inside {
  // `world` gives trouble(text). Closed at first: nothing is asked of the service then.
  constructor(number, world) {
    this.number = number;
    this.world = world;
    this.told = { offered: false, why: "Not asked yet", turns: 0 };
    this.turn = 0; // the one that is looked at; 0: the newest, and the next one when it comes
    this.asked = 0;
    this.build();
  }

  build() {
    const button = (words, work) => el("button", { type: "button", onclick: () => this.guarded(work) }, words);
    this.where = el("div", { class: "where", "aria-live": "polite" });
    this.back = button("‹", () => this.step(-1));
    this.back.setAttribute("aria-label", "Turn before");
    this.on = button("›", () => this.step(1));
    this.on.setAttribute("aria-label", "Turn after");
    this.values = el("div", { class: "values", tabindex: "0", role: "region", "aria-label": "State and variables" });
    this.next = el("p", { class: "note" });
    this.later = LATER.map(([words, seconds]) => button(`${words} later`, () => this.travel({ advance_s: seconds })));
    this.timeout = button("Timeout", () => this.travel({ past: this.told.next.at }));
    this.saved = el("p", { class: "note", role: "status", hidden: true });
    this.save = button("Save as .chat", () => this.download());
    this.node = el("aside", { class: "inside", hidden: true, "aria-label": `Inside ${this.number}` },
      el("div", { class: "turns" }, this.where, this.back, this.on),
      this.values,
      el("div", { class: "times" }, ...this.later, this.timeout), this.next, this.save, this.saved);
    this.show();
  }

  open(wanted) {
    this.node.hidden = !wanted;
    clearInterval(this.timer);
    if (!wanted) return;
    this.timer = setInterval(() => document.hidden || this.refresh(), FOLLOW_MS);
    this.refresh();
  }

  // After something has happened; a burst of it is asked about once.
  soon() {
    clearTimeout(this.waiting);
    if (!this.node.hidden) this.waiting = setTimeout(() => this.refresh(), 150);
  }

  async refresh() {
    const asked = ++this.asked;
    try {
      const told = await inside("conversation", this.number, this.turn ? `&turn=${this.turn}` : "");
      if (asked !== this.asked) return; // a later question was answered meanwhile
      this.told = told;
    } catch (problem) {
      if (asked !== this.asked) return;
      this.told = { offered: false, why: problem.message, turns: 0 };
    }
    this.show();
  }

  show() {
    const told = this.told;
    const shown = JSON.stringify(told.offered ? { ...told, now: "" } : told);
    this.showTimes(told);
    if (shown === this.shown) return; // what somebody reads or selects stays as it is
    this.shown = shown;
    this.back.disabled = !told.offered || told.turn <= 1;
    this.on.disabled = !told.offered || !this.turn || told.turn >= told.turns;
    this.save.disabled = !told.turns;
    this.save.title = told.turns ? "A golden page without the person" : told.why || "Nothing was said yet";
    this.where.replaceChildren(...heading(told));
    this.values.replaceChildren(...(told.offered ? [...frames(told), ...steps(told)] : [el("p", { class: "note" }, told.why)]));
  }

  showTimes({ offered, why, next, now }) {
    for (const button of [...this.later, this.timeout]) button.disabled = !offered;
    for (const button of this.later) button.title = offered ? "" : why;
    this.timeout.disabled = !next;
    this.timeout.title = next ? `To just after: ${next.words}` : offered ? NOTHING_DUE : why;
    const at = (moment) => new Date(moment).toLocaleString("en-IN", { dateStyle: "medium", timeStyle: "short" });
    const due = next ? `Next, at ${at(next.at)}: ${next.words}.` : `${NOTHING_DUE}.`;
    this.next.textContent = offered ? `The service's time: ${at(now)}. ${due}` : "";
  }

  async step(by) {
    const goal = (this.turn || this.told.turn) + by;
    this.turn = goal >= this.told.turns ? 0 : Math.max(goal, 1);
    await this.refresh();
  }

  async travel(how) {
    for (const button of [...this.later, this.timeout]) button.disabled = true; // one click, one journey
    try {
      await travel(how);
      this.turn = 0;
    } finally {
      await this.refresh();
    }
  }

  async download() {
    const told = await inside("chat", this.number);
    if (!told.offered || !told.page) throw new Error(told.why || "nothing was said whose words are still there");
    const link = URL.createObjectURL(new Blob([told.page], { type: "text/plain;charset=utf-8" }));
    el("a", { href: link, download: `${this.number.replace(/[^0-9A-Za-z]/g, "")}.chat` }).click();
    setTimeout(() => URL.revokeObjectURL(link), 60_000);
    const other = told.otherwise.length ? `; turns ${told.otherwise.join(", ")} are answered otherwise than they were` : "";
    this.saved.hidden = false;
    this.saved.textContent = `Saved from turn ${told.from_turn} on${other}.`;
  }

  guarded(work) {
    work().then(() => this.world.trouble(""), (problem) => this.world.trouble(problem.message));
  }
}
