/* The builder of a programme: what is chosen is shown on the closed list, a long list is narrowed, the blank that was
   added takes the focus, and a blank with a mistake says so. Everything is also in the page without this file. */
(() => {
  "use strict";
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  document.addEventListener("change", (event) => {
    const many = event.target.closest(".many");
    if (!many) return;
    const chosen = all("input:checked", many).map((box) => box.parentElement.textContent.trim());
    const shown = many.querySelector("[data-chosen]");
    shown.textContent = chosen.join(", ") || shown.dataset.empty;
  });

  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-narrow]");
    if (!box) return;
    event.stopPropagation();
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const wanted = plain(box.value);
    all(".ticks label", box.closest("fieldset")).forEach((label) => {
      label.hidden = !plain(label.textContent).includes(wanted);
    });
  }, true);

  /* An open list closes when one clicks elsewhere, leaves it by keyboard, or presses Escape. */
  const lists = "details.many[open], details.add[open]";
  const closeOthers = (inside) => all(lists).forEach((list) => {
    if (!list.contains(inside)) list.open = false;
  });
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", (event) => {
    const list = event.key === "Escape" && event.target.closest?.(lists);
    if (list) {
      list.open = false;
      list.querySelector("summary").focus();
    }
    if (event.key === "Enter" && event.target.closest?.("[data-narrow]")) event.preventDefault();
  });

  const mark = () => all("#builder [aria-describedby^='e-']").forEach((control) => {
    const told = document.getElementById(control.getAttribute("aria-describedby"));
    if (control.tagName === "SUMMARY" || !told) return;
    if (told.textContent.trim()) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
  document.addEventListener("htmx:after:swap", () => {
    mark();
    const form = document.querySelector("#builder[data-focus]");
    if (!form) return;
    const clause = document.getElementById(form.dataset.focus);
    form.removeAttribute("data-focus");
    clause?.querySelector("input:not([type=hidden]), select, textarea, summary, button")?.focus();
  });
})();
