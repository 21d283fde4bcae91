/* What htmx does not bring: a swap that leaves the field under the cursor alone, an
   address that a reload understands, a word when the server cannot be reached, and the print button. The page does its work without any of it. */
(() => {
  "use strict";

  document.documentElement.classList.add("js");

  htmx.defineExtension("patch", {
    isInlineSwap: (style) => style === "patch",
    handleSwap: (style, target, fragment) => {
      if (style !== "patch") return false;
      patch(target, fragment.firstElementChild);
      target.querySelector("[autofocus]")?.focus();
      return [];
    },
  });

  /* Take over what the server changed, node by node. */
  function patch(old, fresh) {
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE) return;
    patchAttributes(old, fresh);
    patchChildren(old, fresh);
    patchAnswer(old, fresh);
  }

  function patchAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      const keep = name === "open"; // what a person has unfolded stays unfolded
      if (!keep && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function patchChildren(old, fresh) {
    let at = old.firstChild;
    for (const node of [...fresh.childNodes]) {
      const twin = findTwin(node, at);
      if (!twin) {
        old.insertBefore(node, at);
        continue;
      }
      while (at !== twin) at = removeAndGoOn(at);
      patch(twin, node);
      at = twin.nextSibling;
    }
    while (at) at = removeAndGoOn(at);
  }

  function findTwin(node, at) {
    if (!node.id) return at && !at.id && at.nodeName === node.nodeName ? at : null;
    while (at && !(at.id === node.id && at.nodeName === node.nodeName)) at = at.nextSibling;
    return at;
  }

  function removeAndGoOn(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  /* A field somebody is in keeps what is typed there; every other field shows what the server read. */
  function patchAnswer(old, fresh) {
    if (old === document.activeElement || !("value" in old) || old.nodeName === "OPTION") return;
    if (old.type === "checkbox" && !old.name) return; // a tick in a checklist is the reader's own
    if (old.value !== fresh.value) old.value = fresh.value;
    if ("checked" in old) old.checked = fresh.checked;
  }

  /* The address takes the name under which the server keeps the answers: a reload or Back brings them again. */
  const keepAddress = () => {
    const address = document.getElementById("estimate")?.dataset.address;
    if (address) history.replaceState(history.state, "", address + location.hash);
  };
  document.addEventListener("htmx:afterSwap", keepAddress);
  keepAddress();

  const trouble = () => document.getElementById("trouble");
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => trouble()?.removeAttribute("hidden"));
  }
  document.addEventListener("htmx:afterSwap", () => trouble()?.setAttribute("hidden", ""));

  /* Browsers that do not print what is folded up get it unfolded for the time of printing. */
  const folded = () => document.querySelectorAll("details[data-prints]:not([open])");
  let unfolded = [];
  window.addEventListener("beforeprint", () => {
    unfolded = [...folded()];
    for (const one of unfolded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
