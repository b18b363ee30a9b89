// The form of the minutes: rows are moved by arrows and by dragging, taken away, and filled from a person's card.
// Without scripts the arrows ask the server, and a row is taken away by emptying it.
const form = document.querySelector("form#draft");
const offered = new Map([...document.querySelectorAll("#people option")].map((option) => [option.value, option.dataset]));

const rows = (list) => [...list.querySelectorAll(":scope > [data-row]")];
const touch = () => form.dispatchEvent(new Event("input", { bubbles: true }));

function recount(list) {
  for (const [at, row] of rows(list).entries()) {
    const text = [...row.querySelector("legend").childNodes].find((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.data));
    if (text) text.data = text.data.replace(/\d+/, String(at + 1));
  }
}

function move(row, way) {
  const list = row.parentElement;
  const other = way === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-row]")) return;
  if (way === "up") other.before(row);
  else other.after(row);
  recount(list);
  touch();
}

function drop(row) {
  const list = row.parentElement;
  for (const field of row.querySelectorAll("input, textarea")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (rows(list).length > 1) row.remove();
  next?.querySelector("textarea, input:not([type=hidden])")?.focus();
  recount(list);
  touch();
}

function fill(field) {
  const card = offered.get(field.value.trim());
  if (!card) return;
  const names = field.dataset.person.split(" ");
  for (const name of names) {
    const own = field.name.includes(".") ? field.name.replace(/\w+$/, name) : name;
    const target = form.elements[own];
    const value = card[name.replace(/^.*_/, "")];
    if (target && !target.value && value) target.value = value;
  }
  if (card.name) field.value = card.name;
}

form.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  const arrow = event.target.closest("[data-move]");
  if (arrow) {
    event.preventDefault();
    move(row, arrow.dataset.move);
    arrow.focus();
  } else if (event.target.closest("[data-drop]")) drop(row);
});
form.addEventListener("change", (event) => {
  if (event.target.dataset.person !== undefined) fill(event.target);
});
// Whoever was faster than this script has named a person already.
for (const field of form.querySelectorAll("[data-person]")) if (field.value !== field.defaultValue) fill(field);
// A question that was saved keeps its key: its decisions know it by that.
form.addEventListener("saved", (event) => {
  const named = [...form.querySelectorAll("input[name$='.key']")].filter((key) =>
    [...key.closest("[data-row]").querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value.trim()));
  for (const [at, key] of (event.detail.keys ?? []).entries()) if (named[at]) named[at].value = key;
});
addEventListener("load", () => {
  for (const list of document.querySelectorAll("[data-sort]")) {
    globalThis.Sortable?.create(list, {
      handle: "[data-grip]", draggable: "[data-row]", animation: 120,
      onEnd: () => { recount(list); touch(); },
    });
  }
});
