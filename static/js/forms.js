// Forms: a second press does nothing; leaving a form[data-guard] with something typed asks first.
const sent = new WeakSet();
const touched = new WeakSet();
const PATIENCE = 10_000; // an answer that is a file leaves the page where it is: after this the button works again

function release(form) {
  sent.delete(form);
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  touched.delete(form);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), PATIENCE);
});

// Back from the next page: the form may be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) release(form);
});

// A fragment swapped in place of a page: htmx forms answer without leaving.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target instanceof HTMLFormElement) release(event.target);
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.guard !== undefined) touched.add(form);
});
addEventListener("beforeunload", (event) => {
  if ([...document.forms].some((form) => touched.has(form))) event.preventDefault();
});

// Filters answer at once where a script runs; the button stays for those who prefer it.
for (const bar of document.querySelectorAll("form.bar[data-auto]")) {
  bar.addEventListener("change", () => bar.requestSubmit());
}
