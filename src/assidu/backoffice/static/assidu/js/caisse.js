/* The till's page by scanner and keyboard: forms are sent without leaving the page, the focus waits where the next
   scan goes, and a network that is down loses nothing. Without this file every form is an ordinary page. */
(() => {
  "use strict";
  const page = document.querySelector("[data-caisse]");
  if (!page) return;
  const desk = document.getElementById("desk");
  const scan = document.getElementById("scan");
  const down = document.getElementById("caisse-down");
  const PATIENCE = 15000;
  let latest = 0;

  /* ---- where the next scan goes */

  const focusOn = (field) => {
    field.focus();
    field.select?.();
  };
  const settle = () => {
    const wrong = desk.querySelector("[aria-invalid=true]");
    const next = desk.querySelector("[data-next]");
    focusOn(wrong || next || scan);
  };
  const clear = () => {
    latest += 1;
    desk.setAttribute("aria-busy", "false");
    down.hidden = true;
    scan.value = "";
    const shown = desk.querySelector("[data-state]");
    if (shown && shown.dataset.state !== "idle") desk.replaceChildren(idle.cloneNode(true));
    focusOn(scan);
  };
  const idle = document.getElementById("caisse-idle").content.firstElementChild;

  /* What was typed for the ticket outlasts an offer that is activated beside it. */
  const typed = () => [...desk.querySelectorAll(".ticket input:not([type=hidden]), .ticket select")];
  const retype = (before) => {
    for (const field of typed()) {
      const old = before.find((one) => one.name === field.name);
      if (old) field.value = old.value;
    }
  };

  /* ---- sending */

  const send = async (form) => {
    const mine = ++latest;
    desk.setAttribute("aria-busy", "true");
    let answer, text;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Caisse-Part": "desk" },
        signal: AbortSignal.timeout(PATIENCE),
      });
      text = await answer.text();
    } catch {
      answer = null;
    }
    if (mine !== latest) return;
    desk.setAttribute("aria-busy", "false");
    if (answer === null || answer.status >= 500) {
      down.hidden = false;
      return;
    }
    if (answer.redirected || answer.status === 403) {
      location.reload();
      return;
    }
    down.hidden = true;
    const before = "keeps" in form.dataset ? typed() : [];
    desk.innerHTML = text;
    retype(before);
    const state = desk.querySelector("[data-state]")?.dataset.state;
    if (state !== "unknown") scan.value = "";
    settle();
  };
  page.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-part]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });

  /* ---- keys */

  page.ownerDocument.addEventListener("keydown", (event) => {
    if (event.target.closest?.("dialog")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      clear();
    }
    if (event.key === "F2") {
      const part = desk.querySelector("[data-f2]");
      const field = part?.querySelector("input:not([type=hidden])");
      if (field) {
        event.preventDefault();
        if (part.matches("details")) part.open = true;
        focusOn(field);
      }
    }
    if (event.key === "F8") {
      const button = desk.querySelector("[data-f8] button");
      if (button) {
        event.preventDefault();
        button.focus();
      }
    }
    if (event.key === "F4") {
      const other = desk.querySelector("[data-f4]");
      if (other) {
        event.preventDefault();
        other.open = true;
        focusOn(other.querySelector("input"));
      }
    }
    /* A scanner types from wherever the focus was left: digits outside a field belong to the scan field. */
    const typing = event.target.closest?.("input, select, textarea, button, a, summary");
    if (!typing && /^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) focusOn(scan);
  });
  addEventListener("online", () => { down.hidden = true; });

  settle();
})();
