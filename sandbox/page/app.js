// The page: which phones are on the screen, and what happens in the world.

import { at, call, events, get, post } from "./api.js";
import { moveClock, refreshFaults, refreshPanel, showOthers, showPayoutsNow, startPanel } from "./panel.js";
import { PhoneColumn } from "./phone.js";

const FIRST = [
  { number: "+919812345678", profile_name: "Ramesh Kumar" },
  { number: "+919876543210", profile_name: "सीता Electricals" },
];
const columns = new Map();
let active = null;

const world = { looking, isLooking: (column) => column === active, close: put_away, trouble };

async function start() {
  const { next } = await get("/events?timeout_s=0"); // before the messages, so nothing falls between the two
  startPanel({ open, trouble });
  for (const details of await phonesToShow()) await open(details, false);
  const [first] = columns.values();
  if (first) looking(first);
  await refreshOthers();
  for await (const event of events(next, trouble)) await happened(event);
}

async function phonesToShow() {
  const { phones } = await get("/phones");
  const remembered = JSON.parse(localStorage.getItem("phones") || "[]");
  const known = remembered.map((number) => phones.find((phone) => phone.phone === number)).filter(Boolean);
  if (known.length) return known; // in the order they stood in
  if (phones.length) return phones.slice(0, 2);
  const made = [];
  for (const { number, profile_name } of FIRST) {
    made.push(await call("PUT", at(number), { profile_name, reads_at_once: false }));
  }
  return made;
}

async function open(details, andLook = true) {
  if (!columns.has(details.phone)) {
    if (details.reads_at_once) details = await call("PUT", at(details.phone), { reads_at_once: false });
    const column = new PhoneColumn(details, world);
    columns.set(details.phone, column);
    document.getElementById("phones").append(column.node);
    const { messages } = await get(`/messages?phone=${encodeURIComponent(details.phone)}`);
    for (const message of messages) column.put(message);
    if (details.typing) column.typing(25);
    column.toEnd();
    remember();
    refreshOthers();
  }
  if (andLook) {
    looking(columns.get(details.phone));
    columns.get(details.phone).input.focus();
  }
}

// The phone goes back to reading by itself, else its messages would stay unread for ever.
function put_away(column) {
  column.look(false);
  column.node.remove();
  columns.delete(column.number);
  if (active === column) active = null;
  call("PUT", at(column.number), { reads_at_once: true }).catch((problem) => trouble(problem.message));
  remember();
  refreshOthers();
}

function remember() {
  localStorage.setItem("phones", JSON.stringify([...columns.keys()]));
}

async function refreshOthers() {
  const { phones } = await get("/phones");
  showOthers(phones.filter((phone) => !columns.has(phone.phone)), open);
  for (const phone of phones) columns.get(phone.phone)?.show(phone);
}

function looking(column) {
  if (active !== column) {
    active?.node.classList.remove("active");
    active = column;
    column.node.classList.add("active");
  }
  read(column);
}

function read(column) {
  const shown = [...column.messages.values()];
  const unread = shown.some(({ message }) => message.direction === "out" && message.status === "delivered");
  if (!document.hidden && (unread || column.details.unread)) {
    column.show({ ...column.details, unread: 0 });
    post(at(column.number) + "/read").catch((problem) => trouble(problem.message));
  }
}

async function happened(event) {
  const column = columns.get(event.phone);
  for (const each of event.phone ? [column] : columns.values()) each?.inside.soon();
  if (event.kind === "reset") return startedAnew();
  if (event.kind === "clock") return moveClock(event.ahead_s);
  if (event.kind === "payout") return showPayoutsNow();
  if (event.kind === "message" || event.kind === "status") {
    refreshFaultsSoon();
    if (!column) return event.kind === "message" ? refreshOthersSoon() : undefined;
    column.put(event.message);
    if (event.message.direction !== "out" || event.message.status === "undelivered") return undefined;
    if (event.kind === "message") {
      if (column !== active || document.hidden) column.show({ ...column.details, unread: column.details.unread + 1 });
    } else if (event.message.status === "delivered" && column === active) read(column);
  } else if (event.kind === "typing") column?.typing(event.seconds);
  else if (event.kind === "phone") column?.show(event.details);
  return undefined;
}

async function startedAnew() {
  for (const column of columns.values()) {
    column.forget();
    const { profile_name, hidden } = column.details;
    column.show(await call("PUT", at(column.number), { profile_name, hidden, reads_at_once: false }));
  }
  await refreshPanel();
}

const soon = (work) => {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => work().catch((problem) => trouble(problem.message)), 400);
  };
};
const refreshFaultsSoon = soon(refreshFaults);
const refreshOthersSoon = soon(refreshOthers);

function trouble(text) {
  document.getElementById("trouble").textContent = text;
}

document.addEventListener("visibilitychange", () => active && read(active));
start().catch((problem) => trouble(problem.message));
