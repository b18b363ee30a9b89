// What every page needs. Nothing here is required to work: links and forms do it all without scripts.
import "./theme.js";
import "./lists.js";
import "./forms.js";
import "./keys.js";

document.documentElement.classList.add("js");

for (const active of document.querySelectorAll(".mainnav [aria-current], .tabs [aria-current]")) {
  const strip = active.closest("nav");
  strip.scrollLeft = Math.max(0, active.offsetLeft - strip.clientWidth / 3);
}

// A menu closes by Escape and by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]") ?? event.target.closest?.("details.step[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.querySelector("[data-focus]")?.focus();
for (const button of document.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => history.back());
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}
// Where the browser knows no exclusive <details name>, close the other steps by hand.
for (const step of document.querySelectorAll("details.step")) {
  step.addEventListener("toggle", () => {
    if (!step.open) return;
    for (const other of step.parentElement.querySelectorAll("details.step[open]")) {
      if (other !== step) other.open = false;
    }
    step.querySelector("form :is(input:not([type=hidden]), textarea, select)")?.focus();
  });
}
