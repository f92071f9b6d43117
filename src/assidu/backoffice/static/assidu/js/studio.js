/* Sliders: a figure and its slider are one; an end gives way when the figure passes it. The number is what is sent.
   A number may have a comma or a point; what is wrong with one is said beside it.
   Segments: what one is called, it is called everywhere at once; what lies open stays open when the form comes anew. */
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  // As the server reads it: 12,500 is twelve thousand five hundred in English.
  const thousands = document.documentElement.lang === "en" ? /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/ : /^$/;
  const plain = (text) => {
    const bare = text.replace(/\s/g, "");
    return thousands.test(bare) ? bare.replaceAll(",", "") : bare.replace(",", ".");
  };
  const mark = document.documentElement.lang === "fr" ? "," : ".";
  const read = (input) => (plain(input.value) === "" ? NaN : Number(plain(input.value)));
  const follow = (number) => {
    const value = read(number);
    const low = document.getElementById(`${number.id}-low`);
    const high = document.getElementById(`${number.id}-high`);
    if (low && value < read(low)) low.value = number.value;
    if (high && value > read(high)) high.value = number.value;
  };
  const sayWrong = () => {
    all("[data-wrong-said]").forEach((said) => said.remove());
    all("#assumptions [aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    const result = document.getElementById("result");
    all("#wrong [data-kept]").forEach((kept) => { kept.hidden = !result.childElementCount; });
    all("#wrong [data-wrong]").forEach((wrong) => {
      const input = document.querySelector(`#assumptions [name="${wrong.dataset.wrong}"]`);
      if (!input) return;
      const said = document.createElement("p");
      said.className = "small bad-text";
      said.dataset.wrongSaid = "";
      said.textContent = wrong.querySelector("span").textContent;
      input.setAttribute("aria-invalid", "true");
      (input.closest(".box, .field, li") || input.parentElement).append(said);
    });
  };
  // Before anybody else hears of it: what is sent is what is shown.
  document.addEventListener("input", (event) => {
    const { target } = event;
    if (target.dataset.slides) {
      const number = document.getElementById(target.dataset.slides);
      number.value = target.value.replace(".", mark);
      follow(number);
    } else if (target.dataset.slider) {
      if (!Number.isNaN(read(target))) document.getElementById(target.dataset.slider).value = plain(target.value);
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
    sayWrong();
    // Of the whole answer, one sentence is read out: what was done, else what it comes to.
    const told = document.querySelector("#segments [data-told]") || document.querySelector("#result [data-told]");
    document.getElementById("told").textContent = told?.dataset.told || "";
    told?.removeAttribute("data-told");
  });
  showSliders();
  sayWrong();
})();
