// Shows the document of the service that this page comes from, wherever that stands.
const here = document.currentScript.src;
window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: new URL("../v1/openapi.json", here).href,
    dom_id: "#page",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    // Asks nobody outside whether the document is sound.
    validatorUrl: null,
  });
});
