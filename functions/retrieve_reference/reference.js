// Swagger UI's own filter looks at the names of tags alone. This one looks at all that is said of an operation.
function matches(operation, phrase) {
  const described = operation.get("operation");
  const texts = [
    operation.get("method"),
    operation.get("path"),
    ...["operationId", "summary", "description"].map((name) => described.get(name)),
    ...described.get("tags", []),
  ];
  return texts.join(" ").toLowerCase().includes(phrase.trim().toLowerCase());
}

function opsFilter(taggedOperations, phrase) {
  return taggedOperations
    .map((tag) => tag.update("operations", (operations) => operations.filter((one) => matches(one, phrase))))
    .filter((tag) => tag.get("operations").size > 0);
}

SwaggerUIBundle({
  url: "docs/openapi.json",
  dom_id: "#reference",
  plugins: [() => ({ fn: { opsFilter } })],
  filter: true,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1, // the schemas are shown with each operation
  validatorUrl: null, // nothing is sent to another host
});
