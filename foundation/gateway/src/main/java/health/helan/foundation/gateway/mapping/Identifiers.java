package health.helan.foundation.gateway.mapping;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.store.IdNumbers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Identifiers of messages (CX, EI) and the systems they get: the assigning authority's OID or URI
 * where it is sent, what the feed says of its name, else an address below the institution, so that
 * two hospitals' numbers never meet.
 */
public final class Identifiers {
  /** Citizen identity number (公民身份号码). */
  static final String CITIZEN = "urn:oid:2.16.156.10011.1.3";

  /** Also the health record's number and the health card's (general knowledge). */
  static final List<String> SHARED =
      List.of(CITIZEN, "urn:oid:2.16.156.10011.1.2", "urn:oid:2.16.156.10011.1.19");

  private static final String OWN = "https://helan.health/fhir/sid/";

  /** Types of CX-5 by which a patient is told from others, the best first (table 0203). */
  private static final List<String> PREFERRED = List.of("MR", "PI", "PT", "PN", "HC");

  private Identifiers() {}

  /** The repetition of PID-3 that stands for the patient; null when none has a value. */
  public static @Nullable Node preferred(List<? extends Node> repetitions) {
    for (String type : PREFERRED) {
      for (Node each : repetitions) {
        if (!each.text().isEmpty() && each.part(5).text().equals(type)) {
          return each;
        }
      }
    }
    for (Node each : repetitions) {
      if (!each.text().isEmpty()) {
        return each;
      }
    }
    return null;
  }

  /** What a CX names, the same wherever it stands; empty for nothing. */
  public static String named(Feed feed, @Nullable Node cx) {
    if (cx == null || cx.text().isEmpty()) {
      return "";
    }
    Plan.Key key = cx(feed, cx, "patient");
    return key.system() + "|" + key.value();
  }

  static Plan.Key cx(Feed feed, Node cx, String kind) {
    String value = cx.text();
    return new Plan.Key(
        IdNumbers.isValid(value) ? CITIZEN : hd(feed, cx.part(4), 1, kind), upper(value));
  }

  static Plan.Key ei(Feed feed, Node ei, String kind) {
    String authority = ei.part(2).text();
    String universal = ei.part(3).text();
    return new Plan.Key(system(feed, authority, universal, ei.part(4).text(), kind), ei.text());
  }

  /** The number that an institution's own system gave a resource. */
  public static Plan.Key numbered(Feed feed, String type, String id) {
    return new Plan.Key(own(feed, type), id);
  }

  /** What a plain number names, as {@link #named} says it of a CX; empty for nothing. */
  public static String ofText(Feed feed, String value, String kind) {
    if (value.isBlank()) {
      return "";
    }
    Plan.Key key = text(feed, value, kind);
    return key.system() + "|" + key.value();
  }

  /** What an II of HL7 version 3 names, the same wherever it stands; empty for nothing. */
  public static String ofInstance(Feed feed, Node ii) {
    Plan.Key key = instance(feed, ii);
    return key == null ? "" : key.system() + "|" + key.value();
  }

  static Plan.@Nullable Key instance(Feed feed, Node ii) {
    return instance(
        feed, first(ii, "@root"), first(ii, "@extension"), first(ii, "@assigningAuthorityName"));
  }

  private static String first(Node node, String path) {
    List<? extends Node> found = node.select(path);
    return found.isEmpty() ? "" : found.getFirst().text();
  }

  /**
   * The key that an II names. A root alone is an identifier in itself: {@code urn:uuid:} or {@code
   * urn:oid:} under RFC 3986, as C-CDA on FHIR does it.
   *
   * @param name of the assigning authority; empty for none
   */
  private static Plan.@Nullable Key instance(
      Feed feed, String root, String extension, String name) {
    boolean isUuid = root.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    boolean isOid = root.matches("[0-2](\\.\\d+)+");
    if (extension.isEmpty()) {
      if (root.isEmpty()) {
        return null;
      }
      String uri = isUuid ? "urn:uuid:" + root.toLowerCase(Locale.ROOT) : "urn:oid:" + root;
      return isUuid || isOid
          ? new Plan.Key("urn:ietf:rfc:3986", uri)
          : new Plan.Key(own(feed, "document-ids"), root);
    }
    if (IdNumbers.isValid(extension)) {
      return new Plan.Key(CITIZEN, upper(extension));
    }
    String known = feed.systems().get(root.isEmpty() ? name : root);
    if (known == null && !root.isEmpty()) {
      known = feed.systems().get(name);
    }
    if (known != null) {
      return new Plan.Key(known, extension);
    }
    String system =
        isUuid
            ? "urn:uuid:" + root.toLowerCase(Locale.ROOT)
            : isOid ? "urn:oid:" + root : own(feed, root.isEmpty() ? name : root);
    return new Plan.Key(system, extension);
  }

  static Plan.Key text(Feed feed, String value, String kind) {
    return IdNumbers.isValid(value)
        ? new Plan.Key(CITIZEN, upper(value))
        : new Plan.Key(own(feed, kind), value);
  }

