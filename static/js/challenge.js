"use strict";
/* The sum that shows a person's phone behind the form (ALTCHA protocol, version 1), done while the resident reads.
   This one file is page script and worker. Own SHA-256, because crypto.subtle is missing on plain http. */
(function (scope) {
  var K = [], H = [];
  (function () {
    for (var n = 2; K.length < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (!prime) { continue; }
      if (H.length < 8) { H.push(fraction(Math.sqrt(n))); }
      K.push(fraction(Math.pow(n, 1 / 3)));
    }
    function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  }());
  var W = new Int32Array(64);
  function compress(state, bytes, at) {
    var i, a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (i = 0; i < 64; i++) {
      if (i < 16) {
        W[i] = (bytes[at + 4 * i] << 24) | (bytes[at + 4 * i + 1] << 16) | (bytes[at + 4 * i + 2] << 8) | bytes[at + 4 * i + 3];
      } else {
        var x = W[i - 15], y = W[i - 2];
        W[i] = (((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) + W[i - 7]
          + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) + W[i - 16]) | 0;
      }
      var t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      var u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0,
      (state[4] + e) | 0, (state[5] + f) | 0, (state[6] + g) | 0, (state[7] + h) | 0];
  }
  function bytesOf(text) {
    var out = [];
    for (var i = 0; i < text.length; i++) { out.push(text.charCodeAt(i)); }
    return out;
  }
  /* Hashes of one salt with growing numbers: whole blocks of the salt are hashed once. */
  function hasher(salt) {
    var head = bytesOf(salt), state = H, at = 0;
    for (; at + 64 <= head.length; at += 64) { state = compress(state, head, at); }
    var rest = head.slice(at);
    return function (number) {
      var bytes = rest.concat(bytesOf(String(number)));
      var bits = (at + bytes.length) * 8, now = state;
      bytes.push(128);
      while (bytes.length % 64 !== 56) { bytes.push(0); }
      bytes.push(0, 0, 0, 0, bits >>> 24, bits >>> 16 & 255, bits >>> 8 & 255, bits & 255);
      for (var i = 0; i < bytes.length; i += 64) { now = compress(now, bytes, i); }
      return now;
    };
  }
  function wanted(hex) {
    var words = [];
    for (var i = 0; i < 8; i++) { words.push(parseInt(hex.substr(8 * i, 8), 16) | 0); }
    return words;
  }
  function same(a, b) {
    for (var i = 0; i < 8; i++) { if (a[i] !== b[i]) { return false; } }
    return true;
  }
  function search(task, from, count) {
    var hash = hasher(task.salt), goal = wanted(task.challenge), last = Math.min(from + count - 1, task.maxNumber);
    for (var n = from; n <= last; n++) { if (same(hash(n), goal)) { return n; } }
    return -1;
  }

  if (typeof document === "undefined") {
    scope.onmessage = function (event) { scope.postMessage(search(event.data, 0, event.data.maxNumber + 1)); };
    return;
  }

  var own = document.currentScript && document.currentScript.src;
  function inSlices(task, done) {
    var at = 0;
    (function slice() {
      var found = search(task, at, 400);
      at += 400;
      if (found >= 0 || at > task.maxNumber) { done(found); } else { setTimeout(slice, 8); }
    }());
  }
  function solve(task, done) {
    var worker = null, over = false;
    function finish(found) {
      if (over) { return; }
      over = true;
      if (worker) { worker.terminate(); }
      done(found);
    }
    try {
      worker = new Worker(own);
      worker.onmessage = function (event) { finish(event.data); };
      worker.onerror = function () { worker = null; inSlices(task, finish); };
      worker.postMessage(task);
    } catch (e) { inSlices(task, finish); }
  }
  function attend(form) {
    var field = form.querySelector("[data-challenge]"), waiting = false, task, over = false;
    try { task = JSON.parse(field.getAttribute("data-challenge")); } catch (e) { return; }
    function settle() {
      over = true;
      if (waiting) { form.submit(); }
    }
    solve(task, function (number) {
      if (number >= 0) {
        field.value = btoa(JSON.stringify({
          algorithm: task.algorithm, challenge: task.challenge, number: number, salt: task.salt, signature: task.signature
        }));
      }
      settle();
    });
    /* Sent before the sum is done: wait for it, but not for long; without it the server asks a question instead. */
    form.addEventListener("submit", function (event) {
      if (over || event.defaultPrevented) { return; }
      event.preventDefault();
      waiting = true;
      setTimeout(function () { if (!over) { settle(); } }, 10000);
    });
  }
  Array.prototype.forEach.call(document.querySelectorAll("form"), function (form) {
    if (form.querySelector("[data-challenge]")) { attend(form); }
  });
}(typeof self === "undefined" ? this : self));
