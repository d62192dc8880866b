"use strict";
/* The reasons are asked for only after "not satisfied"; without this script they simply stand there. */
(function () {
  var form = document.querySelector("form[data-rating]");
  var box = form && form.querySelector("[data-when-unsatisfied]");
  if (!box) { return; }
  function show() {
    var chosen = form.querySelector("input[name=satisfaction]:checked");
    box.hidden = !chosen || chosen.value !== "unsatisfied";
  }
  form.addEventListener("change", show);
  show();
}());
