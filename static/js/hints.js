"use strict";
/* A question that only makes sense once something else is filled in waits for it. */
Array.prototype.forEach.call(document.querySelectorAll("[data-with]"), function (box) {
  var input = document.querySelector(box.getAttribute("data-with"));
  if (!input) { return; }
  function show() { box.hidden = !input.value.trim() && !box.querySelector(".field-bad"); }
  input.addEventListener("input", show);
  window.addEventListener("pageshow", show);
  show();
});
/* While the resident writes: what belongs elsewhere is said at once. The server says the same after sending. */
(function () {
  var text = document.querySelector("[data-hints]");
  var list = document.querySelector("[data-hint-list]");
  if (!text || !list) { return; }
  var word = list.querySelector("[data-confirm-field]");
  var hints = Array.prototype.map.call(list.querySelectorAll("[data-words]"), function (node) {
    return { node: node, words: node.getAttribute("data-words").split("|"), confirm: node.hasAttribute("data-confirm") };
  });
  function look() {
    var said = text.value, ask = false;
    hints.forEach(function (hint) {
      var found = hint.words.some(function (one) { return said.indexOf(one) >= 0; });
      if (hint.node.hidden === found) { hint.node.hidden = !found; }
      ask = ask || (found && hint.confirm);
    });
    if (word) { word.hidden = !ask; }
  }
  text.addEventListener("input", look);
  look();
}());
