// One person's phone: a column with the chat with the business.

import { at, get, post, toBase64 } from "./api.js";
import { bubble, dayMark, typingBubble, update } from "./bubble.js";
import { el, icon } from "./dom.js";
import { Inside } from "./inside.js";
import { pickFromList, previewFile } from "./sheets.js";

export class PhoneColumn {
  // `world` gives: looking(column), isLooking(column), close(column), trouble(text).
  constructor(details, world) {
    this.details = details;
    this.world = world;
    this.messages = new Map();
    this.typingTimer = 0;
    this.build();
    this.show(details);
  }

  get number() {
    return this.details.phone;
  }

  build() {
    this.owner = this.head();
    this.presence = el("div", { class: "presence" }, "online");
    this.talk = el("div", { class: "talk", role: "log", tabindex: "0", "aria-label": "Messages" });
    this.input = el("textarea", { rows: 1, placeholder: "Message", "aria-label": "Message", dir: "auto" });
    this.screen = el("div", { class: "screen" }, this.contact(), this.talk, this.composer());
    this.inside = new Inside(this.number, this.world);
    this.node = el("section", { class: "phone" }, this.owner, el("div", { class: "sides" }, this.screen, this.inside.node));
    for (const kind of ["pointerdown", "focusin"]) this.node.addEventListener(kind, () => this.world.looking(this));
  }

  // Its parts stay the same elements for good, so a click is never lost between two of its redraws.
  head() {
    this.unread = el("span", { class: "unread", hidden: true });
    this.profile = el("strong");
    this.shownNumber = el("span", { class: "number" });
    this.flag = el("span", { class: "flag", hidden: true }, "number hidden");
    this.shut = el("button", { class: "close", onclick: () => this.world.close(this) }, "×");
    this.opens = el("button", { class: "opens", "aria-expanded": "false", onclick: () => this.look(this.inside.node.hidden) }, "State");
    return el("div", { class: "owner" }, this.unread, this.profile, this.shownNumber, this.flag, this.opens, this.shut);
  }

  // Opens what is inside, or closes it.
  look(wanted) {
    this.opens.setAttribute("aria-expanded", String(wanted));
    this.node.classList.toggle("opened", wanted);
    this.inside.open(wanted);
    if (wanted) this.node.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  contact() {
    const names = el("div", {}, el("div", { class: "name" }, "Saathi"), this.presence);
    return el("div", { class: "contact" }, el("div", { class: "face" }, "S"), names);
  }

  composer() {
    const opens = { class: "attach", type: "button", "aria-label": "Attach", "aria-haspopup": "menu" };
    const attach = el("button", opens, icon("clip", 22));
    attach.addEventListener("click", () => this.toggleMenu());
    const send = el("button", { class: "send", "aria-label": "Send" }, icon("plane", 20));
    const form = el("form", { class: "composer" }, el("div", { class: "field" }, this.input, attach), send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value;
      if (!text.trim()) return;
      this.input.value = "";
      this.grow();
      this.send({ text });
    });
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      if (event.isComposing) return; // an input method's Enter ends a word, not the message
      event.preventDefault();
      form.requestSubmit();
    });
    return form;
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = Math.min(this.input.scrollHeight, 110) + "px";
  }

  toggleMenu() {
    if (this.menu) {
      this.menu.remove();
      this.menu = null;
      return;
    }
    const choice = (label, accept, asDocument) => {
      const file = el("input", { type: "file", accept, hidden: true, "aria-label": label });
      file.addEventListener("change", () => {
        this.toggleMenu();
        if (file.files[0]) this.attach(file.files[0], asDocument);
      });
      return [el("button", { type: "button", onclick: () => file.click() }, label), file];
    };
    const photo = choice("🖼️  Photo", "image/*", false);
    const paper = choice("📄  Document", "", true);
    const sample = el("button", { type: "button", hidden: true }, "🧾  Try a sample");
    sample.addEventListener("click", () => this.chooseSample());
    get("/samples").then(({ samples }) => (sample.hidden = !samples.length), () => {});
    this.menu = el("div", { class: "menu" }, ...photo, ...paper, sample);
    this.menu.addEventListener("keydown", (event) => event.key === "Escape" && this.toggleMenu());
    this.screen.append(this.menu);
    photo[0].focus();
  }

  async chooseSample() {
    const { samples } = await get("/samples");
    const send = async (name) => {
      this.toggleMenu();
      const answer = await fetch(`/sandbox/samples/${encodeURIComponent(name)}`);
      const data = await answer.blob();
      this.attach(new File([data], name, { type: data.type }), false);
    };
    const words = (name) => name.replace(/\.[a-z]+$/, "").replaceAll("-", " ");
    const buttons = samples.map((name) => el("button", { type: "button", onclick: () => send(name) }, words(name)));
    this.menu.replaceChildren(...buttons);
    buttons[0].focus();
  }

  attach(file, asDocument) {
    previewFile(this.screen, file, asDocument, async (caption) => {
      const content_type = file.type || "application/octet-stream";
      const body = { media: await toBase64(file), content_type, filename: file.name };
      if (caption.trim()) body.text = caption;
      this.send(body);
    });
  }

  async send(body) {
    try {
      await post(`${at(this.number)}/messages?wait=0`, body);
    } catch (problem) {
      this.world.trouble(problem.message);
    }
  }

  show(details) {
    this.details = details;
    const { unread, profile_name } = details;
    this.unread.hidden = !unread;
    this.unread.textContent = String(unread);
    this.unread.setAttribute("aria-label", `${unread} unread`);
    this.profile.textContent = profile_name;
    this.shownNumber.textContent = details.phone.replace(/^(\+91)(\d{5})(\d{5})$/, "$1 $2 $3");
    this.flag.hidden = !details.hidden;
    this.flag.title = details.address;
    this.opens.setAttribute("aria-label", `State of ${profile_name}`);
    this.shut.setAttribute("aria-label", `Put ${profile_name} away`);
  }

  // Adds a message, or shows its new status.
  put(message) {
    const known = this.messages.get(message.sid);
    if (known) {
      known.message = message;
      update(known.node, message);
      return;
    }
    const atEnd = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
    const node = bubble(message, {
      tap: (of, button) => this.send({ button: button.id, of: of.sid }),
      open: (of) => pickFromList(this.screen, of, (item) => this.send({ button: item.id, of: of.sid })),
    });
    this.messages.set(message.sid, { node, message });
    if (message.direction === "out") this.typing(0);
    this.markDay(message.at);
    this.talk.append(node);
    if (this.typingNode) this.talk.append(this.typingNode);
    if (atEnd || message.direction === "in") this.toEnd();
    node.querySelector("img")?.addEventListener("load", () => this.toEnd());
  }

  markDay(moment) {
    const day = new Date(moment).toDateString();
    if (day === this.lastDay) return;
    this.lastDay = day;
    this.talk.append(dayMark(moment));
  }

  toEnd() {
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  typing(seconds) {
    clearTimeout(this.typingTimer);
    this.typingNode?.remove();
    this.typingNode = null;
    this.presence.textContent = seconds ? "typing…" : "online";
    if (!seconds) return;
    this.typingNode = typingBubble();
    this.talk.append(this.typingNode);
    this.toEnd();
    this.typingTimer = setTimeout(() => this.typing(0), seconds * 1000);
  }

  forget() {
    this.messages.clear();
    this.lastDay = undefined;
    this.typing(0);
    this.talk.replaceChildren();
  }
}
