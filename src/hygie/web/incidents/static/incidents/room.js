// A refresh that was led elsewhere (the session ended) is no answer: the clocks stay, and the page says it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const asked = new URL(detail.requestConfig.path, location.href).pathname;
  if (new URL(detail.xhr.responseURL, location.href).pathname === asked) return;
  detail.shouldSwap = false;
  detail.isError = true;
});
