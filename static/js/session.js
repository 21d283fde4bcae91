/* Asks before a signed-in session ends, and leaves the page when it has ended, so that nobody reads on. What was
   typed goes to the server, which keeps it for the same person. Without this script the server still does its part. */
(() => {
  "use strict";

  const dialog = document.getElementById("session");
  if (!dialog) return;
  const { ask, over } = dialog.dataset;
  let endsAt = now() + Number(dialog.dataset.left);
  const warn = Number(dialog.dataset.warn);
  let edited = null;
  let asking = false;

  function now() {
    return Date.now() / 1000;
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !dialog.contains(form)) edited = form;
  });

  /* Another tab, or a part of this page, may have shown that somebody is here: the server knows. */
  async function refresh(options = {}) {
    const headers = { Accept: "application/json", "X-Poll": "true", ...options.headers };
    const response = await fetch(options.address || ask, { credentials: "same-origin", ...options, headers });
    const clock = await response.json();
    endsAt = now() + clock.left;
    dialog.querySelector("#session-words").hidden = !clock.extends;
    dialog.querySelector("#session-last").hidden = clock.extends;
    dialog.querySelector(".main").hidden = !clock.extends;
    return clock.left;
  }

  async function tick() {
    const left = endsAt - now();
    if (dialog.open) show(left);
    if (left > warn || asking || (dialog.open && left > 0)) return;
    asking = true;
    const known = await refresh().catch(() => Math.max(0, left));
    asking = false;
    if (known <= 0) return leave();
    if (known <= warn && !dialog.open) open(known);
    if (known > warn && dialog.open) dialog.close();
  }

  function open(left) {
    show(left);
    dialog.showModal();
  }

  function show(left) {
    const seconds = Math.max(0, Math.ceil(left));
    const text = seconds >= 60 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
    for (const clock of dialog.querySelectorAll("[data-clock]")) {
      if (clock.textContent !== text) clock.textContent = text;
    }
  }

  /* Only when this page still belongs to somebody: elsewhere the session may have been ended already. */
  function leave() {
    const form = document.createElement("form");
    form.method = "post";
    form.action = over;
    add(form, "csrfmiddlewaretoken", dialog.querySelector("[name=csrfmiddlewaretoken]").value);
    add(form, "session_page", edited ? address(edited) : location.pathname + location.search);
    for (const [name, value] of edited ? new FormData(edited) : []) {
      const isSecret = edited.querySelector(`[type=password][name="${CSS.escape(name)}"]`);
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !isSecret) add(form, name, value);
    }
    document.body.append(form);
    form.submit();
  }

  function address(form) {
    const { pathname, search } = new URL(form.getAttribute("action") || location.href, location.href);
    return pathname + search;
  }

  function add(form, name, value) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    field.hidden = true;
    form.append(field);
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const token = dialog.querySelector("[name=csrfmiddlewaretoken]").value;
    const post = { method: "POST", headers: { "X-CSRFToken": token, "X-Poll": "" } };
    const left = await refresh({ ...post, address: event.target.action }).catch(() => 0);
    if (left > 0) dialog.close();
    else leave();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape means: I am here
    dialog.querySelector("form").requestSubmit();
  });
  dialog.querySelector("[data-leave]").addEventListener("click", leave);

  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
})();
