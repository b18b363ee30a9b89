// How a row looks: its number, its texts, and under them faults, offers, and what somebody else wrote there.

export function small(name, text) {
  const element = document.createElement("small");
  element.className = name;
  element.textContent = text;
  return element;
}

export class Drawing {
  constructor(plan, words) {
    this.plan = plan;
    this.words = words;
  }

  fill(tr, row, shown) {
    tr.className = [row.gone || row.struck ? "off" : "", this.plan.isDirty(row) ? "pt-dirty" : "", row.by ? "pt-clash" : ""]
      .filter(Boolean).join(" ");
    tr.dataset.key = row.key;
    const number = document.createElement("th");
    number.scope = "row";
    number.setAttribute("role", "rowheader");
    number.setAttribute("aria-colindex", 1);
    number.textContent = row.code || this.words.new;
    const note = row.gone || row.struck ? this.words.struck : "";
    if (note) number.append(small("pt-note", note));
    const fault = row.faults[""];
    if (fault) this.#fault(number, row, "", fault);
    tr.replaceChildren(number, ...shown.map((column, at) => this.cell(row, column, at + 2)));
  }

  cell(row, column, index) {
    const td = document.createElement("td");
    const text = row.now[column.name] ?? "";
    td.setAttribute("role", this.cards ? "cell" : "gridcell");
    td.setAttribute("aria-colindex", index);
    td.dataset.f = column.name;
    td.textContent = text;
    if (row.gone || row.struck) td.setAttribute("aria-readonly", "true");
    if (row.gone) return td;
    if (text !== (row.base[column.name] ?? "")) td.className = "pt-new";
    if (row.note && column.name === "term_text") td.append(small("pt-offer", row.note));
    const offer = row.offers[column.name];
    if (offer !== undefined && offer !== text) {
      td.append(small("pt-offer", this.words.offered.replace("{value}", offer || this.words.nothing)));
    }
    const fault = row.faults[column.name];
    if (fault) this.#fault(td, row, column.name, fault);
    if (row.clash[column.name] !== undefined) this.#clash(td, row, column.name);
    return td;
  }

  #fault(cell, row, field, text) {
    const told = small("pt-fault", text);
    told.id = `f-${row.key}-${field}`;
    cell.append(told);
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-describedby", told.id);
  }

  // Both values of a cell two people changed: mine stays in it, the other's stands below, and either can be taken.
  #clash(td, row, field) {
    const theirs = row.clash[field];
    const sentence = theirs ? this.words.by.replace("{value}", theirs) : this.words.by_nothing;
    const told = small("pt-theirs", sentence.replace("{who}", row.by));
    told.id = `c-${row.key}-${field}`;
    for (const [word, deed] of [[this.words.mine, "mine"], [this.words.theirs, "theirs"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.className = "btn btn-secondary btn-sm";
      button.textContent = word;
      button.dataset.settle = deed;
      told.append(" ", button);
    }
    td.append(told);
    td.setAttribute("aria-describedby", told.id);
  }
}
