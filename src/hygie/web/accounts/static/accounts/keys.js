/* A key that does not answer, or a browser without keys: one calm sentence instead of a line in the console. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("cle-refusee").hidden = false;
});
