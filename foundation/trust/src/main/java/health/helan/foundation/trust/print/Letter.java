package health.helan.foundation.trust.print;

import health.helan.foundation.rest.FhirOperation.Call;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.signature.Verification;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A document as the caller may see it, on its way to paper: with the institution it comes from, the
 * resident it is about (masked where the policy masks), and the resources it refers to.
 */
final class Letter {
  /** Items of one prescription; the rules of most places allow five kinds of drug on one. */
  private static final int MOST_ITEMS = 50;

  private final Call call;
  final ObjectNode document;
  final String type;
  final String id;
  final int version;
  private final Map<String, @Nullable ObjectNode> read = new LinkedHashMap<>();

  Letter(Call call, ResourceVersion version) {
    this.call = call;
    this.document = (ObjectNode) Json.MAPPER.readTree(version.content());
    this.type = version.type();
    this.id = version.id();
    this.version = version.version();
  }

  /** What a reference points to, as the caller sees it; null for what it does not see. */
  @Nullable ObjectNode at(JsonNode reference) {
    String text = reference.path("reference").asString("");
    if (text.startsWith("#")) {
      for (JsonNode contained : document.path("contained")) {
        if (contained.path("id").asString("").equals(text.substring(1))) {
          return (ObjectNode) contained;
        }
      }
      return null;
    }
    return text.matches("[A-Za-z]+/[A-Za-z0-9\\-.]{1,64}(/_history/[0-9]+)?") ? read(text) : null;
  }

  private @Nullable ObjectNode read(String text) {
    String[] parts = text.split("/");
    return read.computeIfAbsent(
        text,
        _ -> {
          try {
            return (ObjectNode)
                Json.MAPPER.readTree(
                    call.store().read(call.caller(), parts[0], parts[1]).content());
          } catch (Refusal e) {
            if (e.kind() == Refusal.Kind.TRANSIENT) {
              throw e;
            }
            return null; // Not there, or not for this caller: the paper does without.
          }
        });
  }

  /**
   * Whether what was signed with a document, the values of a report, is what the paper shows: the
   * paper shows it as it is now.
   */
  boolean shows(Verification signature) {
    for (String target : signature.targets().subList(1, signature.targets().size())) {
      int end = target.indexOf("/_history/");
      ObjectNode there = read(target.substring(0, end));
      if (there != null
          && !target.endsWith("/_history/" + there.path("meta").path("versionId").asString(""))) {
        return false;
      }
    }
    return true;
  }

  /** Name of who or what a reference points to. */
  String nameAt(JsonNode reference) {
    ObjectNode there = at(reference);
    if (there != null) {
      if (there.path("name").isString()) {
        return there.path("name").stringValue();
      }
      String name = Words.name(there.path("name"));
      if (!name.isEmpty()) {
        return name;
      }
      if (there.path("resourceType").asString("").equals("PractitionerRole")) {
        return nameAt(there.path("practitioner"));
      }
      if (there.has("code")) {
        return Words.concept(there.path("code"));
      }
    }
    return reference.path("display").asString("");
  }

  // ------------------------------------------------------------------ head

  /** The institution it comes from; empty where nothing tells. */
  String institution(List<Verification> signatures) {
    for (Verification signature : signatures) {
      JsonNode behalf = signature.provenance().path("signature").path(0).path("onBehalfOf");
      if (behalf.path("reference").asString("").startsWith("Organization/")) {
        String name = nameAt(behalf);
        if (!name.isEmpty()) {
          return name;
        }
      }
    }
    for (String element :
        new String[] {
          "custodian",
          "organization",
          "performer",
          "authority",
          "managingOrganization",
          "author",
          "requester"
        }) {
      JsonNode node = document.path(element);
      for (JsonNode one : node.isArray() ? node : List.of(node)) {
        JsonNode reference = one.has("actor") ? one.path("actor") : one;
        if (reference.path("reference").asString("").startsWith("Organization/")) {
          String name = nameAt(reference);
          if (!name.isEmpty()) {
            return name;
          }
        }
      }
    }
    ObjectNode encounter = at(document.path("encounter"));
    if (encounter != null) {
      return nameAt(encounter.path("serviceProvider"));
    }
    return "";
  }

