// The grid: draws rows, moves about with the keyboard, selects, edits. The first column is the number; it is read only.
import { Drawing } from "./drawing.js";
import { edit } from "./editor.js";
import { tidy } from "./model.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PAGE = 12;
const WIDE = { number: 5.5, title: 22, term_text: 12, unit: 12, co_executors: 12, document_kind: 12, result: 16, control_points: 16,
  legal_basis: 16, organisation_id: 12, starts_on: 7.5, due_on: 7.5, until_on: 7.5 }; // rem; other columns are 9

export class Grid {
  constructor(root, plan, words, deeds) {
    this.root = root;
    this.table = root.querySelector("table");
    this.plan = plan;
    this.words = words;
    this.deeds = deeds; // what keys ask for beyond moving: {undo, redo, save, insert, strike, accept, clear, say, changed}
    this.shown = plan.columns.filter((column) => column.shown);
    this.drawing = new Drawing(plan, words);
    this.cards = null; // on a phone: what makes a row a card
    this.trs = new Map();
    this.late = new Set();
    this.at = { r: 0, c: 1 };
    this.anchor = null;
    this.marked = [];
    this.closing = null;
    this.#listen();
  }

  // Rows as they are shown, one after another through all sections.
  lines() {
    this.order ??= [...this.root.querySelectorAll("tbody[data-section]")]
      .flatMap((body) => this.plan.section(Number(body.dataset.section)));
    return this.order;
  }

  rowAt(r = this.at.r) {
    return this.plan.rows.get(this.lines()[r]);
  }

  fieldAt(c = this.at.c) {
    return this.shown[c - 1];
  }

  // Read the rows the server drew, and give them the roles of a grid.
  read() {
    for (const body of this.table.tBodies) {
      const section = Number(body.dataset.section);
      for (const tr of body.rows) {
        if (!tr.classList.contains("grp")) this.plan.put(this.#read(tr, section));
      }
    }
    this.drawAll();
  }

  #read(tr, section) {
    const [number, ...cells] = tr.cells;
    const code = number.textContent;
    if (tr.dataset.gone !== undefined) {
      return this.plan.make(section, { key: `g${code}`, code, gone: true, base: { title: cells[0].textContent } });
    }
    const base = JSON.parse(tr.dataset.more);
    this.shown.forEach((column, at) => { base[column.name] = cells[at].textContent; });
    return this.plan.make(section, { id: Number(tr.dataset.id), version: Number(tr.dataset.v), code, base });
  }

  // Draw everything anew: the columns changed, or rows were added and taken away.
  drawAll() {
    const focused = this.table.contains(document.activeElement);
    this.order = null;
    this.#roles();
    this.#widths();
    const head = this.table.tHead.rows[0];
    head.replaceChildren(...[{ label: "№", name: "number" }, ...this.shown].map((column, at) => {
      const th = document.createElement("th");
      th.scope = "col";
      th.setAttribute("role", "columnheader");
      th.setAttribute("aria-colindex", at + 1);
      th.className = `pt-${column.name}`;
      th.textContent = column.label;
      return th;
    }));
    head.setAttribute("aria-rowindex", 1);
    head.setAttribute("role", "row");
    this.table.tHead.setAttribute("role", "rowgroup");
    let index = 1;
    for (const body of this.table.tBodies) {
      const group = body.querySelector(".grp");
      group.firstElementChild.colSpan = this.shown.length + 1;
      group.firstElementChild.setAttribute("role", "rowheader");
      group.setAttribute("aria-rowindex", (index += 1));
      group.setAttribute("role", "row");
      body.setAttribute("role", "rowgroup");
      const rows = this.plan.section(Number(body.dataset.section)).map((key) => {
        const tr = this.#tr(key);
        tr.setAttribute("aria-rowindex", (index += 1));
        return tr;
      });
      body.replaceChildren(group, ...rows);
    }
    this.table.setAttribute("aria-rowcount", index);
    this.table.setAttribute("aria-colcount", this.shown.length + 1);
    this.at.r = Math.max(0, Math.min(this.at.r, this.lines().length - 1));
    this.at.c = Math.min(this.at.c, this.shown.length);
    this.anchor = null;
    this.marked = [];
    this.#rove();
    if (focused && !this.cards) this.cell(this.at.r, this.at.c)?.focus({ preventScroll: true });
  }

