package health.helan.foundation.delivery.mhd;

import health.helan.foundation.store.search.SearchRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the profiles ask of a SubmissionSet, a Folder and a DocumentReference, each by itself. */
final class Metadata {
  static final String LIST_TYPES = Profile.CANONICAL + "CodeSystem/MHDlistTypes";
  static final String IDENTIFIER_TYPES = Profile.CANONICAL + "CodeSystem/IHE.MHD.MHDIdentifierType";
  static final String SOURCE_ID = Profile.CANONICAL + "StructureDefinition/ihe-sourceId";
  static final String DESIGNATION = Profile.CANONICAL + "StructureDefinition/ihe-designationType";
  private static final String URI = "urn:ietf:rfc:3986";

  private final Profile profile;
  private final Faulty faulty;

  Metadata(Profile profile, Faulty faulty) {
    this.profile = profile;
    this.faulty = faulty;
  }

  /** {@code submissionset}, {@code folder}; empty for neither. */
  static String listType(JsonNode list) {
    for (JsonNode coding : list.path("code").path("coding")) {
      if (LIST_TYPES.equals(coding.path("system").asString(""))) {
        return coding.path("code").asString("");
      }
    }
    return "";
  }

  void submissionSet(String place, JsonNode list) {
    list(place, list);
    if (extensions(list, SOURCE_ID, "valueIdentifier") != 1) {
      faulty.missing(place, "extension(ihe-sourceId).valueIdentifier");
    }
    if (!"current".equals(list.path("status").asString(""))) {
      faulty.add(place + ".status", "mhd.value", "status", "current");
    }
    if (!list.has("date")) {
      faulty.missing(place, "date");
    }
    if (list.path("entry").isEmpty()) {
      faulty.missing(place, "entry");
    }
    for (JsonNode identifier : list.path("identifier")) {
      if (isTyped(identifier, "uniqueId") && !is(identifier, "urn:oid:")) {
        faulty.add(place + ".identifier", "mhd.unique-id");
      }
    }
    if (profile.isComprehensive()) {
      needs(place, list, "subject");
      if (extensions(list, DESIGNATION, "valueCodeableConcept") != 1) {
        faulty.missing(place, "extension(ihe-designationType).valueCodeableConcept");
      }
    }
    if (profile == Profile.COMPREHENSIVE) {
      contained(place, "source", list.path("source"));
    }
  }

  void folder(String place, JsonNode list) {
    list(place, list);
    for (String element : List.of("source", "orderedBy")) {
      lacks(place, list, element);
    }
    if (profile.isComprehensive()) {
      needs(place, list, "subject");
      needs(place, list, "title");
      if (extensions(list, DESIGNATION, "valueCodeableConcept") == 0) {
        faulty.missing(place, "extension(ihe-designationType).valueCodeableConcept");
      }
    }
  }

  private void list(String place, JsonNode list) {
    if (!"working".equals(list.path("mode").asString(""))) {
      faulty.add(place + ".mode", "mhd.value", "mode", "working");
    }
    for (String element : List.of("modifierExtension", "encounter", "orderedBy", "emptyReason")) {
      lacks(place, list, element);
    }
    for (JsonNode entry : list.path("entry")) {
      if (entry.has("flag") || entry.has("deleted") || entry.has("date")) {
        faulty.unwanted(place, "entry.flag|deleted|date");
        break;
      }
    }
    entryUuids(place, list);
  }

