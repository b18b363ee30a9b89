// The form of answers keeps itself: what is typed is sent as a draft while the person pauses, never as an answer.
const PAUSE = 4000;
const form = document.querySelector("form[data-drafts]");
const told = document.querySelector("[data-draft-status]");

if (form) {
  let waiting = 0;
  let busy = false;
  let again = false;

  async function keep() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(form.dataset.drafts, { method: "POST", body: new FormData(form) });
      if (!answer.ok) throw new Error(String(answer.status));
      const { versions, message } = await answer.json();
      for (const [row, version] of Object.entries(versions)) {
        const field = form.elements.namedItem(`version-${row}`);
        if (field) field.value = version;
      }
      told.textContent = message;
    } catch {
      told.textContent = told.dataset.failed;
    } finally {
      busy = false;
      if (again) {
        again = false;
        waiting = setTimeout(keep, PAUSE);
      }
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