  #widths() {
    const wide = ["number", ...this.shown.map((column) => column.name)].map((name) => WIDE[name] ?? 9);
    this.table.style.setProperty("--cols", wide.map((rem) => `${rem}rem`).join(" "));
    this.table.style.setProperty("--width", `${wide.reduce((sum, rem) => sum + rem)}rem`);
  }

  // A grid for the keyboard; on a phone a plain table of cards.
  #roles() {
    this.table.setAttribute("role", this.cards ? "table" : "grid");
    this.table.setAttribute("aria-describedby", "pt-hint");
    this.table.toggleAttribute("aria-multiselectable", !this.cards);
    if (!this.cards) this.table.setAttribute("aria-multiselectable", "true");
  }

  #tr(key) {
    const tr = document.createElement("tr");
    tr.setAttribute("role", "row");
    this.trs.set(key, tr);
    this.#fill(tr, this.plan.rows.get(key));
    return tr;
  }

  // Draw a row anew; what is being typed in it stays: a row under edit waits until the edit is over.
  draw(key) {
    const row = this.plan.rows.get(key);
    const tr = this.trs.get(key);
    if (!row || !tr) return;
    if (tr.querySelector(".pt-edit")) {
      this.late.add(key);
      return;
    }
    this.late.delete(key);
    if (this.cards?.patch(tr, row, this.shown, this.drawing)) return;
    const focused = tr.contains(document.activeElement);
    this.#fill(tr, row);
    this.#rove();
    if (focused && !this.cards) this.cell(this.at.r, this.at.c)?.focus();
  }

  #fill(tr, row) {
    this.drawing.cards = this.cards;
    this.drawing.fill(tr, row, this.shown);
    this.cards?.dress(tr, row, this.shown);
  }

  cell(r, c) {
    return this.trs.get(this.lines()[r])?.cells[c];
  }

  // Where the focus would enter the grid: exactly one cell is in the order of Tab.
  #rove() {
    if (this.cards) return;
    const cell = this.cell(this.at.r, this.at.c);
    if (cell === this.roving) return; // taking its place away would take the focus away too
    this.roving?.removeAttribute("tabindex");
    this.roving = cell;
    if (cell) cell.tabIndex = 0;
  }

  go(r, c, extend = false) {
    const last = this.lines().length - 1;
    if (last < 0) return;
    if (extend) this.anchor ??= { ...this.at };
    else this.anchor = null;
    this.at = { r: Math.max(0, Math.min(r, last)), c: Math.max(0, Math.min(c, this.shown.length)) };
    this.#rove();
    const cell = this.cell(this.at.r, this.at.c);
    if (this.cards) cell.tabIndex = -1;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#mark();
  }

  show(key, field = "") {
    const c = this.shown.findIndex((column) => column.name === field) + 1;
    this.go(this.lines().indexOf(key), c || 1);
  }

  range() {
    const other = this.anchor ?? this.at;
    return {
      top: Math.min(this.at.r, other.r), bottom: Math.max(this.at.r, other.r),
      left: Math.min(this.at.c, other.c), right: Math.max(this.at.c, other.c),
    };
  }

  #mark() {
    for (const cell of this.marked) {
      cell.classList.remove("pt-sel");
      cell.removeAttribute("aria-selected");
    }
    this.marked = [];
    if (!this.anchor) return;
    const { top, bottom, left, right } = this.range();
    for (let r = top; r <= bottom; r += 1) {
      for (let c = left; c <= right; c += 1) {
        const cell = this.cell(r, c);
        cell.classList.add("pt-sel");
        cell.setAttribute("aria-selected", "true");
        this.marked.push(cell);
      }
    }
  }

  // Selected rows with the fields of the selected columns.
  chosen() {
    const { top, bottom, left, right } = this.range();
    return { keys: this.lines().slice(top, bottom + 1), columns: [null, ...this.shown].slice(left, right + 1) };
  }

  startEdit(typed = null) {
    const row = this.rowAt();
    const column = this.fieldAt();
    if (!row || row.gone || row.struck || row.lost || !column) {
      if (!column) this.deeds.say(this.words.fixed);
      return;
    }
    const cell = this.cell(this.at.r, this.at.c);
    const { r, c } = this.at;
    this.closing = edit(cell, column, this.plan.text(row, column.name), typed, (value, move) => {
      this.closing = null;
      for (const key of this.late) this.draw(key);
      if (value !== null) this.deeds.typed(row, column, tidy(column, value));
      const [down, right] = { down: [1, 0], right: [0, 1], left: [0, -1] }[move] ?? [0, 0];
      if (move) this.go(r + down, Math.max(c + right, 1));
      else if (value === null) this.cell(r, c).focus();
    });
  }

  // Commit what is being typed right now.
  settle() {
    this.closing?.();
  }

  #listen() {
    this.table.addEventListener("keydown", (event) => this.#key(event));
    this.table.addEventListener("mousedown", (event) => {
      if (this.cards) return;
      const cell = event.target.closest("td, th");
      const key = cell?.parentElement.dataset.key;
      if (!key || event.target.closest("button")) return;
      this.go(this.lines().indexOf(key), cell.cellIndex, event.shiftKey);
      event.preventDefault();
      this.dragging = event.button === 0;
    });
    this.table.addEventListener("mouseover", (event) => {
      const cell = event.target.closest("td");
      if (!this.dragging || !event.buttons || !cell?.parentElement.dataset.key) return;
      this.go(this.lines().indexOf(cell.parentElement.dataset.key), cell.cellIndex, true);
    });
    addEventListener("mouseup", () => { this.dragging = false; });
    this.table.addEventListener("dblclick", (event) => {
      if (!this.cards && event.target.closest("td[data-f]")) this.startEdit();
    });
    this.table.addEventListener("click", (event) => {
      const button = event.target.closest("[data-settle]");
      if (!button) return;
      const cell = button.closest("td");
      this.deeds.settleClash(cell.parentElement.dataset.key, cell.dataset.f, button.dataset.settle);
    });
  }

  #key(event) {
    if (this.cards) return;
    if (event.target.closest("button, input, select, textarea")) return;
    if (!event.target.closest("td, th") || event.isComposing) return;
    const act = this.#move(event) ?? this.#command(event) ?? this.#type(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #move(event) {
    const { key, shiftKey } = event;
    const { r, c } = this.at;
    const far = event.ctrlKey || event.metaKey;
    if (event.altKey) return null;
    if (ARROWS[key]) {
      const [down, right] = ARROWS[key];
      if (far) return () => this.go(down ? (down > 0 ? Infinity : 0) : r, right ? (right > 0 ? Infinity : 0) : c, shiftKey);
      return () => this.go(r + down, c + right, shiftKey);
    }
    if (key === "Home") return () => this.go(far ? 0 : r, far ? 1 : 0, shiftKey);
    if (key === "End") return () => this.go(far ? Infinity : r, Infinity, shiftKey);
    if (key === "PageDown") return () => this.go(r + PAGE, c, shiftKey);
    if (key === "PageUp") return () => this.go(r - PAGE, c, shiftKey);
    return key === "Tab" && !far ? this.#tab(shiftKey) : null;
  }

  // Tab walks through cells and leaves at either end: the grid is no trap.
  #tab(back) {
    const { r, c } = this.at;
    if (back) return c > 0 ? () => this.go(r, c - 1) : r > 0 ? () => this.go(r - 1, Infinity) : null;
    return c < this.shown.length ? () => this.go(r, c + 1) : r < this.lines().length - 1 ? () => this.go(r + 1, 0) : null;
  }

  #command(event) {
    const { key, code } = event;
    if (event.ctrlKey || event.metaKey) {
      if (code === "KeyZ") return event.shiftKey ? this.deeds.redo : this.deeds.undo;
      if (code === "KeyY") return this.deeds.redo;
      if (code === "KeyA") return () => this.#all();
      if (key === "Enter") return this.deeds.insert;
      return key === "Delete" || key === "Backspace" ? this.deeds.strike : null;
    }
    if (key === "Enter" && event.altKey) return this.deeds.accept;
    if (event.altKey) return null;
    if (key === "Enter" || key === "F2") return () => this.startEdit();
    if (key === "Delete" || key === "Backspace") return this.deeds.clear;
    return key === "Escape" ? () => this.#leave() : null;
  }

  #type(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return null;
    return () => this.startEdit(event.key);
  }

  #all() {
    this.go(0, 0);
    this.go(Infinity, Infinity, true);
  }

  #leave() {
    if (this.anchor) this.go(this.at.r, this.at.c);
    else this.root.querySelector("[data-do=save]").focus();
  }
}
