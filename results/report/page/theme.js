// Light, dark, or as the system has it. Styles do the rest: every colour is a light-dark() pair.

const themes = { system: "System", light: "Light", dark: "Dark" };

// A page opened from a file may be refused storage; the choice then lasts as long as the page.
function storedTheme() {
  try {
    return localStorage.getItem("smdm-eval-theme");
  } catch {
    return null;
  }
}

function storeTheme(theme) {
  try {
    localStorage.setItem("smdm-eval-theme", theme);
  } catch {
    return false;
  }
  return true;
}

function setTheme(theme, buttons) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of buttons) button.setAttribute("aria-pressed", button.value === theme);
}

function addThemeSwitch() {
  const buttons = Object.entries(themes).map(([value, text]) => element("button", { type: "button", value }, text));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      setTheme(button.value, buttons);
      storeTheme(button.value);
    });
  }
  const stored = storedTheme();
  setTheme(Object.hasOwn(themes, stored ?? "") ? stored : "system", buttons);
  document.querySelector("body > header")
    .prepend(element("div", { class: "theme buttons", role: "group", "aria-label": "Theme" }, ...buttons));
}