  /** System of an assigning authority (HD: name, universal id, its type) of patients' numbers. */
  public static String ofAuthority(Feed feed, String name, String universal, String type) {
    return system(feed, name, universal, type, "patient");
  }

  /** The identifier that a number and its assigning authority name: system and value. */
  public static Plan.Key ofNumber(
      Feed feed, String value, String name, String universal, String type) {
    return IdNumbers.isValid(value)
        ? new Plan.Key(CITIZEN, upper(value))
        : new Plan.Key(ofAuthority(feed, name, universal, type), value);
  }

  /**
   * The other way round: name, universal id and its type that stand for a system in what is sent to
   * the feed's system.
   */
  public static String[] authority(Feed feed, String system) {
    for (var known : feed.systems().entrySet()) {
      if (known.getValue().equals(system)) {
        return new String[] {known.getKey(), "", ""};
      }
    }
    if (system.startsWith("urn:oid:")) {
      return new String[] {"", system.substring("urn:oid:".length()), "ISO"};
    }
    if (system.startsWith("urn:uuid:")) {
      return new String[] {"", system.substring("urn:uuid:".length()), "UUID"};
    }
    String own = own(feed, "");
    if (system.startsWith(own)) {
      return new String[] {
        java.net.URLDecoder.decode(system.substring(own.length()), StandardCharsets.UTF_8), "", ""
      };
    }
    return new String[] {"", system, "URI"};
  }

  static String canonical(Feed feed, String value, String kind) {
    return own(feed, kind) + "/" + encoded(value);
  }

  private static String upper(String value) {
    return IdNumbers.isValid(value) ? value.toUpperCase(Locale.ROOT) : value;
  }

  private static String hd(Feed feed, Node hd, int first, String kind) {
    return system(
        feed, hd.part(first).text(), hd.part(first + 1).text(), hd.part(first + 2).text(), kind);
  }

  static String system(Feed feed, String name, String universal, String type, String kind) {
    String known = feed.systems().get(name);
    if (known != null) {
      return known;
    }
    if (universal.matches("[0-2](\\.\\d+)+")) {
      return "urn:oid:" + universal;
    }
    if (universal.contains("://")) {
      return universal;
    }
    if ((type.equals("GUID") || type.equals("UUID")) && universal.matches("[0-9a-fA-F-]{36}")) {
      return "urn:uuid:" + universal.toLowerCase(Locale.ROOT);
    }
    if (name.matches("[0-2](\\.\\d+)+")) {
      return "urn:oid:" + name;
    }
    String named = name.isEmpty() ? universal : name;
    return own(feed, named.isEmpty() ? kind : named);
  }

  /** A system of this institution alone. */
  static String own(Feed feed, String name) {
    return OWN + feed.institution() + "/" + encoded(name);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** System of a code's table by its name in CWE-3 (table 0396). */
  static String codeSystem(Feed feed, String name) {
    String known = feed.systems().get(name);
    if (known != null) {
      return known;
    }
    if (name.contains("://") || name.startsWith("urn:")) {
      return name;
    }
    if (name.matches("[0-2](\\.\\d+)+")) {
      return "urn:oid:" + name;
    }
    if (name.matches("HL7\\d{4}")) {
      return "http://terminology.hl7.org/CodeSystem/v2-" + name.substring(3);
    }
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "LN", "LOINC" -> "http://loinc.org";
      case "SCT", "SNM", "SNM3", "SNOMED", "SNOMED-CT" -> "http://snomed.info/sct";
      case "I10", "ICD10", "ICD-10" -> "http://hl7.org/fhir/sid/icd-10";
      case "I10C", "ICD-10-CM" -> "http://hl7.org/fhir/sid/icd-10-cm";
      case "I9", "I9C", "I9CDX", "ICD-9-CM" -> "http://hl7.org/fhir/sid/icd-9-cm";
      case "CVX" -> "http://hl7.org/fhir/sid/cvx";
      case "NDC" -> "http://hl7.org/fhir/sid/ndc";
      case "RXNORM" -> "http://www.nlm.nih.gov/research/umls/rxnorm";
      case "UCUM" -> "http://unitsofmeasure.org";
      case "C4", "CPT", "CPT4" -> "http://www.ama-assn.org/go/cpt";
      case "" -> own(feed, "codes");
      default -> own(feed, "codes") + "/" + encoded(name);
    };
  }

  /** True for a system that {@link #codeSystem} made of a name that says nothing elsewhere. */
  static boolean isOwnCodeSystem(Feed feed, String system) {
    String own = own(feed, "codes");
    return system.equals(own) || system.startsWith(own + "/");
  }

  static ObjectNode json(Plan.Key key) {
    ObjectNode identifier = Run.object();
    if (!key.system().isEmpty()) {
      identifier.put("system", key.system());
    }
    identifier.put("value", key.value());
    return identifier;
  }
}