  void documentReference(String place, JsonNode document) {
    JsonNode master = document.path("masterIdentifier");
    if (text(master, "system").isEmpty() || text(master, "value").isEmpty()) {
      faulty.add(place + ".masterIdentifier", "mhd.master-identifier");
    }
    for (JsonNode identifier : document.path("identifier")) {
      if (isTyped(identifier, "uniqueId")
          && !(text(identifier, "system").equals(text(master, "system"))
              && text(identifier, "value").equals(text(master, "value")))) {
        faulty.add(place + ".identifier", "mhd.unique-id-differs");
      }
    }
    entryUuids(place, document);
    if (!"current".equals(document.path("status").asString(""))) {
      faulty.add(place + ".status", "mhd.value", "status", "current");
    }
    for (String element : List.of("modifierExtension", "docStatus")) {
      lacks(place, document, element);
    }
    if (document.path("category").size() > 1) {
      faulty.add(place + ".category", "mhd.once", "category");
    }
    if (document.path("content").size() != 1) {
      faulty.add(place + ".content", "mhd.once", "content");
    }
    JsonNode content = document.path("content").path(0);
    JsonNode attachment = content.path("attachment");
    String at = place + ".content[0].attachment";
    needs(at, attachment, "contentType");
    needs(at, attachment, "url");
    lacks(at, attachment, "data");
    if (!profile.isComprehensive()) {
      return;
    }
    for (String element : List.of("type", "category", "securityLabel")) {
      needs(place, document, element);
    }
    needs(at, attachment, "language");
    needs(at, attachment, "creation");
    needs(place + ".content[0]", content, "format");
    JsonNode context = document.path("context");
    for (String element : List.of("facilityType", "practiceSetting", "sourcePatientInfo")) {
      needs(place + ".context", context, element);
    }
    if (profile == Profile.COMPREHENSIVE) {
      for (JsonNode author : document.path("author")) {
        contained(place, "author", author);
      }
      contained(place, "authenticator", document.path("authenticator"));
      contained(place + ".context", "sourcePatientInfo", context.path("sourcePatientInfo"));
    }
  }

  private void entryUuids(String place, JsonNode resource) {
    int count = 0;
    for (JsonNode identifier : resource.path("identifier")) {
      if (isTyped(identifier, "entryUUID")) {
        count++;
        if (!is(identifier, "urn:uuid:")) {
          faulty.add(place + ".identifier", "mhd.entry-uuid");
        }
      }
    }
    if (count > 1) {
      faulty.add(place + ".identifier", "mhd.once", "identifier(entryUUID)");
    }
  }

  private void needs(String place, JsonNode node, String element) {
    JsonNode value = node.path(element);
    if (value.isMissingNode() || value.isContainer() && value.isEmpty()) {
      faulty.missing(place, element);
    }
  }

  private void lacks(String place, JsonNode node, String element) {
    if (node.has(element)) {
      faulty.unwanted(place, element);
    }
  }

  private void contained(String place, String element, JsonNode reference) {
    String named = text(reference, "reference");
    if (!named.isEmpty() && !named.startsWith("#")) {
      faulty.add(place + "." + element, "mhd.not-contained", element);
    }
  }

  private static int extensions(JsonNode resource, String url, String value) {
    int count = 0;
    for (JsonNode extension : resource.path("extension")) {
      if (url.equals(text(extension, "url")) && extension.has(value)) {
        count++;
      }
    }
    return count;
  }

  private static boolean isTyped(JsonNode identifier, String code) {
    for (JsonNode coding : identifier.path("type").path("coding")) {
      if (IDENTIFIER_TYPES.equals(text(coding, "system")) && code.equals(text(coding, "code"))) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(JsonNode identifier, String prefix) {
    return URI.equals(text(identifier, "system")) && text(identifier, "value").startsWith(prefix);
  }

  static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }

  /**
   * {@code system|value} of what nobody else may have: the document's unique id, the entryUUID, a
   * SubmissionSet's unique id. Until identifiers had types in MHD, UUIDs and OIDs were told by
   * their form.
   */
  static Set<String> unique(JsonNode resource) {
    var found = new LinkedHashSet<String>();
    JsonNode master = resource.path("masterIdentifier");
    if (!text(master, "value").isEmpty()) {
      found.add(token(master));
    }
    for (JsonNode identifier : resource.path("identifier")) {
      boolean typed = identifier.path("type").has("coding");
      if (isTyped(identifier, "uniqueId")
          || isTyped(identifier, "entryUUID")
          || !typed && (is(identifier, "urn:uuid:") || is(identifier, "urn:oid:"))) {
        found.add(token(identifier));
      }
    }
    return found;
  }

  private static String token(JsonNode identifier) {
    return text(identifier, "system") + "|" + text(identifier, "value");
  }

  /** Search criteria that find what has one of these identifiers; null for none. */
  static @Nullable String criteria(Set<String> identifiers) {
    if (identifiers.isEmpty()) {
      return null;
    }
    var values = new ArrayList<String>();
    for (String identifier : identifiers) {
      int bar = identifier.indexOf('|');
      values.add(
          SearchRequest.escaped(identifier.substring(0, bar))
              + "|"
              + SearchRequest.escaped(identifier.substring(bar + 1)));
    }
    return "identifier=" + URLEncoder.encode(String.join(",", values), StandardCharsets.UTF_8);
  }
}
