// Lists: select all, count what is selected. Works on every table[data-list] with checkboxes.
function boxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox]")];
}

function refresh(table) {
  const all = boxes(table);
  const chosen = all.filter((box) => box.checked).length;
  const head = table.querySelector("[data-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  const scope = table.closest("form, section, main") ?? document;
  for (const place of scope.querySelectorAll("[data-count]")) place.textContent = String(chosen);
}

for (const table of document.querySelectorAll("table[data-list]")) {
  if (!boxes(table).length) continue;
  table.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      for (const box of boxes(table)) box.checked = event.target.checked;
    }
    refresh(table);
  });
  refresh(table);
}
