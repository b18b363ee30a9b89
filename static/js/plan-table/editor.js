// The field a cell is edited in: it lies over the cell, so that the table is not laid out anew by every letter.

function field(column, text) {
  if (column.kind === "choice" || column.kind === "check") {
    const select = document.createElement("select");
    const words = column.kind === "choice" ? column.choices : [column.yes];
    const odd = text && !words.includes(text) ? [text] : [];
    for (const word of ["", ...odd, ...words]) select.append(new Option(word || "—", word, false, word === text));
    return select;
  }
  const area = document.createElement("textarea");
  area.rows = 1;
  area.value = text;
  area.spellcheck = column.kind === "long" || column.kind === "text";
  if (column.kind === "date") area.placeholder = column.hint;
  return area;
}

// Open a field in `cell`. `typed`: the letter that began it, which replaces the text. `done(text | null, move)`.
export function edit(cell, column, text, typed, done) {
  const input = field(column, typed !== null && column.kind !== "choice" && column.kind !== "check" ? typed : text);
  input.className = "pt-edit";
  input.setAttribute("aria-label", column.label);
  let over = false;
  const finish = (value, move) => {
    if (over) return;
    over = true;
    input.remove();
    done(value, move);
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    const line = event.key === "Enter" && (event.altKey || event.shiftKey || event.ctrlKey);
    if (line && input.tagName === "TEXTAREA") {
      event.preventDefault();
      input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
      fit(input);
    } else if (event.key === "Enter") {
      event.preventDefault();
      finish(input.value, "down");
    } else if (event.key === "Tab") {
      event.preventDefault();
      finish(input.value, event.shiftKey ? "left" : "right");
    } else if (event.key === "Escape") {
      event.preventDefault();
      finish(null, "");
    }
  });
  for (const name of ["copy", "cut", "paste", "mousedown", "dblclick"]) {
    input.addEventListener(name, (event) => event.stopPropagation());
  }
  input.addEventListener("input", () => fit(input));
  input.addEventListener("blur", () => finish(input.value, ""));
  cell.append(input);
  fit(input);
  input.focus();
  if (input.tagName === "TEXTAREA") input.setSelectionRange(input.value.length, input.value.length);
  else if (typed !== null) pick(input, typed);
  return () => finish(input.value, "");
}

function fit(input) {
  if (input.tagName !== "TEXTAREA") return;
  input.style.height = "auto";
  input.style.height = `${Math.max(input.scrollHeight, input.parentElement.clientHeight)}px`;
}

function pick(select, letter) {
  const found = [...select.options].find((option) => option.text.toLowerCase().startsWith(letter.toLowerCase()));
  if (found) select.value = found.value;
}
