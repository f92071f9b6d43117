/* Sliders: a figure and its slider are one; an end gives way when the figure passes it. The number is what is sent.
   Segments: what one is called, it is called everywhere at once; what lies open stays open when the form comes anew. */
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const follow = (number) => {
    const value = Number(number.value);
    if (number.value === "" || Number.isNaN(value)) return;
    const low = document.getElementById(`${number.id}-low`);
    const high = document.getElementById(`${number.id}-high`);
    if (low && low.value !== "" && value < Number(low.value)) low.value = number.value;
    if (high && high.value !== "" && value > Number(high.value)) high.value = number.value;
  };
  // Before anybody else hears of it: what is sent is what is shown.
  document.addEventListener("input", (event) => {
    const { target } = event;
    if (target.dataset.slides) {
      const number = document.getElementById(target.dataset.slides);
      number.value = target.value;
      follow(number);
    } else if (target.dataset.slider) {
      document.getElementById(target.dataset.slider).value = target.value;
      follow(target);
    } else if (target.dataset.names) {
      const name = target.value.trim() || target.placeholder;
      all(`[data-of="${target.dataset.names}"]`).forEach((place) => { place.textContent = name; });
    }
  }, true);

  const showSliders = () => all("[data-slides]").forEach((slider) => { slider.hidden = false; });
  let open = new Set();
  document.addEventListener("htmx:before:swap", () => {
    open = new Set(all("#assumptions > details[open]").map((group) => group.id));
  });
  document.addEventListener("htmx:after:swap", () => {
    all("#assumptions > details").forEach((group) => { group.open = open.has(group.id); });
    showSliders();
    // Of the whole answer, one sentence is read out: what was done, else what it comes to.
    const told = document.querySelector("#segments [data-told]") || document.querySelector("#result [data-told]");
    document.getElementById("told").textContent = told?.dataset.told || "";
    told?.removeAttribute("data-told");
  });
  showSliders();
})();
