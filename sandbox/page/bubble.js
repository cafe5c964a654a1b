// One message as WhatsApp shows it.

import { el, icon } from "./dom.js";

const MARKS = [
  [/```([\s\S]+?)```/, "code"],
  [/(?<![\p{L}\p{N}])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\p{L}\p{N}])/u, "strong"],
  [/(?<![\p{L}\p{N}])_(?=\S)([^_\n]+?)(?<=\S)_(?![\p{L}\p{N}])/u, "em"],
  [/(?<![\p{L}\p{N}])~(?=\S)([^~\n]+?)(?<=\S)~(?![\p{L}\p{N}])/u, "s"],
  [/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/, "a"],
];
const ONLY_EMOJI = /^(\p{Extended_Pictographic}|\u200d|\ufe0f|\p{Emoji_Modifier}|\s){1,8}$/u;

export function bubble(message, actions) {
  const mine = message.direction === "in";
  const offers = message.buttons.length > 0 || message.list !== null;
  const node = el(
    "div",
    { class: `message ${mine ? "mine" : "theirs"} ${offers ? "offers" : ""}`, "data-sid": message.sid },
    el(
      "div",
      { class: "bubble" },
      ...message.media.map(attachment),
      message.text ? text(message.text) : null,
      meta(message),
    ),
    ...message.buttons.map((button) => offer(message, button, actions)),
    message.list ? listButton(message, actions) : null,
  );
  update(node, message);
  return node;
}

// Shows a new status. What can be tapped stays the same element, so a tap or the focus is never lost under the finger.
export function update(node, message) {
  node.dataset.status = message.status;
  node.querySelector(".meta").replaceWith(meta(message));
  if (message.refused && !node.querySelector(".refused")) {
    node.append(el("div", { class: "refused", role: "note" }, `Not delivered: ${message.refused}`));
  }
  if (message.status !== "undelivered" && message.status !== "failed") return;
  node.classList.add("undelivered");
  if (node.querySelector(".failed")) return;
  const why = `Never reached this phone: ${message.error_code} ${message.error_message}`;
  node.querySelector(".bubble").append(el("div", { class: "failed" }, why));
}

function meta(message) {
  const time = el("time", { datetime: message.at }, clockTime(message.at));
  return el("div", { class: "meta" }, time, message.direction === "in" ? ticks(message) : null);
}

export function typingBubble() {
  const dots = el("div", { class: "bubble" }, el("i"), el("i"), el("i"));
  return el("div", { class: "message theirs typing", "aria-label": "typing" }, dots);
}

export function dayMark(at) {
  const day = new Date(at).toLocaleDateString("en-IN", { day: "numeric", month: "long", year: "numeric" });
  return el("div", { class: "day" }, day);
}

export const clockTime = (at) =>
  new Date(at).toLocaleTimeString("en-IN", { hour: "numeric", minute: "2-digit" }).toLowerCase();

function text(body) {
  const lone = ONLY_EMOJI.test(body);
  return el("div", { class: lone ? "text only-emoji" : "text", dir: "auto" }, ...formatted(body));
}

function formatted(body) {
  for (const [pattern, tag] of MARKS) {
    const found = pattern.exec(body);
    if (!found) continue;
    const inner = tag === "code" || tag === "a" ? [found[1]] : formatted(found[1]);
    const marks = tag === "a" ? { href: found[1], target: "_blank", rel: "noopener noreferrer" } : {};
    const before = body.slice(0, found.index);
    const after = body.slice(found.index + found[0].length);
    return [...formatted(before), el(tag, marks, ...inner), ...formatted(after)];
  }
  return body ? [body] : [];
}

function attachment(media) {
  if (media.content_type.startsWith("image/")) {
    return el("img", { class: "picture", src: media.url, alt: media.filename || "photo" });
  }
  if (media.content_type.startsWith("audio/")) return el("audio", { src: media.url, controls: true });
  const kind = (media.filename.split(".").pop() || media.content_type.split("/").pop()).slice(0, 4).toUpperCase();
  const name = media.filename || media.content_type;
  const link = { class: "paper", href: media.url, download: name };
  return el("a", link, el("span", { class: "kind" }, kind), el("span", {}, name));
}

function ticks(message) {
  const [shape, label] = [
    ["waiting", "waiting"],
    ["sent", "sent"],
    ["delivered", "delivered"],
    ["delivered", "read"],
  ][message.ticks];
  const drawn = icon(shape, 18, label);
  drawn.setAttribute("class", label === "read" ? "ticks read" : "ticks");
  return drawn;
}

function offer(message, button, actions) {
  if (button.url) {
    const link = { class: "offer", href: button.url, target: "_blank", rel: "noopener noreferrer" };
    return el("a", link, icon("link"), button.title);
  }
  return el("button", { class: "offer", onclick: () => actions.tap(message, button) }, icon("reply"), button.title);
}

function listButton(message, actions) {
  const opens = { class: "offer", "aria-haspopup": "dialog", onclick: () => actions.open(message) };
  return el("button", opens, icon("list"), message.list.button);
}
