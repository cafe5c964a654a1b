// What slides over a chat: the list picker, and the preview of a file before it is sent.

import { el, icon } from "./dom.js";

// Shows `content` over the screen until it is closed, Escape pressed or the veil clicked. Focus goes back afterwards.
function cover(screen, content) {
  const before = document.activeElement;
  const veil = el("div", { class: "veil" }, content);
  const close = () => {
    veil.remove();
    before?.focus?.();
  };
  veil.addEventListener("keydown", (event) => event.key === "Escape" && close());
  veil.addEventListener("click", (event) => event.target === veil && close());
  screen.append(veil);
  return close;
}

export function pickFromList(screen, message, choose) {
  const name = "list-" + message.sid;
  const confirm = el("button", { class: "confirm", disabled: true }, "Send");
  const options = message.list.items.map((item) => {
    const radio = el("input", { type: "radio", name, value: item.id, onchange: () => (confirm.disabled = false) });
    const words = el("span", {}, item.title, item.description ? el("small", {}, item.description) : null);
    return el("label", {}, words, radio);
  });
  const shut = el("button", { type: "button", "aria-label": "Close" }, "×");
  const sheet = el(
    "form",
    { class: "sheet", role: "dialog", "aria-label": message.list.button },
    el("header", {}, message.list.button, shut),
    el("div", { class: "options" }, ...options),
    confirm,
  );
  const close = cover(screen, sheet);
  shut.addEventListener("click", close);
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = message.list.items.find((item) => item.id === new FormData(sheet).get(name));
    close();
    choose(chosen);
  });
  sheet.querySelector("input").focus();
}

export function previewFile(screen, file, asDocument, send) {
  const address = URL.createObjectURL(file);
  const picture = !asDocument && file.type.startsWith("image/");
  const small = file.size < 1e6;
  const size = small ? `${Math.max(1, Math.round(file.size / 1000))} kB` : `${(file.size / 1e6).toFixed(1)} MB`;
  const paper = el("p", {}, "📄", el("br"), file.name, el("br"), size);
  const what = picture ? el("img", { src: address, alt: "" }) : paper;
  const caption = el("textarea", { rows: 1, placeholder: "Add a caption", "aria-label": "Caption" });
  const shut = el("button", { type: "button", "aria-label": "Cancel" }, "×");
  const form = el(
    "form",
    { class: "preview", role: "dialog", "aria-label": "Preview" },
    el("header", {}, el("span", {}, file.name), shut),
    el("div", { class: "what" }, what),
    el(
      "div",
      { class: "composer" },
      el("div", { class: "field" }, caption),
      el("button", { class: "send", "aria-label": "Send file" }, icon("plane", 20)),
    ),
  );
  const close = cover(screen, form);
  shut.addEventListener("click", close);
  caption.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    URL.revokeObjectURL(address);
    close();
    send(caption.value);
  });
  caption.focus();
}
