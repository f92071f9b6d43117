/* Sliders: a figure and its slider are one; an end gives way when the figure passes it. The number is what is sent. */
(() => {
  "use strict";
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
    }
  }, true);
  // Of the whole answer, one sentence is read out.
  document.addEventListener("htmx:after:swap", () => {
    document.getElementById("told").textContent = document.querySelector("#result [data-told]")?.dataset.told || "";
  });
  document.querySelectorAll("[data-slides]").forEach((slider) => { slider.hidden = false; });
})();
