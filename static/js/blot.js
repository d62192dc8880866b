"use strict";
/* Blacking out by dragging over the grid; without this script each cell is a tick box of its own. */
(function () {
  var grid = document.querySelector("[data-blot] .blot-grid");
  if (!grid) { return; }
  var on = null;
  function box(event) {
    var under = document.elementFromPoint(event.clientX, event.clientY);
    var cell = under && under.closest(".blot-grid label");
    return cell && cell.querySelector("input");
  }
  grid.addEventListener("pointerdown", function (event) {
    var hit = box(event);
    if (!hit) { return; }
    on = !hit.checked;
    hit.checked = on;
    event.preventDefault();
  });
  grid.addEventListener("pointermove", function (event) {
    var hit = on === null ? null : box(event);
    if (hit) { hit.checked = on; }
  });
  document.addEventListener("pointerup", function () { on = null; });
  document.addEventListener("pointercancel", function () { on = null; });
  grid.addEventListener("click", function (event) { if (event.detail > 0) { event.preventDefault(); } });
}());
