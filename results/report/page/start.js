// Brings the page to life; each part can do without the others.

/** The contents show which section is being read. */
function followSections() {
  const links = new Map([...document.querySelectorAll("body > nav a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const current = sections.findLast((section) => section.getBoundingClientRect().top < 0.3 * innerHeight) ?? sections[0];
    for (const [id, link] of links) {
      if (id === current?.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
}

/** Print shows the numbers beside every picture, whether they were open or not. */
function openForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("main figure details:not([open])")];
    opened.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));
}

addThemeSwitch();
addTableTools();
addCommandCopies();
followSections();
openForPrint();
startPictures();
startExplorer();
document.documentElement.dataset.ready = "";
