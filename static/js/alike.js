"use strict";
/* While the resident writes: what others nearby have raised, asked for after a pause; an answer overtaken by a
   newer question is dropped. Without it (no script, no answer, too many questions) the form is as it was. */
(function () {
  var box = document.querySelector("[data-alike]");
  var form = box && box.closest("form");
  var text = form && form.elements.content;
  if (!text || !window.fetch) { return; }
  var timer = 0, asked = "";
  function value(name) { return form.elements[name] ? form.elements[name].value : ""; }
  function look() {
    if (navigator.onLine === false) { return; }
    var said = ["content", "place", "community", "latitude"].map(value).join("\n");
    if (value("content").trim().length < 8 || said === asked) { return; }
    asked = said;
    var data = new FormData();
    ["csrfmiddlewaretoken", "content", "place", "community", "latitude", "longitude"].forEach(function (name) {
      data.append(name, value(name).slice(0, 2000));
    });
    var picked = box.querySelector("input:checked");
    data.append("here", box.getAttribute("data-place"));
    data.append("follow", picked ? picked.value : box.getAttribute("data-chosen"));
    fetch(box.getAttribute("data-alike"), { method: "POST", body: data, credentials: "same-origin" }).then(function (answer) {
      return answer.status === 200 ? answer.text() : "";
    }).then(function (html) {
      if (said !== asked || box.contains(document.activeElement)) { return; }
      box.innerHTML = html;
      box.hidden = !html;
    }).catch(function () { if (said === asked) { asked = ""; } });
  }
  function soon() { clearTimeout(timer); timer = setTimeout(look, 1200); }
  form.addEventListener("input", function (event) { if (!box.contains(event.target)) { soon(); } });
  window.addEventListener("pageshow", soon);
}());
