// The manual theme: remembered in a cookie, so that the server draws the next page with it.
const MEDIA = { dark: "all", light: "not all", auto: "(prefers-color-scheme: dark)" };
const YEAR = 365 * 24 * 60 * 60;

function apply(theme) {
  document.documentElement.dataset.bsTheme = theme;
  document.getElementById("dark").media = MEDIA[theme];
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
  for (const button of document.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("theme", { detail: theme }));
}

for (const button of document.querySelectorAll("button[name=theme]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    apply(button.value);
  });
}
