"use strict";
/* Help for people who work at the desk: keys, place in lists, dialogs, toasts, HTMX. Pages work without it. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const english = root.lang.startsWith("en");
  const say = (zh, en) => (english ? en : zh);
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const dialog = one("#dialog");
  const sent = new Map(); /* forms under way, with the button that was pressed */

  /* A board that renews itself keeps the focus and what is open, and says how new it is. */
  let kept = null;
  document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    if (target.id !== "board") return;
    const link = target.contains(document.activeElement) && document.activeElement.getAttribute("href");
    kept = { link, open: all("details", target).map((more) => more.open) };
  });
  document.addEventListener("htmx:afterSettle", () => {
    const board = kept && one("#board");
    if (!board) return;
    all("details", board).forEach((more, place) => { more.open = kept.open[place]; });
    const link = kept.link && all("a", board).find((other) => other.getAttribute("href") === kept.link);
    if (link) link.focus({ preventScroll: true });
    one("[data-board-said]").textContent = one("[data-at]", board).textContent;
    kept = null;
  });

  /* Toasts */
  const toasts = one("#toasts");
  function rest(toast) {
    if ("stay" in toast.dataset) return;
    let timer = setTimeout(() => toast.remove(), 8000);
    toast.addEventListener("mouseenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("mouseleave", () => { timer = setTimeout(() => toast.remove(), 4000); });
  }
  function toast(text, bad = true) {
    if (!toasts) return;
    const box = document.createElement("div");
    const words = document.createElement("p");
    const close = document.createElement("button");
    box.className = bad ? "toast toast-bad" : "toast";
    box.dataset.toast = "";
    if (bad) box.dataset.stay = "";
    words.textContent = text;
    close.type = "button";
    close.className = "btn btn-quiet";
    close.dataset.toastClose = "";
    close.textContent = say("关闭", "Close");
    box.append(words, close);
    toasts.append(box);
    rest(box);
  }
  all("[data-toast]").forEach(rest);
  const KIND = {
    0: say("网络断开了，刚才的操作没有办成。", "You are offline; nothing was changed."),
    401: say("登录已过期，请刷新页面重新登录。", "Your session has ended; please sign in again."),
    403: say("没有办理这一步的权限，或页面已过期，请刷新。", "Not allowed, or this page is too old; please reload."),
    404: say("这一条已经不在了。", "This record is no longer here."),
    409: say("别人刚刚处理了这件事，请刷新后再看。", "Somebody has just handled this; please reload."),
    413: say("文件太大了。", "The file is too large."),
    429: say("操作太频繁，请稍等。", "Too many requests; please wait."),
    503: say("系统正忙，请过几分钟再试。", "The system is busy; please try again in a few minutes."),
  };
  function explain(status, header) {
    let words = "";
    try { words = header ? decodeURIComponent(header) : ""; } catch { words = ""; }
    toast(words || KIND[status] || say("系统出了点问题，请过几分钟再试。", "Something went wrong; please try again."));
  }

  /* HTMX: token of this page, kind words for failures */
  document.body.addEventListener("htmx:configRequest", (event) => {
    const token = dialog && dialog.dataset.csrf;
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    explain(answer.status, answer.getResponseHeader("X-Message"));
  });
  document.body.addEventListener("htmx:sendError", () => explain(0));
  document.body.addEventListener("htmx:afterSettle", () => { prepareBulk(); });

  /* Dialog: a page, fetched as a fragment. 4xx replaces the content, a redirect leaves the page. */
  async function fill(request, form) {
    let answer;
    try {
      answer = await fetch(request);
    } catch {
      explain(0);
      return;
    }
    const leave = answer.headers.get("HX-Redirect") || (answer.redirected && form ? answer.url : "");
    if (leave) {
      keepPlace();
      if (stay) window.location.reload(); else window.location.href = leave;
      return;
    }
    const html = (answer.headers.get("Content-Type") || "").startsWith("text/html");
    if (!html || answer.status >= 500 || (!answer.ok && form === null)) {
      explain(answer.status, answer.headers.get("X-Message"));
      return;
    }
    show(await answer.text());
  }
  const ask = { "HX-Request": "true" };
  let stay = false; /* opened from a row: afterwards the list, at the same place */
  function show(html) {
    const close = document.createElement("button");
    const body = document.createElement("div");
    close.type = "button";
    close.className = "btn btn-quiet dialog-close";
    close.dataset.dialogClose = "";
    close.textContent = dialog.dataset.close;
    body.className = "dialog-body";
    body.innerHTML = html;
    dialog.replaceChildren(close, body);
    const title = one("h1, h2", body);
    if (title) {
      title.id = title.id || "dialog-title";
      dialog.setAttribute("aria-labelledby", title.id);
    }
    if (!dialog.open) dialog.showModal();
    const first = one("[data-error-summary], [autofocus], input:not([type=hidden]), select, textarea", body);
    if (first) first.focus();
    if (window.htmx) window.htmx.process(body);
  }
  const canDialog = dialog && typeof dialog.showModal === "function";
  if (canDialog) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-dialog]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      stay = link.dataset.stay !== undefined;
      fill(new Request(link.href, { headers: ask, credentials: "same-origin" }), null);
    });
    dialog.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method === "dialog" || form.hasAttribute("hx-post")) return;
      event.preventDefault();
      if (sent.has(form)) return;
      sent.set(form, {});
      const body = new FormData(form, event.submitter || undefined);
      const url = form.getAttribute("action") || window.location.href;
      const request = form.method === "get"
        ? new Request(`${url}?${new URLSearchParams(body)}`, { headers: ask, credentials: "same-origin" })
        : new Request(url, { method: "POST", body, headers: ask, credentials: "same-origin" });
      fill(request, form).finally(() => { sent.delete(form); });
    });
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    const closer = event.target.closest("[data-dialog-close]");
    const done = event.target.closest("[data-toast-close]");
    if (opener) openHints();
    if (closer) closer.closest("dialog").close();
    if (done) done.closest("[data-toast]").remove();
    if (event.target.nodeName === "DIALOG") event.target.close();
    all("details.menu[open], details.menu-up[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* One press, one submission, on a slow network too. The form wakes up again when another button is pressed, when the
     sending is broken off or the page comes back, and when the server has had all the time that it gets. */
  const PATIENCE = 60000;
  function wake(form) {
    const { button, timer } = sent.get(form);
    clearTimeout(timer);
    if (button) button.removeAttribute("aria-disabled");
    sent.delete(form);
  }
  function wakeAll() { [...sent.keys()].forEach(wake); }
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post") || form.closest("dialog")) return;
    if (sent.has(form) && sent.get(form).button === button) {
      event.preventDefault();
      toast(say("正在提交…", "Sending…"), false);
      return;
    }
    if (sent.has(form)) wake(form);
    if (button) button.setAttribute("aria-disabled", "true");
    sent.set(form, { button, timer: setTimeout(wake, PATIENCE, form) });
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) wakeAll(); });

  /* Bulk selection */
  function prepareBulk() {
    all("form[data-bulk]").forEach((form) => {
      const boxes = all("input[name=ids]", form);
      const chosen = boxes.filter((box) => box.checked).length;
      const bar = one(".bulk-bar", form);
      const every = one("[data-bulk-all]", form);
      const words = one("[data-bulk-count]", form);
      if (words) words.textContent = say(`已选 ${chosen} 条`, `${chosen} selected`);
      if (bar) bar.hidden = chosen === 0;
      if (every) {
        every.checked = chosen > 0 && chosen === boxes.length;
        every.indeterminate = chosen > 0 && chosen < boxes.length;
      }
    });
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-bulk-all]")) all("input[name=ids]", form).forEach((box) => { box.checked = event.target.checked; });
    prepareBulk();
  });
  prepareBulk();

  /* Place in a list: comes back to the row that was left */
  const list = one("[data-list]");
  const here = `place:${window.location.pathname}${window.location.search}`;
  const rows = () => all("[data-row]", list || document);
  let current = -1;
  function mark(index, reveal = true) {
    const items = rows();
    if (!items.length) return;
    current = Math.max(0, Math.min(index, items.length - 1));
    items.forEach((row, n) => row.classList.toggle("is-current", n === current));
    const link = one("[data-open]", items[current]);
    if (link) link.focus({ preventScroll: true });
    if (reveal) items[current].scrollIntoView({ block: "nearest" });
  }
  function keepPlace() {
    if (!list) return;
    const row = rows()[current];
    try { sessionStorage.setItem(here, JSON.stringify({ y: window.scrollY, row: row ? row.id : "" })); } catch { /* not kept */ }
  }
  if (list) {
    let held = null;
    try { held = JSON.parse(sessionStorage.getItem(here) || "null"); sessionStorage.removeItem(here); } catch { held = null; }
    if (held && !window.location.hash) {
      window.scrollTo(0, held.y);
      const row = held.row && document.getElementById(held.row);
      if (row) {
        row.classList.add("is-seen");
        current = rows().indexOf(row);
        row.classList.add("is-current");
      }
    }
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) { current = rows().indexOf(row); keepPlace(); }
    });
    window.addEventListener("pagehide", keepPlace);
  }

  /* Keys. Single keys can be switched off (WCAG 2.1.4). */
  const hints = one("#key-hints");
  const keySwitch = one("[data-keys-switch]");
  let keysOn = true;
  try { keysOn = localStorage.getItem("keys") !== "off"; } catch { keysOn = true; }
  if (keySwitch) {
    keySwitch.checked = keysOn;
    keySwitch.addEventListener("change", () => {
      keysOn = keySwitch.checked;
      try { localStorage.setItem("keys", keysOn ? "on" : "off"); } catch { /* this page only */ }
    });
  }
  function openHints() { if (hints && hints.showModal && !hints.open) hints.showModal(); }
  function act(key) {
    const row = rows()[current];
    const quoted = `[data-key="${CSS.escape(key)}"]`;
    const ticked = one("form[data-bulk] input[name=ids]:checked");
    const target = (ticked && one(`.bulk-bar ${quoted}`)) || (row && one(quoted, row))
      || all(quoted).find((node) => !node.closest("[data-row], .bulk-bar"));
    if (target) target.click();
    return Boolean(target);
  }
  const MOVES = {
    j: () => mark(current + 1),
    k: () => mark(current < 0 ? 0 : current - 1),
    x: () => { const box = rows()[current] && one("input[name=ids]", rows()[current]); if (box) box.click(); return Boolean(box); },
    "/": () => { const box = one("[data-search]"); if (box) { box.focus(); box.select(); } },
    "?": openHints,
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { wakeAll(); all("details.menu[open], details.menu-up[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); }); return; }
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]")) return;
    if (event.key === "Enter") {
      const row = rows()[current];
      const link = row && one("[data-open]", row);
      if (link && !event.target.closest("a, button, summary, input")) { keepPlace(); link.click(); }
      return;
    }
    const move = MOVES[event.key];
    if ((move ? move() : event.key.length === 1 && act(event.key)) !== false) {
      if (move || event.key.length === 1) event.preventDefault();
    }
  });

  all(".tabs [aria-current]").forEach((tab) => { tab.parentNode.scrollLeft += tab.getBoundingClientRect().right - tab.parentNode.getBoundingClientRect().right; });
  const summary = all("[data-error-summary]").find((node) => !node.closest("[data-quiet]"));
  if (summary) summary.focus();
})();
