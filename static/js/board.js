// Dragging a card over to another column opens the item's page at the step that leads there.
const board = document.querySelector(".board");
const moves = JSON.parse(board.dataset.moves);
let card = null;
board.addEventListener("dragstart", (event) => {
  card = event.target.closest("[data-item]");
  event.dataTransfer.effectAllowed = "move";
});
board.addEventListener("dragover", (event) => {
  if (stepTo(event.target)) event.preventDefault();
});
board.addEventListener("drop", (event) => {
  const step = stepTo(event.target);
  if (!step) return;
  event.preventDefault();
  const period = card.dataset.period ? `?period=${encodeURIComponent(card.dataset.period)}` : "";
  location.assign(`/items/${card.dataset.item}${period}#step-${step}`);
});
function stepTo(target) {
  const column = target.closest("[data-state]");
  if (!card || !column) return null;
  return moves[`${card.closest("[data-state]").dataset.state}>${column.dataset.state}`] || null;
}
if (location.hash.startsWith("#step-")) document.querySelector(location.hash)?.setAttribute("open", "");
