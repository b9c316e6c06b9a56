package health.helan.app.access;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the CapabilityStatement says of sign-in: SMART on FHIR, and where its endpoints are. */
public final class SmartSecurity {
  private static final String URIS =
      "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

  private SmartSecurity() {}

  /**
   * @param base of the FHIR API, ending in {@code /fhir}
   * @param security {@code CapabilityStatement.rest.security}
   */
  public static void describe(String base, ObjectNode security) {
    String root = base.replaceFirst("/fhir$", "");
    ObjectNode extension = security.putArray("extension").addObject().put("url", URIS);
    ArrayNode uris = extension.putArray("extension");
    uri(uris, "authorize", root + "/oauth2/authorize");
    uri(uris, "token", root + "/oauth2/token");
    uri(uris, "introspect", root + "/oauth2/introspect");
    uri(uris, "revoke", root + "/oauth2/revoke");
    uri(uris, "manage", root + "/account");
    ObjectNode service = security.putArray("service").addObject();
    service
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/restful-security-service")
        .put("code", "SMART-on-FHIR")
        .put("display", "SMART-on-FHIR");
    service.put("text", "SMART App Launch 2.x: " + base + "/.well-known/smart-configuration");
  }

  private static void uri(ArrayNode uris, String url, String value) {
    uris.addObject().put("url", url).put("valueUri", value);
  }
}
