// The manual theme: remembered in a cookie, so that the server draws the next page with it.
const MEDIA = { dark: "all", light: "not all", auto: "(prefers-color-scheme: dark)" };
const YEAR = 365 * 24 * 60 * 60;

function apply(theme, form) {
  document.documentElement.dataset.bsTheme = theme;
  document.getElementById("dark").media = MEDIA[theme];
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("theme", { detail: theme }));
}

for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const theme = event.submitter?.value;
    if (!(theme in MEDIA)) return;
    event.preventDefault();
    event.stopPropagation();
    apply(theme, form);
  });
}
