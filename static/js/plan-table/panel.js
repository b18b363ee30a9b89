// What stands around the grid: buttons, the count and list of what is not saved, faults, columns, the live region.
import { Cards } from "./cards.js";

const NARROW = matchMedia("(max-width: 40rem)");
const COLUMNS = "plan-table:columns";

export class Panel {
  constructor(root, plan, grid, words, deeds) {
    Object.assign(this, { root, plan, grid, words, deeds });
    this.cards = new Cards(grid.table, plan, words, (row, column, text) => deeds.typed(row, column, text));
    this.live = root.querySelector("[data-live]");
    this.faults = root.querySelector(".pt-faults");
    this.#buttons();
    this.#columns();
    this.#narrow();
    NARROW.addEventListener("change", () => { this.#narrow(); grid.drawAll(); });
  }

  say(text) {
    this.live.textContent = "";
    requestAnimationFrame(() => { this.live.textContent = text; });
  }

  busy(on) {
    const button = this.root.querySelector("[data-do=save]");
    button.toggleAttribute("aria-busy", on);
    if (on) button.setAttribute("aria-busy", "true");
    button.disabled = on;
    if (on) this.say(this.words.saving);
  }

  refresh(history) {
    const count = this.plan.count();
    this.root.querySelector("[data-count-unsaved]").textContent = count ? this.words.unsaved.replace("{n}", count) : this.words.saved;
    this.root.querySelector(".pt-changes").classList.toggle("has", count > 0);
    this.root.querySelector("[data-do=undo]").disabled = !history.done.length;
    this.root.querySelector("[data-do=redo]").disabled = !history.undone.length;
    const offers = this.plan.all().filter((row) => Object.entries(row.offers).some(([name, text]) => text !== this.plan.text(row, name)));
    this.root.querySelector("[data-do=accept]").hidden = !offers.length;
    this.root.querySelector("[data-offers]").textContent = offers.length;
    if (this.root.querySelector(".pt-changes").open) this.#list();
  }

  done(count) {
    this.note(this.words.done.replace("{n}", count));
    this.faults.hidden = true;
  }

  // A remark in place of the faults, told aloud too.
  note(text) {
    this.say(text);
    const flash = this.root.querySelector(".pt-note-line") ?? document.createElement("p");
    flash.className = "note c-success pt-note-line";
    flash.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
    this.faults.before(flash);
  }

  refuse({ faults = [], clashes = [], message = "" }) {
    this.root.querySelector(".pt-note-line")?.remove();
    const parts = [
      faults.length ? this.words.refused.replace("{n}", faults.length) : "",
      clashes.length ? this.words.clash.replace("{n}", clashes.length) : "",
    ].filter(Boolean);
    this.faults.querySelector("h2").textContent = parts.join(". ") || message;
    const lines = [
      ...faults.map(({ key, field, message: text }) => this.#link(key, field, text)),
      ...clashes.map(({ key, fields, who }) => this.#link(key, fields[0] ?? "", [who, this.#labels(fields)].filter(Boolean).join(": "))),
    ];
    this.faults.querySelector("ul").replaceChildren(...lines);
    this.faults.hidden = false;
    this.faults.focus();
  }

  #labels(fields) {
    return fields.map((name) => this.plan.byName.get(name)?.label ?? name).join(", ");
  }

  #link(key, field, text) {
    const row = this.plan.rows.get(key);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    const label = field ? `, ${this.#labels([field])}` : "";
    button.textContent = `${this.words.row.replace("{code}", row.code || this.words.new)}${label}: ${text}`;
    button.addEventListener("click", () => this.#go(key, field));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }

  #go(key, field) {
    if (field && !this.grid.shown.some((column) => column.name === field)) this.#show(field, true);
    if (!this.grid.cards || this.plan.rows.get(key).gone) this.grid.show(key, field);
    else {
      this.open(key);
      this.root.querySelector(`#card-${field || "title"}`)?.focus();
    }
  }

  #list() {
    const lines = this.plan.dirty().slice(0, 200).map((row) => {
      const fields = this.plan.changed(row);
      const what = row.struck ? this.words.struck : this.#labels(fields);
      return this.#link(row.key, "", what);
    });
    this.root.querySelector("[data-changes]").replaceChildren(...lines);
  }

  #buttons() {
    const { deeds } = this;
    const acts = { save: () => deeds.save(), undo: () => deeds.undo(), redo: () => deeds.redo(), insert: () => deeds.insert(),
      strike: () => deeds.strike(), accept: () => deeds.acceptAll() };
    for (const [name, act] of Object.entries(acts)) {
      this.root.querySelector(`[data-do=${name}]`).addEventListener("click", act);
    }
    this.root.querySelector(".pt-changes").addEventListener("toggle", () => this.#list());
  }

  #columns() {
    let chosen = null;
    try { chosen = JSON.parse(localStorage.getItem(COLUMNS)); } catch { /* as it was at first */ }
    const place = this.root.querySelector("[data-columns]");
    for (const column of this.plan.columns) {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.className = "form-check-input";
      box.id = `col-${column.name}`;
      box.checked = column.shown;
      box.disabled = column.name === "title";
      box.addEventListener("change", () => this.#show(column.name, box.checked));
      const label = document.createElement("label");
      label.className = "form-check-label";
      label.htmlFor = box.id;
      label.textContent = column.label;
      const line = document.createElement("div");
      line.className = "form-check";
      line.append(box, label);
      place.append(line);
    }
    this.wanted = Array.isArray(chosen) ? new Set([...chosen, "title"]) : null;
  }

  // Once the rows are read as the server drew them: the columns this person chose before.
  restoreColumns() {
    if (!this.wanted) return;
    for (const column of this.plan.columns) this.root.querySelector(`#col-${column.name}`).checked = this.wanted.has(column.name);
    this.#redraw();
  }

  #show(name, on) {
    this.root.querySelector(`#col-${name}`).checked = on;
    this.#redraw();
    const names = this.grid.shown.map((column) => column.name);
    try { localStorage.setItem(COLUMNS, JSON.stringify(names)); } catch { /* for this page only */ }
  }

  #redraw() {
    this.grid.shown = this.plan.columns.filter((column) => this.root.querySelector(`#col-${column.name}`).checked);
    this.grid.drawAll();
  }

  // A phone shows cards with ordinary fields in place of the grid.
  #narrow() {
    this.grid.cards = NARROW.matches ? this.cards : null;
    this.root.classList.toggle("pt-cards", NARROW.matches);
    if (this.bound) return;
    this.bound = true;
    this.grid.table.addEventListener("click", (event) => {
      const button = event.target.closest(".pt-open");
      if (!button) return;
      const { key } = button.closest("tr").dataset;
      this.open(this.cards.open === key ? null : key, key);
    });
  }

  // Open the card of a row (and close the one that was open); null closes `from`.
  open(key, from = key) {
    const before = this.cards.open;
    this.cards.open = key;
    this.grid.at.r = this.grid.lines().indexOf(from);
    if (before && before !== key) this.grid.draw(before);
    this.grid.draw(from);
    this.grid.trs.get(from).querySelector(key ? "textarea, input" : ".pt-open").focus();
  }
}
