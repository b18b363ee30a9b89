// Keys. They are read by their place on the keyboard, so that they work in the Russian layout too.
// Elements with data-key="s" are pressed by that key. Everything can be switched off in the help (WCAG 2.1.4).
const STORE = "keys";
let help = document.getElementById("keys");
const isOn = () => {
  try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
};

function rows() {
  return [...document.querySelectorAll("[data-list] > tbody > tr, [data-list] > li")].filter((row) => row.querySelector("a[href]"));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  next.querySelector("td.w > a, th > a, a[href]").focus();
  next.scrollIntoView({ block: "nearest" });
}

function mark() {
  const row = document.activeElement.closest("tr, li");
  row?.querySelector("input[type=checkbox]")?.click();
}

function find() {
  const field = document.querySelector("[data-search]");
  const link = document.querySelector("[data-search-link]");
  if (field) { field.focus(); field.select(); } else link?.click();
}

async function showHelp(event) {
  event?.preventDefault?.();
  try { help ??= await bring(); } catch { location.assign("/keys"); return; }
  help.querySelector("#keys-on").checked = isOn();
  if (help.matches("dialog")) help.showModal();
}

// The page of the keys as a dialog over this one.
async function bring() {
  const answer = await fetch("/keys");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  const heading = document.createElement("h2");
  heading.id = "keys-h";
  heading.textContent = page.querySelector("h1").textContent;
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(heading, page.getElementById("keys"));
  document.body.append(dialog);
  listen();
  return dialog;
}

function listen() {
  const box = document.getElementById("keys-on");
  if (!box) return;
  box.checked = isOn();
  box.addEventListener("change", () => {
    try { localStorage.setItem(STORE, box.checked ? "on" : "off"); } catch { /* private mode: on for this page only */ }
  });
}

function typing(target) {
  return target.isContentEditable || target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

function press(event) {
  const { code, key, shiftKey } = event;
  if (key === "?" || (code === "Slash" && shiftKey)) return showHelp;
  if (key === "/" || code === "Slash") return find;
  if (shiftKey) return null;
  if (code === "KeyJ") return () => move(1);
  if (code === "KeyK") return () => move(-1);
  if (code === "KeyX") return mark;
  const own = code.startsWith("Key") && document.querySelector(`[data-key="${code.slice(3).toLowerCase()}"]`);
  return own ? () => { own.click(); } : null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (!isOn() || help?.open || typing(event.target)) return;
  const action = press(event);
  if (!action) return;
  event.preventDefault();
  action();
});

document.querySelector("[data-keys-help]")?.addEventListener("click", showHelp);
listen();
