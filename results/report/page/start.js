// Brings the page to life; each part can do without the others.

/** The contents show which section is being read. */
function followSections() {
  const links = new Map([...document.querySelectorAll("body > nav a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const current = sections.findLast((section) => section.getBoundingClientRect().top < 0.3 * innerHeight) ?? sections[0];
    for (const [id, link] of links) {
      if (id !== current?.id) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        link.closest("ul")?.scrollTo({ left: link.offsetLeft - 48 });  // on a phone the contents are wider than the screen
      }
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

/** Pictures push down what a link led to: the page goes there once more, unless the reader has gone on meanwhile. */
function keepLink(drawn) {
  let touched = false;
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(event, () => { touched = true; }, { once: true, passive: true });
  }
  drawn.then(() => {
    if (location.hash && !touched) document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
  });
}

addThemeSwitch();
addTableTools();
addCommandCopies();
followSections();
openForPrint();
keepLink(startPictures());
startExplorer();
document.documentElement.dataset.ready = "";
