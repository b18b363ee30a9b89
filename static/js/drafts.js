// The form of a draft: rows are added and taken away, the paper beside follows, the draft saves itself.
// Without scripts there are empty rows, the paper as saved, and the button.
const LIVE_PAUSE = 900;
const SAVE_PAUSE = 15_000;

const form = document.querySelector("form#draft");
const view = document.querySelector("[data-live-view]");
const status = document.querySelector("[data-autosave-status]");

function renumber(row, from, to) {
  for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(new RegExp(`([.-])${from}([.-])`), `$1${to}$2`));
    }
  }
  const legend = row.querySelector("legend");
  const words = [...(legend?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.data));
  if (words) words.data = words.data.replace(/\d+/, String(to + 1));
}

// Rows may have been moved: a row's number is what its fields are called by, not where it stands.
function indexOf(row) {
  return Number(row.querySelector("[name]").name.match(/\.(\d+)\./)?.[1] ?? 0);
}

function rowsOf(list) {
  return [...list.querySelectorAll("[data-row]")];
}

function addRow(list) {
  const rows = rowsOf(list);
  const most = Number(list.dataset.most ?? 200);
  if (rows.length >= most) return;
  const last = rows.at(-1);
  const row = last.cloneNode(true);
  for (const input of row.querySelectorAll("input, textarea, select")) {
    if (input.type === "checkbox") input.checked = false;
    else if (input instanceof HTMLSelectElement) input.selectedIndex = 0;
    else input.value = "";
    input.removeAttribute("aria-invalid");
  }
  for (const fault of row.querySelectorAll(".err:not([data-faults])")) fault.remove();
  for (const told of row.querySelectorAll("[data-about], [data-faults]")) told.textContent = "";
  for (const hides of row.querySelectorAll("[data-signatories], [data-faults]")) hides.hidden = true;
  const from = indexOf(last);
  const to = Math.max(...rows.map(indexOf)) + 1;
  renumber(row, from, to);
  last.after(row);
  row.querySelector("input, textarea, select")?.focus();
}

function again(list) {
  // Rows stand where they stand: their names and numbers follow.
  rowsOf(list).forEach((row, to) => {
    const from = row.querySelector("[name]").name.match(/\.(\d+)\./)[1];
    if (Number(from) !== to) renumber(row, Number(from), to);
  });
}

function moveRow(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches("[data-row]")) return;
  if (by < 0) other.before(row);
  else other.after(row);
  again(row.parentElement);
}

function dropRow(row) {
  const list = row.parentElement;
  if (rowsOf(list).length > 2) row.remove();
  else for (const input of row.querySelectorAll("input, select")) input.value = "";
  again(list);
  list.querySelector("[data-add-row]").focus();
}

// An organisation picked: its signatories, its requisites and what they lack stand in the row at once.
async function lookUp(input) {
  const row = input.closest("[data-row]");
  const answer = await fetch(`${row.parentElement.dataset.party}?org=${encodeURIComponent(input.value)}`);
  if (!answer.ok) return;
  const told = await answer.json();
  const select = row.querySelector("[data-signatories] select");
  select.replaceChildren(...told.signatories.map(([value, label]) => new Option(label, value, false, value === told.signatory)));
  row.querySelector("[data-signatories]").hidden = !told.signatories.length;
  row.querySelector("[data-about]").textContent = told.requisites;
  const faults = row.querySelector("[data-faults]");
  faults.textContent = told.faults.join("; ");
  faults.hidden = !told.faults.length;
}

if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row], [data-move], [data-drop]");
    if (!button) return;
    const row = button.closest("[data-row]");
    if (button.matches("[data-add-row]")) addRow(button.closest("[data-rows]"));
    else if (button.matches("[data-drop]")) dropRow(row);
    else moveRow(row, Number(button.dataset.move));
    if (!button.matches("[data-add-row]")) form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-party] [name$='.org']")) lookUp(event.target);
  });

  let live = 0;
  let asking = null;
  async function show() {
    asking?.abort();
    asking = new AbortController();
    view.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form), signal: asking.signal });
      if (answer.ok) view.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      view.removeAttribute("aria-busy");
    }
  }

  let saving = 0;
  let busy = false;
  async function save() {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form) });
      const told = await answer.json();
      if (told.saved) {
        form.elements.version.value = told.version;
        form.dispatchEvent(new CustomEvent("saved", { detail: told }));
      }
      status.textContent = told.message ?? told.detail ?? "";
    } catch {
      status.textContent = "";
    } finally {
      busy = false;
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(live);
    if (view) live = setTimeout(show, LIVE_PAUSE);
    if (!form.dataset.autosave) return;
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(live);
    clearTimeout(saving);
  });
}