  String title() {
    String own = document.path("title").asString("");
    return own.isEmpty() ? Words.title(type) : own;
  }

  JsonNode subject() {
    for (String element : new String[] {"subject", "patient"}) {
      JsonNode node = document.path(element);
      JsonNode one = node.isArray() ? node.path(0) : node;
      if (one.has("reference") || one.has("display")) {
        return one;
      }
    }
    return document.path("subject");
  }

  /** Name, sex, age, number: whatever of it the caller sees, as masked as it is seen. */
  List<String[]> resident() {
    var facts = new ArrayList<String[]>();
    JsonNode reference = subject();
    ObjectNode patient = at(reference);
    if (patient == null) {
      facts.add(new String[] {"姓名", reference.path("display").asString("（不可见）")});
      return facts;
    }
    facts.add(new String[] {"姓名", nameAt(reference)});
    facts.add(new String[] {"性别", Words.gender(patient.path("gender").asString(""))});
    facts.add(new String[] {"年龄", age(patient.path("birthDate").asString(""))});
    for (JsonNode identifier : patient.path("identifier")) {
      String value = identifier.path("value").asString("");
      if (!value.isEmpty()) {
        String label = identifier.path("type").path("text").asString("");
        facts.add(new String[] {label.isEmpty() ? "证件号" : label, shortened(value)});
        break;
      }
    }
    return facts;
  }

  /** Paper is passed on: even to who sees the whole number it shows the middle of none. */
  private static String shortened(String number) {
    return number.length() < 11 || number.contains("*")
        ? number
        : number.substring(0, 4)
            + "*".repeat(number.length() - 8)
            + number.substring(number.length() - 4);
  }

  private String age(String birth) {
    if (birth.length() != 10) {
      return birth.length() == 4 ? birth + " 年生" : "";
    }
    LocalDate at = LocalDate.now(java.time.ZoneId.of("Asia/Shanghai"));
    String written = written();
    try {
      if (written.length() >= 10) {
        at = LocalDate.parse(written.substring(0, 10));
      }
      Period age = Period.between(LocalDate.parse(birth), at);
      return age.getYears() >= 3
          ? age.getYears() + " 岁"
          : age.getYears() * 12 + age.getMonths() + " 月";
    } catch (java.time.DateTimeException e) {
      return "";
    }
  }

  /** When it was written. */
  String written() {
    for (String element :
        new String[] {
          "authoredOn",
          "issued",
          "dateTime",
          "date",
          "created",
          "authored",
          "effectiveDateTime",
          "whenHandedOver"
        }) {
      String text = document.path(element).asString("");
      if (!text.isEmpty()) {
        return Words.date(text);
      }
    }
    return Words.date(document.path("meta").path("lastUpdated").asString(""));
  }

  // ------------------------------------------------------------------ prescriptions

  /** All items of the prescription that this one belongs to, itself among them. */
  List<ResourceVersion> items(ResourceVersion self) {
    JsonNode group = document.path("groupIdentifier");
    String patient = document.path("subject").path("reference").asString("");
    if (!group.has("value") || !patient.startsWith("Patient/")) {
      return List.of(self);
    }
    SearchResult found =
        call.store()
            .search(
                call.caller(),
                new SearchRequest(
                    "MedicationRequest",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("patient", patient),
                        new SearchRequest.Parameter("_sort", "-_lastUpdated"),
                        new SearchRequest.Parameter("_count", "500")),
                    false));
    var items = new ArrayList<ResourceVersion>();
    items.add(self);
    for (SearchResult.Entry entry : found.entries()) {
      ResourceVersion one = entry.resource();
      JsonNode its = Json.MAPPER.readTree(one.content()).path("groupIdentifier");
      if (!one.id().equals(id)
          && its.path("value").asString("").equals(group.path("value").asString(""))
          && its.path("system").asString("").equals(group.path("system").asString(""))
          && items.size() < MOST_ITEMS) {
        items.add(one);
      }
    }
    items.sort(java.util.Comparator.comparing(ResourceVersion::id));
    return items;
  }
}
