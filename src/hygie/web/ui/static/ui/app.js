// For the pages that have htmx fragments. Everything works without it: each fragment stands on a plain link or form.
(() => {
  "use strict";

  const clear = (place) => place.parentElement?.querySelectorAll(":scope > [data-sans-reponse]").forEach((one) => one.remove());

  // No answer, or a refusal: what is shown stays, a sentence says it, a button asks again with what was typed.
  const tell = ({ detail }) => {
    const { target, requestConfig } = detail;
    const notice = document.getElementById("sans-reponse")?.content.firstElementChild.cloneNode(true);
    if (!notice || !target?.parentElement) return;
    clear(target);
    notice.querySelector("button").addEventListener("click", () => {
      window.htmx.ajax(requestConfig.verb, requestConfig.path, { source: requestConfig.elt, target });
    });
    target.after(notice);
  };

  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, tell);
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.shouldSwap) clear(detail.target); });
  // A new step is announced by the focus: its title asks for it with data-focus and tabindex="-1".
  document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target.querySelector("[data-focus]")?.focus());
})();
