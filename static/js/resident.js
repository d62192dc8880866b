"use strict";
/* Help for residents' forms. Everything here is an extra: without it the plain form works.
   Written for old WebViews: no optional chaining, no modules, nothing loaded from outside. */
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  var english = root.lang.slice(0, 2) === "en";
  function say(zh, en) { return english ? en : zh; }
  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function all(selector, act, from) { each((from || document).querySelectorAll(selector), act); }
  function make(tag, className, text) {
    var node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.textContent = text; }
    return node;
  }
  function note(form, text) {
    var box = form.querySelector("[data-note]");
    if (!box) {
      box = make("p", "alert alert-warn");
      box.setAttribute("data-note", "");
      box.setAttribute("role", "status");
      var actions = form.querySelector(".form-actions");
      if (actions) { actions.parentNode.insertBefore(box, actions); } else { form.appendChild(box); }
    }
    box.textContent = text;
    box.hidden = !text;
  }

  /* Drafts: typed text survives a reload or a lost connection, in this browser only, for three days. */
  var LIFE = 3 * 24 * 3600 * 1000;
  var store = null;
  try { store = window.localStorage; store.setItem("draft:?", "1"); store.removeItem("draft:?"); } catch (e) { store = null; }
  function readDraft(key) {
    try {
      var held = JSON.parse(store.getItem(key) || "null");
      if (held && Date.now() - held.at < LIFE) { return held.values; }
      store.removeItem(key);
    } catch (e) { /* a broken draft is no draft */ }
    return null;
  }
  function kept(field) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.hasAttribute("data-no-draft")) { return false; }
    return !/^(file|password|hidden|submit|button|reset|tel)$/.test(field.type);
  }
  function isTick(field) { return field.type === "checkbox" || field.type === "radio"; }
  function nameOf(field) { return isTick(field) ? field.name + "=" + field.value : field.name; }
  function collect(form) {
    var values = {};
    each(form.elements, function (field) {
      if (kept(field)) { values[nameOf(field)] = isTick(field) ? field.checked : field.value; }
    });
    return values;
  }
  function restore(form, values) {
    var changed = false;
    each(form.elements, function (field) {
      var value = values[nameOf(field)];
      if (!kept(field) || value === undefined) { return; }
      if (isTick(field)) {
        if (value !== field.checked) { field.checked = value; changed = true; }
      } else if (value && !field.value) {
        field.value = value;
        changed = true;
      }
    });
    return changed;
  }
  function keepDraft(form) {
    var key = "draft:" + form.getAttribute("data-draft");
    var timer = null;
    function save() {
      try { store.setItem(key, JSON.stringify({ at: Date.now(), values: collect(form) })); } catch (e) { /* full or forbidden */ }
    }
    var held = readDraft(key);
    if (held && restore(form, held)) { offerClear(form, key); }
    form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(save, 300); });
    form.addEventListener("change", save);
    window.addEventListener("pagehide", function () { if (timer) { clearTimeout(timer); save(); } });
  }
  function offerClear(form, key) {
    var box = make("p", "alert alert-info", say("已恢复上次没有提交的内容。", "Your unsent text was restored."));
    var clear = make("button", "btn btn-quiet", say("清空", "Clear"));
    box.setAttribute("role", "status");
    clear.type = "button";
    clear.addEventListener("click", function () { store.removeItem(key); form.reset(); box.parentNode.removeChild(box); });
    box.appendChild(clear);
    form.insertBefore(box, form.firstChild);
  }
  if (store) {
    all("meta[name=draft-done]", function (meta) { store.removeItem("draft:" + meta.content); });
    all("form[data-draft]", keepDraft);
  }

  /* One press, one submission; the form wakes up again when nothing comes of it. */
  function guard(form) {
    var timer = null;
    var button = null;
    var words = "";
    function wake(text) {
      clearTimeout(timer);
      form.removeAttribute("data-sending");
      if (button) { button.removeAttribute("aria-disabled"); button.innerHTML = words; button = null; }
      note(form, text || "");
    }
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      if (form.hasAttribute("data-sending")) { event.preventDefault(); return; }
      if (navigator.onLine === false) {
        event.preventDefault();
        note(form, say("网络断开了，写下的内容还在。连上网后请再按一次。", "You are offline. Your text is kept; press again when connected."));
        return;
      }
      form.setAttribute("data-sending", "");
      note(form, "");
      button = event.submitter || form.querySelector("button[type=submit], button:not([type])");
      if (button) {
        words = button.innerHTML;
        button.setAttribute("aria-disabled", "true");
        button.textContent = say("正在提交…", "Sending…");
      }
      timer = setTimeout(function () {
        wake(say("网络较慢。如果页面没有变化，可以再按一次，不会重复提交。", "The network is slow. You may press again; it will not be sent twice."));
      }, 25000);
    });
    window.addEventListener("offline", function () {
      if (form.hasAttribute("data-sending")) { wake(say("网络断开了，写下的内容还在。连上网后请再按一次。", "You are offline. Your text is kept.")); }
    });
    window.addEventListener("pageshow", function (event) { if (event.persisted) { wake(""); } });
  }
  all("form[data-guard]", guard);

  /* Photos: preview, remove, pick again without losing the first ones, make large ones smaller. */
  var LONG_SIDE = 2048;
  var BIG = 1500000;
  var canEdit = false;
  try { canEdit = new DataTransfer().items !== undefined && "toBlob" in HTMLCanvasElement.prototype; } catch (e) { canEdit = false; }
  function shrink(file, done) {
    if (file.size < BIG || !/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) { done(file); return; }
    var url = URL.createObjectURL(file);
    var image = new Image();
    image.onerror = function () { URL.revokeObjectURL(url); done(file); };
    image.onload = function () {
      var scale = Math.min(1, LONG_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      canvas.toBlob(function (blob) {
        if (!blob || blob.size >= file.size) { done(file); return; }
        done(new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }));
      }, "image/jpeg", 0.85);
    };
    image.src = url;
  }
  function photoInput(input) {
    var max = Number(input.getAttribute("data-max")) || 6;
    var files = [];
    var list = make("ul", "thumbs");
    var status = make("p", "hint");
    status.setAttribute("role", "status");
    input.parentNode.insertBefore(list, input.nextSibling);
    input.parentNode.insertBefore(status, list);
    function write() {
      var transfer = new DataTransfer();
      files.forEach(function (file) { transfer.items.add(file); });
      input.files = transfer.files;
    }
    function draw() {
      all("img", function (image) { URL.revokeObjectURL(image.src); }, list);
      list.textContent = "";
      files.forEach(function (file, index) {
        var item = make("li", "thumb");
        var image = make("img");
        image.alt = say("照片 ", "Photo ") + (index + 1);
        image.onerror = function () { item.replaceChild(make("span", "thumb-file", file.name), image); };
        image.src = URL.createObjectURL(file);
        item.appendChild(image);
        if (canEdit) { item.appendChild(remover(index)); }
        list.appendChild(item);
      });
      status.textContent = files.length ? say("已选 " + files.length + " 张，最多 " + max + " 张", files.length + " of " + max + " photos") : "";
    }
    function remover(index) {
      var button = make("button", "btn btn-quiet thumb-remove", say("删除", "Remove"));
      button.type = "button";
      button.setAttribute("aria-label", say("删除照片 ", "Remove photo ") + (index + 1));
      button.addEventListener("click", function () { files.splice(index, 1); write(); draw(); input.focus(); });
      return button;
    }
    input.addEventListener("change", function () {
      var chosen = Array.prototype.slice.call(input.files);
      if (!canEdit) { files = chosen; draw(); return; }
      var taken = chosen.slice(0, Math.max(0, max - files.length));
      files = files.concat(taken);
      write();
      draw();
      if (chosen.length > taken.length) {
        status.textContent = say("最多 " + max + " 张，多出的没有选上。", "At most " + max + " photos; the rest were left out.");
      }
      taken.forEach(function (file) {
        shrink(file, function (small) {
          var place = files.indexOf(file);
          if (small === file || place < 0) { return; }
          files[place] = small;
          write();
        });
      });
    });
  }
  all("input[type=file][data-photos]", photoInput);

  /* Position: asked for only after a press; the words are filled in beside the button. */
  function locate(button) {
    var lat = document.querySelector(button.getAttribute("data-lat"));
    var lon = document.querySelector(button.getAttribute("data-lon"));
    var out = document.querySelector(button.getAttribute("data-say"));
    if (!navigator.geolocation || !lat || !lon) { button.hidden = true; return; }
    function tell(text) { if (out) { out.textContent = text; } }
    button.addEventListener("click", function () {
      tell(say("正在定位…", "Locating…"));
      navigator.geolocation.getCurrentPosition(function (position) {
        lat.value = position.coords.latitude.toFixed(6);
        lon.value = position.coords.longitude.toFixed(6);
        tell(say("已记下现在的位置，误差约 ", "Position noted, within about ") + Math.round(position.coords.accuracy) + say(" 米。", " m."));
      }, function () {
        tell(say("没有取到位置，请用文字写明地点。", "No position; please describe the place in words."));
      }, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
    });
  }
  all("[data-locate]", locate);

  /* Copy a code. */
  all("[data-copy]", function (button) {
    var words = button.textContent;
    button.addEventListener("click", function () {
      var source = document.querySelector(button.getAttribute("data-copy"));
      var range = document.createRange();
      range.selectNodeContents(source);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      var done = false;
      try { done = document.execCommand("copy"); } catch (e) { done = false; }
      button.textContent = done ? say("已复制", "Copied") : say("请长按上面的文字复制", "Press and hold the text to copy");
      setTimeout(function () { button.textContent = words; }, 3000);
    });
  });

  /* After a failed submission the summary is read and shown first. */
  var summary = document.querySelector("[data-error-summary]");
  if (summary) { summary.focus(); }
}());
