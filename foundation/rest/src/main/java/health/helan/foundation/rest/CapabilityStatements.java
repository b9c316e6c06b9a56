package health.helan.foundation.rest;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.ParameterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The CapabilityStatement (FHIR R4, capabilitystatement.html), made from what is really there: the
 * definitions the store indexes by, and the registered operations.
 */
public final class CapabilityStatements implements RestConfig.Capabilities {
  private static final String[] INTERACTIONS = {
    "read",
    "vread",
    "update",
    "patch",
    "delete",
    "history-instance",
    "history-type",
    "create",
    "search-type"
  };
  private static final String[] SYSTEM_INTERACTIONS = {
    "transaction", "batch", "search-system", "history-system"
  };

  private final String version;
  private final String date;
  private final ParameterRegistry parameters;
  private final BiConsumer<String, ObjectNode> security;
  private final List<TransactionRules> rules;

  /**
   * @param version of the application
   * @param date when it was released, FHIR dateTime
   * @param parameters of the store, custom ones included
   */
  public CapabilityStatements(String version, String date, ParameterRegistry parameters) {
    this(version, date, parameters, (base, node) -> {});
  }

  /**
   * @param security adds to {@code rest.security}, given the base, what the application's sign-in
   *     offers
   */
  public CapabilityStatements(
      String version,
      String date,
      ParameterRegistry parameters,
      BiConsumer<String, ObjectNode> security) {
    this(version, date, parameters, security, List.of());
  }

  /**
   * @param rules profiles of transactions that are held to more than R4
   */
  public CapabilityStatements(
      String version,
      String date,
      ParameterRegistry parameters,
      BiConsumer<String, ObjectNode> security,
      List<TransactionRules> rules) {
    this.rules = List.copyOf(rules);
    this.version = version;
    this.date = date;
    this.parameters = parameters;
    this.security = security;
  }

  @Override
  public byte[] statement(String base, Operations operations) {
    ObjectNode statement = Json.MAPPER.createObjectNode();
    statement.put("resourceType", "CapabilityStatement");
    statement.put("url", base + "/metadata");
    statement.put("version", version);
    statement.put("name", "Helan");
    statement.put("title", "贺兰 Helan");
    statement.put("status", "active");
    statement.put("experimental", false);
    statement.put("date", date);
    statement.put("kind", "instance");
    ArrayNode instantiates = Json.MAPPER.createArrayNode();
    rules.forEach(one -> one.instantiates().forEach(instantiates::add));
    if (!instantiates.isEmpty()) {
      statement.set("instantiates", instantiates);
    }
    statement.putObject("software").put("name", "Helan").put("version", version);
    statement.putObject("implementation").put("description", "Helan 贺兰").put("url", base);
    statement.put("fhirVersion", "4.0.1");
    statement
        .putArray("format")
        .add("application/fhir+json")
        .add("application/fhir+xml")
        .add("json")
        .add("xml");
    statement
        .putArray("patchFormat")
        .add("application/json-patch+json")
        .add("application/fhir+json");
    ObjectNode rest = statement.putArray("rest").addObject();
    rest.put("mode", "server");
    security.accept(
        base,
        rest.putObject("security")
            .put("description", "Authorization: Bearer. Everything but this statement needs it."));
    ArrayNode resources = rest.putArray("resource");
    for (String type : new TreeSet<>(R4.get().resourceTypes())) {
      if (!type.equals("Parameters")) {
        resource(resources.addObject(), type, operations);
      }
    }
    ArrayNode system = rest.putArray("interaction");
    for (String interaction : SYSTEM_INTERACTIONS) {
      system.addObject().put("code", interaction);
    }
    ArrayNode systemOperations = Json.MAPPER.createArrayNode();
    for (FhirOperation operation : operations.all()) {
      if (operation.spec().levels().contains(FhirOperation.Level.SYSTEM)) {
        operation(systemOperations, operation);
      }
    }
    if (!systemOperations.isEmpty()) {
      rest.set("operation", systemOperations);
    }
    ArrayNode compartments = rest.putArray("compartment");
    for (String owner :
        new String[] {"Patient", "Encounter", "Practitioner", "RelatedPerson", "Device"}) {
      if (!R4.get().compartment(owner).isEmpty()) {
        compartments.add("http://hl7.org/fhir/CompartmentDefinition/" + lower(owner));
      }
    }
    return Json.MAPPER.writeValueAsBytes(statement);
  }

  private static String lower(String owner) {
    return owner.equals("RelatedPerson") ? "relatedPerson" : owner.toLowerCase(Locale.ROOT);
  }

  private void resource(ObjectNode resource, String type, Operations operations) {
    resource.put("type", type);
    resource.put("profile", "http://hl7.org/fhir/StructureDefinition/" + type);
    ArrayNode supported = Json.MAPPER.createArrayNode();
    rules.forEach(
        one -> one.supportedProfiles().getOrDefault(type, List.of()).forEach(supported::add));
    if (!supported.isEmpty()) {
      resource.set("supportedProfile", supported);
    }
    ArrayNode interactions = resource.putArray("interaction");
    for (String interaction : INTERACTIONS) {
      interactions.addObject().put("code", interaction);
    }
    resource.put("versioning", "versioned-update");
    resource.put("readHistory", true);
    resource.put("updateCreate", true);
    resource.put("conditionalCreate", true);
    resource.put("conditionalRead", "full-support");
    resource.put("conditionalUpdate", true);
    resource.put("conditionalDelete", "single");
    resource.putArray("referencePolicy").add("literal").add("logical").add("local");
    ArrayNode includes = Json.MAPPER.createArrayNode();
    ArrayNode searchable = Json.MAPPER.createArrayNode();
    // Answered from columns, whether the index lists them or not; each name once (cpb-12).
    searchable(searchable, "_id", "Resource-id", "token");
    searchable(searchable, "_lastUpdated", "Resource-lastUpdated", "date");
    for (Parameter parameter : parameters.type(type).searchable().values()) {
      if (parameter.code().equals("_id") || parameter.code().equals("_lastUpdated")) {
        continue;
      }
      String kind = parameter.type().name().toLowerCase(Locale.ROOT);
      searchable
          .addObject()
          .put("name", parameter.code())
          .put("definition", parameter.url())
          .put("type", kind);
      if (kind.equals("reference")) {
        includes.add(type + ":" + parameter.code());
      }
    }
    if (!includes.isEmpty()) {
      resource.set("searchInclude", includes);
    }
    if (!searchable.isEmpty()) {
      resource.set("searchParam", searchable);
    }
    ArrayNode own = Json.MAPPER.createArrayNode();
    for (FhirOperation operation : operations.all()) {
      FhirOperation.Spec spec = operation.spec();
      boolean below =
          spec.levels().contains(FhirOperation.Level.TYPE)
              || spec.levels().contains(FhirOperation.Level.INSTANCE);
      if (below && (spec.types().isEmpty() || spec.types().contains(type))) {
        operation(own, operation);
      }
    }
    if (!own.isEmpty()) {
      resource.set("operation", own);
    }
  }

  private static void searchable(ArrayNode list, String name, String definition, String kind) {
    list.addObject()
        .put("name", name)
        .put("definition", "http://hl7.org/fhir/SearchParameter/" + definition)
        .put("type", kind);
  }

  private static void operation(ArrayNode list, FhirOperation operation) {
    list.addObject()
        .put("name", operation.spec().name())
        .put("definition", operation.spec().definition());
  }
}
