// What the service tells of a turn, as elements. Every word goes in as text.

import { el } from "./dom.js";

export function heading(told) {
  if (!told.offered) return [el("strong", {}, "Unknown")];
  const count = told.turns ? `turn ${told.turn} of ${told.turns}` : "nothing was said yet";
  return [el("strong", {}, told.state === "nothing" ? "No flow has the floor" : told.state), el("small", {}, count)];
}

// The frame that has the floor first; below it what waits underneath.
export function frames(told) {
  if (told.gone) return [el("p", { class: "note" }, `Its words are gone: ${told.gone}`)];
  const shown = [...told.frames].reverse().map((frame, place) =>
    section(`${place ? "under it: " : ""}${frame.flow} v${frame.version}`, frame.kind, frame.fields));
  const also = {};
  if (told.asked) also.asked = told.asked;
  if (told.misses) also.misses = told.misses;
  return Object.keys(also).length ? [...shown, section("the question", "", also)] : shown;
}

// What happened in the turn: each event, how it was understood, and what was asked of the world for it.
export function steps(told) {
  return told.steps.flatMap((step) => [
    section("event", step.event.kind, step.event.fields),
    ...(step.heard ? [section("heard as", step.heard.kind, step.heard.fields)] : []),
    ...step.effects.map((effect) => section("effect", effect.kind, effect.fields)),
  ]);
}

function section(what, kind, fields) {
  const rows = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  const list = rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, words(value))]);
  return el("section", {}, el("h3", {}, el("span", {}, what), kind), list.length ? el("dl", {}, ...list) : null);
}

const isEmpty = (value) => value === null || value === "" || (typeof value === "object" && !Object.keys(value).length);

// Without the names of the kinds: a list of products is read by its values.
function words(value) {
  if (Array.isArray(value)) return value.map(words).join(", ");
  if (value === null || typeof value !== "object") return String(value);
  const rows = Object.entries(value).filter(([name, each]) => name !== "$" && !isEmpty(each));
  return rows.length ? rows.map(([name, each]) => `${name} ${words(each)}`).join("; ") : String(value.$ ?? "");
}
