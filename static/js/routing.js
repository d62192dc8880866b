"use strict";
/* Help for people who write routing rules: order by keyboard, fields that belong together. Pages work without it. */
(() => {
  const one = (selector, from = document) => from.querySelector(selector);

  /* Alt with an arrow moves the rule in focus; after the reload it has the focus again. */
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const rule = event.target.closest("[data-rule]") || one("[data-rule].is-current");
    const step = event.key === "ArrowUp" ? "up" : "down";
    const button = rule && one(`button[name=step][value=${step}]`, rule);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  const moved = window.location.hash.startsWith("#rule-") && document.getElementById(window.location.hash.slice(1));
  if (moved) {
    const link = one("[data-open], button", moved);
    moved.classList.add("is-current");
    if (link) link.focus({ preventScroll: true });
  }

  /* Fields that only mean something after a certain choice. */
  function together(form) {
    const shows = [
      ["[name=organisation]", () => one("[name=resolver]", form).value === "named"],
      ...Array.from(form.querySelectorAll("[name$=similar_metres]"), (field) => [
        `[name=${field.name}]`,
        () => one(`[name=${field.name.replace("metres", "within")}]`, form).value === "metres",
      ]),
    ];
    shows.forEach(([selector, wanted]) => {
      const field = one(selector, form);
      const box = field && field.closest(".field");
      if (box) box.hidden = !wanted() && !field.value;
    });
  }
  const form = one("[data-rule-form]");
  if (form) {
    together(form);
    form.addEventListener("change", () => together(form));
  }
})();
