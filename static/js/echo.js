"use strict";
/* The large screen: one echo after the other, for weeks. One timer turns, one asks the server; what comes replaces what
   stood there, so nothing piles up. Without a network the last content goes on turning, and the screen says so. */
(function () {
  var STAY = 15000, ASK = 60000, MOST = 900000, DAY = 86400000;
  var main = document.querySelector("[data-tv]"), state = document.getElementById("tv-state");
  var count = document.getElementById("tv-count"), at = 0, wait = ASK, paused = false, begun = Date.now(), last = null;

  function all() { return main.querySelectorAll("[data-one]"); }
  function show() {
    var rows = all();
    at = rows.length ? (at + rows.length) % rows.length : 0;
    rows.forEach(function (row, n) {
      row.hidden = n !== at;
      if (n === at || n === (at + 1) % rows.length) {
        row.querySelectorAll("img[loading]").forEach(function (image) { image.loading = "eager"; });
      }
    });
    count.textContent = rows.length > 1 ? (at + 1) + " / " + rows.length : "";
  }
  function turn() { if (!paused) { at += 1; show(); } }
  function later() { setTimeout(ask, wait + Math.random() * 5000); }
  function fresh(text) {
    if (Date.now() - begun > DAY) { location.reload(); return; }
    if (text !== last) { main.innerHTML = text; last = text; show(); }
    wait = ASK;
    state.textContent = "";
  }
  function lost() {
    wait = Math.min(wait * 2, MOST);
    state.textContent = state.dataset.lost;
  }
  function ask() {
    var stop = new AbortController(), limit = setTimeout(function () { stop.abort(); }, 20000);
    fetch(main.dataset.tv, { headers: { "HX-Request": "true" }, cache: "no-cache", signal: stop.signal })
      .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.text(); })
      .then(fresh).catch(lost)
      .then(function () { clearTimeout(limit); later(); });
  }
  document.addEventListener("keydown", function (event) {
    if (event.key === " ") { paused = !paused; event.preventDefault(); }
    if (event.key === "ArrowRight") { at += 1; show(); }
    if (event.key === "ArrowLeft") { at -= 1; show(); }
  });
  show();
  setInterval(turn, STAY);
  later();
}());
