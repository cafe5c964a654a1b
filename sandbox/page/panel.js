// The side panel: phones to open, the clock, faults, payouts.

import { at, call, get, post, travel } from "./api.js";
import { el } from "./dom.js";

const $ = (id) => document.getElementById(id);
let clockAhead = 0;
let others = new Map();
let othersShown = "";

export function startPanel({ open, trouble }) {
  const guarded = (work) => async (event) => {
    event.preventDefault();
    try {
      await work(event);
      trouble("");
    } catch (problem) {
      trouble(problem.message);
    }
  };
  $("panel-toggle").addEventListener("click", (event) => {
    $("panel").hidden = !$("panel").hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!$("panel").hidden));
  });
  $("add-phone").addEventListener("submit", guarded((event) => addPhone(event.target, open)));
  $("advance").addEventListener("click", guarded(advance));
  $("add-fault").addEventListener("submit", guarded((event) => addFault(event.target)));
  $("add-fault").elements.where.addEventListener("change", showKinds);
  $("add-fault").elements.kind.addEventListener("change", showMeaning);
  $("clear-faults").addEventListener("click", guarded(async () => showFaults(await call("DELETE", "/faults"))));
  setInterval(showClock, 1000);
  refreshPanel().catch((problem) => trouble(problem.message));
}

export async function refreshPanel() {
  const [clock, faults, payouts] = await Promise.all([get("/clock"), get("/faults"), get("/payouts")]);
  clockAhead = clock.ahead_s;
  showClock();
  showFaults(faults);
  showPayouts(payouts.payouts);
}

export async function refreshFaults() {
  showFaults(await get("/faults"));
}

export function moveClock(ahead) {
  clockAhead = ahead;
  showClock();
}

// Phones of this world that are not on the screen; a long list is cut, the newest first.
export function showOthers(phones, open) {
  others = new Map(phones.map((phone) => [phone.phone, phone]));
  const shown = JSON.stringify(phones.map((phone) => [phone.phone, phone.profile_name]));
  if (shown === othersShown) return; // the same buttons stay, with a finger perhaps on one of them
  othersShown = shown;
  const rows = phones.slice(-30).reverse().map((phone) => {
    const name = phone.profile_name === phone.phone ? phone.phone : `${phone.profile_name} ${phone.phone}`;
    const opens = () => open(others.get(phone.phone) || phone); // as it is when it is clicked
    return el("li", {}, name, el("button", { "aria-label": `Open ${name}`, onclick: opens }, "Open"));
  });
  $("other-phones").replaceChildren(...rows);
}

export async function showPayoutsNow() {
  showPayouts((await get("/payouts")).payouts);
}

async function addPhone(form, open) {
  const { number, profile_name, hidden } = form.elements;
  const details = { profile_name: profile_name.value, hidden: hidden.checked, reads_at_once: false };
  open(await call("PUT", at(number.value.trim()), details));
  form.reset();
}

async function advance(event) {
  const seconds = Number(event.target.dataset?.seconds);
  if (!seconds) return;
  const { ahead_s, service_moved } = await travel({ advance_s: seconds });
  $("clock-note").textContent = service_moved ? "Moved this page and the service." : "Moved this page only: the service has no such clock.";
  moveClock(ahead_s);
}

function showClock() {
  const now = new Date(Date.now() + clockAhead * 1000);
  const moved = clockAhead ? ` (${(clockAhead / 3600).toFixed(0)} h ahead)` : "";
  $("clock").textContent = now.toLocaleString("en-IN", { dateStyle: "medium", timeStyle: "short" }) + moved;
}

let known = {};

function showFaults(answer) {
  if (!Object.keys(known).length) {
    known = answer.known;
    $("add-fault").elements.where.replaceChildren(...Object.keys(known).map((where) => el("option", {}, where)));
    showKinds();
  }
  const rows = answer.faults.map((fault) => {
    const numbers = [fault.ms === null ? "" : `${fault.ms} ms`, fault.code === null ? "" : `code ${fault.code}`];
    const words = [`${fault.where}: ${fault.kind}`, ...numbers].filter(Boolean).join(", ");
    return el("li", {}, words, el("b", {}, `×${fault.times}`));
  });
  $("faults").replaceChildren(...rows);
  $("clear-faults").hidden = rows.length === 0;
}

function showKinds() {
  const { where, kind } = $("add-fault").elements;
  kind.replaceChildren(...Object.keys(known[where.value]).map((name) => el("option", {}, name)));
  showMeaning();
}

function showMeaning() {
  const { where, kind } = $("add-fault").elements;
  $("fault-meaning").textContent = known[where.value][kind.value];
}

async function addFault(form) {
  const fault = { where: form.elements.where.value, kind: form.elements.kind.value };
  for (const name of ["times", "ms", "code"]) {
    if (form.elements[name].value) fault[name] = Number(form.elements[name].value);
  }
  showFaults(await post("/faults", fault));
}

function showPayouts(payouts) {
  const rows = payouts.slice(-12).reverse().map((payout) => {
    const who = payout.fund_account?.vpa?.address || payout.fund_account_id;
    const rupees = (payout.amount / 100).toLocaleString("en-IN", { style: "currency", currency: "INR" });
    return el("li", {}, `${rupees} to ${who}`, el("b", {}, payout.status));
  });
  $("payouts").replaceChildren(...(rows.length ? rows : [el("li", {}, "None yet")]));
}
