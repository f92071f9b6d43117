/* What the pages do by themselves: dialogs, toasts, the command palette, the theme, copying.
   Behaviour is declared in the HTML with data- attributes; every page also works without this file. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  /* ---- dialogs: <button data-open="#id">, <button data-close> */

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      document.querySelector(opener.dataset.open)?.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog, .toast")?.close?.();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    const dismiss = event.target.closest(".toast [data-dismiss]");
    if (dismiss) leave(dismiss.closest(".toast"));
    const outside = document.querySelector(".me[open]");
    if (outside && !outside.contains(event.target)) outside.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(".me[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  const openOnArrival = () => all("dialog[data-open-now]:not([open])").forEach((dialog) => dialog.showModal());

  /* ---- toasts leave alone, unless someone reads them; errors stay */

  const leave = (toast) => {
    toast.classList.add("leaving");
    setTimeout(() => toast.remove(), 220);
  };
  const watchToasts = () => all(".toast:not([data-watched])").forEach((toast) => {
    toast.dataset.watched = "";
    if (toast.classList.contains("error")) return;
    let timer = setTimeout(() => leave(toast), 6000);
    toast.addEventListener("mouseenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("mouseleave", () => { timer = setTimeout(() => leave(toast), 2500); });
  });
  const say = (text, kind) => {
    const template = document.getElementById("toast-template");
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.classList.add(kind);
    toast.querySelector("p").textContent = text;
    document.getElementById("toasts").append(toast);
    watchToasts();
  };

  /* ---- copying a secret, a link */

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.querySelector(button.dataset.copy).textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(button.dataset.copy));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    say(button.dataset.copied, "success");
  });

  /* ---- <button data-print>: on paper everything is light, and <details data-on-paper> lie open */

  let screenTheme = "";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  const retheme = (theme) => {
    root.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("assidu:theme"));
  };
  addEventListener("beforeprint", () => {
    screenTheme = root.dataset.theme;
    all("[data-on-paper]:not([open])").forEach((details) => { details.open = true; details.dataset.onPaper = "only"; });
    retheme("light");
  });
  addEventListener("afterprint", () => {
    all("[data-on-paper=only]").forEach((details) => { details.open = false; details.dataset.onPaper = ""; });
    retheme(screenTheme);
  });

  /* ---- theme: shown at once, kept by the server */

  document.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) {
      root.dataset.theme = choice.value;
      document.dispatchEvent(new CustomEvent("assidu:theme"));
    }
  });
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-theme-toggle]");
    if (!toggle) return;
    const isDark = getComputedStyle(root).colorScheme === "dark"
      || (root.dataset.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    toggle.form.elements.theme.value = isDark ? "light" : "dark";
    root.dataset.theme = toggle.form.elements.theme.value;
    document.dispatchEvent(new CustomEvent("assidu:theme"));
  });

  /* ---- forms that send themselves: a select that is a choice, not a field */

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-send-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.dataset.busy !== undefined) {
      setTimeout(() => { button.setAttribute("aria-disabled", "true"); }, 0);
    }
    const question = event.target.dataset.confirm;
    if (question && !event.target.dataset.confirmed) {
      event.preventDefault();
      ask(question, event.target);
    }
  });
  const ask = (question, form) => {
    const dialog = document.getElementById("confirm");
    dialog.querySelector("[data-question]").textContent = question;
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "yes") {
        form.dataset.confirmed = "yes";
        form.requestSubmit();
      }
    }, { once: true });
  };

  /* ---- the command palette: Ctrl-K, arrows, Enter */

  const palette = document.getElementById("palette");
  const answers = () => all("[role=option]", palette);
  const choose = (index) => {
    const found = answers();
    if (!found.length) return;
    const at = (index + found.length) % found.length;
    found.forEach((answer, i) => answer.setAttribute("aria-selected", String(i === at)));
    found[at].scrollIntoView({ block: "nearest" });
    palette.querySelector("input").setAttribute("aria-activedescendant", found[at].id);
  };
  const chosen = () => answers().findIndex((answer) => answer.getAttribute("aria-selected") === "true");
  const openPalette = () => {
    if (!palette || palette.open) return;
    palette.showModal();
    const input = palette.querySelector("input");
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  };
  if (palette) {
    palette.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen() + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen() - 1); }
      if (event.key === "Enter") {
        event.preventDefault();
        answers()[Math.max(chosen(), 0)]?.click();
      }
    });
    document.addEventListener("htmx:after:swap", () => { if (palette.open) choose(0); });
  }
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    }
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const search = document.querySelector(".search input");
      if (search) { event.preventDefault(); search.focus(); } else if (palette) { event.preventDefault(); openPalette(); }
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) openPalette();
  });

  /* ---- parts fetched by HTMX: errors are said, never swallowed */

  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    const token = document.querySelector("meta[name=csrf-token]")?.content;
    if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
  });
  const sayFailure = () => say(document.body.dataset.failed, "error");
  document.addEventListener("htmx:before:swap", (event) => {
    const status = event.detail.ctx?.response?.status ?? 200;
    if (status >= 500 || status === 403 || status === 404) {
      event.preventDefault();
      sayFailure();
    }
  });
  document.addEventListener("htmx:error", sayFailure);
  document.addEventListener("htmx:after:swap", () => { watchToasts(); openOnArrival(); });

  watchToasts();
  openOnArrival();
})();
