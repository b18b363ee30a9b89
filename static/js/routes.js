// The editor of a route: stages and places can be dragged; a place shows only the fields its binding needs.
const ready = (call) => (document.readyState === "complete" ? call() : addEventListener("load", call));

function sort(list, group) {
  globalThis.Sortable?.create(list, { group, handle: "[data-grip]", animation: 120, onEnd: number });
}

function number() {
  for (const [at, heading] of [...document.querySelectorAll("[data-stages] > li h2")].entries()) {
    heading.textContent = heading.textContent.replace(/\d+/, String(at + 1));
  }
}

function fit(select) {
  for (const field of select.closest(".place").querySelectorAll("[data-for]")) {
    field.hidden = !field.dataset.for.split(" ").includes(select.value);
  }
}

// How many decisions are enough is asked only where the rule counts them.
function count(select) {
  select.closest(".stage-h").querySelector("[data-n]").hidden = select.value !== "at_least";
}

ready(() => {
  const stages = document.querySelector("[data-stages]");
  if (!stages) return;
  sort(stages, "stages");
  for (const places of stages.querySelectorAll("[data-places]")) sort(places, "places");
  for (const select of stages.querySelectorAll("[data-rule]")) {
    count(select);
    select.addEventListener("change", () => count(select));
  }
  for (const select of stages.querySelectorAll("[data-bind]")) {
    fit(select);
    select.addEventListener("change", () => fit(select));
  }
});
