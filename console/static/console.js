// One key, one decision: a letter presses the button, opens the reasons or follows the link that bears it. Everything works
// without this file.
"use strict";

const typing = (element) => element.matches("input:not([type=radio]), select, textarea");

function reason(digit) {
  const choice = document.querySelector(`details[open] [data-digit="${digit}"]`);
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  return true;
}

function open(details) {
  for (const other of document.querySelectorAll("details[open]")) other.open = other === details;
  details.open = true;
  details.querySelector("input[type=radio]").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "Escape") {
    for (const details of document.querySelectorAll("details[open]")) details.open = false;
    return;
  }
  if (/^[1-9]$/.test(event.key) && reason(event.key)) {
    event.preventDefault();
    return;
  }
  const target = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target instanceof HTMLDetailsElement) open(target);
  else target.click();
});

// A second press of a key, or a second click, decides nothing twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
