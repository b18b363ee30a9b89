// On a phone a row is a card; opened, it holds ordinary fields, one under another.
import { tidy } from "./model.js";

function field(column, text) {
  let input;
  if (column.kind === "choice" || column.kind === "check") {
    input = document.createElement("select");
    const words = column.kind === "choice" ? column.choices : ["", column.yes];
    for (const word of words.includes(text) ? words : [text, ...words]) input.append(new Option(word || "—", word, false, word === text));
    input.className = "form-select";
  } else if (column.kind === "long" || column.kind === "points") {
    input = document.createElement("textarea");
    input.rows = 3;
    input.className = "form-control";
  } else {
    input = document.createElement("input");
    input.className = "form-control";
    if (column.kind === "date") input.placeholder = column.hint;
  }
  if (input.tagName !== "SELECT") input.value = text;
  return input;
}

export class Cards {
  constructor(table, plan, words, typed) {
    this.table = table;
    this.plan = plan;
    this.words = words;
    this.typed = typed;
    this.open = null;
  }

  // The button in the card's corner, and labels beside the texts. Called for each row that was drawn.
  dress(tr, row, columns) {
    columns.forEach((column, at) => { tr.cells[at + 1].dataset.l = `${column.label}:`; });
    if (row.gone || row.lost) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary btn-sm pt-open";
    button.setAttribute("aria-expanded", String(this.open === row.key));
    button.textContent = this.open === row.key ? this.words.close_card : this.words.open_card;
    const name = document.createElement("span");
    name.className = "vh";
    name.textContent = ` ${row.code || this.words.new}`;
    button.append(name);
    tr.cells[0].append(" ", button);
    if (this.open === row.key && !row.struck) this.#fields(tr, row, columns);
  }

  #fields(tr, row, columns) {
    columns.forEach((column, at) => {
      const cell = tr.cells[at + 1];
      const told = [...cell.querySelectorAll("small")];
      const label = document.createElement("label");
      const input = field(column, this.plan.text(row, column.name));
      input.id = `card-${column.name}`;
      label.htmlFor = input.id;
      label.textContent = column.label;
      mark(input, cell);
      input.addEventListener("change", () => this.typed(row, column, tidy(column, input.value)));
      delete cell.dataset.l;
      cell.replaceChildren(label, input, ...told);
    });
    tr.classList.add("pt-opened");
  }

  // The open card keeps its fields, and with them what is being typed and selected: only what is told beside changes.
  // Answers whether that was enough.
  patch(tr, row, columns, drawing) {
    if (this.open !== row.key || row.struck || !tr.classList.contains("pt-opened")) return false;
    tr.classList.toggle("pt-dirty", this.plan.isDirty(row));
    columns.forEach((column, at) => {
      const cell = tr.cells[at + 1];
      const input = cell.querySelector("input, textarea, select");
      const fresh = drawing.cell(row, column, at + 2);
      for (const old of cell.querySelectorAll("small")) old.remove();
      cell.append(...fresh.querySelectorAll("small"));
      mark(input, fresh);
      if (input !== document.activeElement) input.value = this.plan.text(row, column.name);
    });
    return true;
  }
}

function mark(input, cell) {
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (cell.hasAttribute(name)) input.setAttribute(name, cell.getAttribute(name));
    else input.removeAttribute(name);
  }
}
