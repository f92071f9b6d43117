// Whoever looks at the page with their own eyes has seen what was new; without scripts nothing is said of it.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-seen]");
  if (form && document.visibilityState === "visible") {
    fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  }
});
