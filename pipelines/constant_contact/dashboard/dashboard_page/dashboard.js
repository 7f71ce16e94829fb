
// A choice shows at once; typed days wait for Enter or the button. The field that was used keeps the focus.
const filters = document.getElementById("filters");
const FOCUS = "ctct-focus";
const focused = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (focused && filters.elements[focused]) filters.elements[focused].focus({ preventScroll: true });
filters.addEventListener("change", (event) => {
  if (event.target.tagName !== "SELECT") return;
  sessionStorage.setItem(FOCUS, event.target.name);
  filters.requestSubmit();
});
