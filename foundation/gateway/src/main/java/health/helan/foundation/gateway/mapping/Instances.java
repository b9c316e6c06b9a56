package health.helan.foundation.gateway.mapping;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Functions for the data types of HL7 version 3 (CDA R2): II, CD, PQ, IVL, PN, AD, TEL, ED. What a
 * nullFlavor says is kept where FHIR has a place for it, and nothing is made up in its stead.
 */
final class Instances {
  private static final String UCUM = "http://unitsofmeasure.org";
  private static final String NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";

  static final Map<String, Functions.Function> ALL =
      Map.ofEntries(
          Map.entry("ii", (run, v, kind) -> v instanceof Node n ? identifier(run, n, kind) : null),
          Map.entry("cd", (run, v, how) -> v instanceof Node n ? concept(run, n, how) : null),
          Map.entry("cv", (run, v, _) -> v instanceof Node n ? coding(run, n) : null),
          Map.entry("pq", (_, v, _) -> v instanceof Node n ? quantity(n) : null),
          Map.entry("pqRange", (_, v, _) -> v instanceof Node n ? range(n) : null),
          Map.entry("limits", (_, v, _) -> v instanceof Node n ? limits(n) : null),
          Map.entry("period", (run, v, _) -> v instanceof Node n ? period(run, n) : null),
          Map.entry("moment", (run, v, _) -> v instanceof Node n ? moment(run, n) : null),
          Map.entry("repeat", (_, v, _) -> v instanceof Node n ? repeat(n) : null),
          Map.entry("pn", (_, v, _) -> v instanceof Node n ? name(n) : null),
          Map.entry("ad", (_, v, _) -> v instanceof Node n ? address(n) : null),
          Map.entry("tel", (_, v, _) -> v instanceof Node n ? telecom(n) : null),
          Map.entry("ed", (run, v, _) -> v instanceof Node n ? attachment(run, n) : null),
          Map.entry("role", (run, v, type) -> v instanceof Node n ? role(run, n, type) : null),
          Map.entry("xhtml", (_, v, _) -> v instanceof Node n ? n.narrative() : null),
          Map.entry("measured", (run, v, _) -> v instanceof Node n ? measured(run, n) : null),
          Map.entry("absent", (_, v, _) -> absent(v)));

  private Instances() {}

  private static String at(Node node, String path) {
    List<? extends Node> found = node.select(path);
    return found.isEmpty() ? "" : found.getFirst().text();
  }

  private static @Nullable Node first(Node node, String path) {
    List<? extends Node> found = node.select(path);
    return found.isEmpty() ? null : found.getFirst();
  }

  private static void put(ObjectNode object, String name, String value) {
    if (!value.isBlank()) {
      object.put(name, value.strip());
    }
  }

  // ------------------------------------------------------------------ identifiers and codes

  private static Plan.@Nullable Key key(Run run, Node ii) {
    return Identifiers.instance(run.feed(), ii);
  }

  private static @Nullable ObjectNode identifier(Run run, Node ii, String kind) {
    Plan.Key key = key(run, ii);
    return key == null ? null : Identifiers.json(key);
  }

  /** System of a code by its OID. */
  private static String system(Run run, Node code) {
    String oid = at(code, "@codeSystem");
    String name = at(code, "@codeSystemName");
    String known = run.feed().systems().get(oid.isEmpty() ? name : oid);
    if (known != null) {
      return known;
    }
    return switch (oid) {
      case "2.16.840.1.113883.6.1" -> "http://loinc.org";
      case "2.16.840.1.113883.6.96" -> "http://snomed.info/sct";
      case "2.16.840.1.113883.6.3" -> "http://hl7.org/fhir/sid/icd-10";
      case "2.16.840.1.113883.6.90" -> "http://hl7.org/fhir/sid/icd-10-cm";
      case "2.16.840.1.113883.6.103" -> "http://hl7.org/fhir/sid/icd-9-cm";
      case "2.16.840.1.113883.6.88" -> "http://www.nlm.nih.gov/research/umls/rxnorm";
      case "2.16.840.1.113883.6.69" -> "http://hl7.org/fhir/sid/ndc";
      case "2.16.840.1.113883.6.12" -> "http://www.ama-assn.org/go/cpt";
      case "2.16.840.1.113883.12.292", "2.16.840.1.113883.6.59" -> "http://hl7.org/fhir/sid/cvx";
      case "2.16.840.1.113883.4.9" -> "http://fdasis.nlm.nih.gov";
      case "2.16.840.1.113883.6.8" -> UCUM;
      case "2.16.840.1.113883.5.1" ->
          "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender";
      case "2.16.840.1.113883.5.2" -> "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
      case "2.16.840.1.113883.5.4" -> "http://terminology.hl7.org/CodeSystem/v3-ActCode";
      case "2.16.840.1.113883.5.83" ->
          "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
      case "2.16.840.1.113883.5.111" -> "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
      case "2.16.840.1.113883.5.112" ->
          "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration";
      case "2.16.840.1.113883.5.1008" -> NULL_FLAVOR;
      default ->
          oid.matches("[0-2](\\.\\d+)+")
              ? "urn:oid:" + oid
              : Identifiers.codeSystem(run.feed(), name);
    };
  }

  private static @Nullable ObjectNode coding(Run run, Node code) {
    String value = at(code, "@code").replaceAll("\\s+", " ");
    if (value.isEmpty()) {
      return null;
    }
    ObjectNode coding = Run.object();
    coding.put("system", system(run, code));
    coding.put("code", value);
    put(coding, "display", at(code, "@displayName"));
    return coding;
  }

  /**
   * CD, CE, CV as CodeableConcept, translations too. {@code cd needed}: where the sender says only
   * that it is unknown, that is what it says; without it, nothing.
   */
  private static @Nullable ObjectNode concept(Run run, Node cd, String how) {
    ObjectNode concept = Run.object();
    ArrayNode codings = Run.array();
    ObjectNode own = coding(run, cd);
    if (own != null) {
      codings.add(own);
    }
    for (Node translation : cd.select("translation")) {
      ObjectNode other = coding(run, translation);
      if (other != null && !contains(codings, other)) {
        codings.add(other);
      }
    }
    if (!codings.isEmpty()) {
      Functions.translate(run, codings);
    }
    Node original = first(cd, "originalText");
    String text = original == null ? "" : original.whole();
    if (text.isEmpty()) {
      text = at(cd, "@displayName");
    }
    if (text.isEmpty() && codings.isEmpty()) {
      text = cd.whole();
    }
    if (text.isEmpty() && codings.isEmpty()) {
      if (!how.equals("needed")) {
        return null;
      }
      String flavor = at(cd, "@nullFlavor");
      codings
          .addObject()
          .put("system", NULL_FLAVOR)
          .put("code", flavor.matches("[A-Z]{2,6}") ? flavor : "NI");
    }
    if (!codings.isEmpty()) {
      concept.set("coding", codings);
    }
    put(concept, "text", text);
    return concept;
  }

  private static boolean contains(ArrayNode codings, ObjectNode other) {
    for (JsonNode each : codings) {
      if (each.path("system").equals(other.path("system"))
          && each.path("code").equals(other.path("code"))) {
        return true;
      }
    }
    return false;
  }

  // ------------------------------------------------------------------ quantities

  private static @Nullable ObjectNode quantity(Node pq) {
    BigDecimal number = Functions.number(at(pq, "@value").strip());
    if (number == null) {
      return null;
    }
    ObjectNode quantity = Run.object();
    quantity.put("value", number);
    String unit = at(pq, "@unit");
    if (!unit.isEmpty()) {
      quantity.put("unit", unit);
      if (unit.matches("[!-~]{1,60}")) {
        // PQ.unit is UCUM (HL7 data types R1); what is not written in its characters is none.
        quantity.put("system", UCUM);
        quantity.put("code", unit);
      }
    }
    return quantity;
  }

  private static @Nullable ObjectNode range(Node ivl) {
    Node low = first(ivl, "low");
    Node high = first(ivl, "high");
    ObjectNode range = Run.object();
    ObjectNode from = low == null ? null : quantity(low);
    ObjectNode to = high == null ? null : quantity(high);
    if (from != null) {
      range.set("low", from);
    }
    if (to != null) {
      range.set("high", to);
    }
    return range.isEmpty() ? null : range;
  }

  /** Of an observationRange: low and high, and the text. */
  private static @Nullable ObjectNode limits(Node observationRange) {
    Node value = first(observationRange, "value");
    ObjectNode limits = value == null ? null : range(value);
    if (limits == null) {
      limits = Run.object();
    }
    Node text = first(observationRange, "text");
    if (text == null && value != null && limits.isEmpty()) {
      text = value;
    }
    put(limits, "text", text == null ? "" : text.whole());
    return limits.isEmpty() ? null : limits;
  }

  // ------------------------------------------------------------------ times

  private static @Nullable String time(Run run, @Nullable Node ts) {
    if (ts == null) {
      return null;
    }
    String value = at(ts, "@value");
    if (value.isEmpty()) {
      return null;
    }
    String made = Times.dateTime(value, run.feed().zone());
    if (made == null) {
      run.find("gateway.found-no-time", ts.place());
    }
    return made;
  }

  /** IVL_TS or TS as Period. */
  private static @Nullable ObjectNode period(Run run, Node ivl) {
    ObjectNode period = Run.object();
    String start = time(run, first(ivl, "low"));
    String end = time(run, first(ivl, "high"));
    String point = time(run, ivl);
    if (start == null && end == null) {
      start = point != null ? point : time(run, first(ivl, "center"));
      end = point;
    }
    if (start != null && end != null && !isInOrder(start, end)) {
      run.find("gateway.found-wrong-period", ivl.place());
      end = null;
    }
    if (start != null) {
      period.put("start", start);
    }
    if (end != null) {
      period.put("end", end);
    }
    return period.isEmpty() ? null : period;
  }

  /** As far as both are precise; zones may differ by less than a day. */
  private static boolean isInOrder(String start, String end) {
    int length = Math.min(10, Math.min(start.length(), end.length()));
    return start.substring(0, length).compareTo(end.substring(0, length)) <= 0;
  }

  /** The time of TS, or the beginning of IVL_TS. */
  private static @Nullable String moment(Run run, Node ts) {
    String point = time(run, ts);
    if (point != null) {
      return point;
    }
    for (String path : List.of("low", "center", "high")) {
      String found = time(run, first(ts, path));
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** PIVL_TS as Timing.repeat: once in so long. */
  private static @Nullable ObjectNode repeat(Node pivl) {
    Node each = first(pivl, "period");
    BigDecimal number = each == null ? null : Functions.number(at(each, "@value"));
    if (each == null || number == null || number.signum() <= 0) {
      return null;
    }
    String unit = at(each, "@unit");
    if (!List.of("s", "min", "h", "d", "wk", "mo", "a").contains(unit)) {
      return null;
    }
    return Run.object().put("frequency", 1).put("period", number).put("periodUnit", unit);
  }

  // ------------------------------------------------------------------ people and places

  private static @Nullable ObjectNode name(Node pn) {
    ObjectNode name = Run.object();
    put(
        name,
        "use",
        switch (at(pn, "@use").split(" ")[0]) {
          case "L", "C" -> "official";
          case "P", "A" -> "nickname";
          default -> "";
        });
    String family = words(pn, "family");
    var given = texts(pn, "given");
    String whole = pn.whole();
    put(name, "text", family.isEmpty() && given.isEmpty() ? whole : display(pn));
    put(name, "family", family);
    putAll(name, "given", given);
    putAll(name, "prefix", texts(pn, "prefix"));
    putAll(name, "suffix", texts(pn, "suffix"));
    return name.size() == 1 && name.has("use") || name.isEmpty() ? null : name;
  }

  /** A name as one says it: Chinese without a blank, the family first. */
  private static String display(Node pn) {
    String family = words(pn, "family");
    String given = String.join(" ", texts(pn, "given"));
    boolean isHan =
        (family + given)
            .codePoints()
            .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    String name = isHan ? family + given.replace(" ", "") : (given + " " + family).strip();
    return name.isEmpty() ? pn.whole() : name;
  }

  private static List<String> texts(Node node, String path) {
    var texts = new ArrayList<String>();
    for (Node each : node.select(path)) {
      if (!each.whole().isEmpty()) {
        texts.add(each.whole());
      }
    }
    return texts;
  }

  private static String words(Node node, String path) {
    return String.join(" ", texts(node, path));
  }

  private static void putAll(ObjectNode object, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = object.putArray(name);
      texts.forEach(array::add);
    }
  }

  private static @Nullable ObjectNode address(Node ad) {
    ObjectNode address = Run.object();
    var lines = new ArrayList<>(texts(ad, "streetAddressLine"));
    if (lines.isEmpty()) {
      String street = (words(ad, "streetName") + " " + words(ad, "houseNumber")).strip();
      if (!street.isEmpty()) {
        lines.add(street);
      }
    }
    putAll(address, "line", lines);
    put(address, "city", words(ad, "city"));
    // Chinese addresses go down to the village (township and precinct of CDA).
    put(
        address,
        "district",
        (words(ad, "county") + " " + words(ad, "township") + " " + words(ad, "precinct")).strip());
    put(address, "state", words(ad, "state"));
    put(address, "postalCode", words(ad, "postalCode"));
    put(address, "country", words(ad, "country"));
    if (address.isEmpty()) {
      put(address, "text", ad.whole());
    }
    if (address.isEmpty()) {
      return null;
    }
    String use =
        switch (at(ad, "@use").split(" ")[0]) {
          case "H", "HP", "HV" -> "home";
          case "WP", "DIR", "PUB" -> "work";
          case "TMP" -> "temp";
          case "BAD" -> "old";
          default -> "";
        };
    put(address, "use", use);
    return address;
  }

  private static @Nullable ObjectNode telecom(Node tel) {
    String value = at(tel, "@value");
    if (value.isEmpty()) {
      value = tel.whole();
    }
    int colon = value.indexOf(':');
    String scheme = colon < 0 ? "" : value.substring(0, colon).toLowerCase(Locale.ROOT);
    String system =
        switch (scheme) {
          case "mailto" -> "email";
          case "fax", "x-text-fax" -> "fax";
          case "http", "https", "ftp" -> "url";
          default -> value.contains("@") ? "email" : "phone";
        };
    String rest = system.equals("url") || colon < 0 ? value : value.substring(colon + 1);
    if (rest.isBlank()) {
      return null;
    }
    ObjectNode telecom = Run.object();
    telecom.put("system", system);
    telecom.put("value", rest.strip());
    put(
        telecom,
        "use",
        switch (at(tel, "@use").split(" ")[0]) {
          case "H", "HP", "HV" -> "home";
          case "WP", "DIR", "PUB" -> "work";
          case "MC" -> "mobile";
          case "TMP" -> "temp";
          case "BAD" -> "old";
          default -> "";
        });
    return telecom;
  }

  /**
   * A role (assignedAuthor, assignedEntity, an organization) as a logical reference with number and
   * name: only master files write the registries of people and institutions.
   */
  private static @Nullable ObjectNode role(Run run, Node role, String type) {
    ObjectNode reference = Run.object();
    Node id = first(role, "id");
    Plan.Key key = id == null ? null : key(run, id);
    if (key != null) {
      reference.put("type", type.isEmpty() ? "Practitioner" : type);
      reference.set("identifier", Identifiers.json(key));
    }
    String display = "";
    for (String path :
        List.of(
            "assignedPerson/name",
            "informationRecipient/name",
            "playingEntity/name",
            "relatedPerson/name",
            "name",
            "representedOrganization/name",
            "receivedOrganization/name",
            "assignedAuthoringDevice/softwareName")) {
      Node name = first(role, path);
      if (display.isEmpty() && name != null) {
        display = display(name);
      }
    }
    put(reference, "display", display);
    return reference.isEmpty() ? null : reference;
  }

  // ------------------------------------------------------------------ values

  /** ED with its bytes, or where they lie. */
  private static @Nullable ObjectNode attachment(Run run, Node ed) {
    ObjectNode attachment = Run.object();
    String type = at(ed, "@mediaType").toLowerCase(Locale.ROOT);
    boolean isBase64 = at(ed, "@representation").equals("B64");
    attachment.put(
        "contentType",
        type.isEmpty() ? isBase64 ? "application/octet-stream" : "text/plain" : type);
    String link = at(ed, "reference/@value");
    if (!link.isEmpty() && !link.startsWith("#")) {
      if (link.matches(".*\\s.*")) {
        return null;
      }
      attachment.put("url", link);
      return attachment;
    }
    String text = ed.whole();
    if (text.isEmpty()) {
      return null;
    }
    if (isBase64) {
      try {
        byte[] data = java.util.Base64.getMimeDecoder().decode(text);
        attachment.put("data", java.util.Base64.getEncoder().encodeToString(data));
      } catch (IllegalArgumentException e) {
        run.find("gateway.found-broken-data", ed.place());
        return null;
      }
    } else {
      attachment.put(
          "data",
          java.util.Base64.getEncoder()
              .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    return attachment;
  }

  /** Why a value is not there (FHIR's data-absent-reason), by its nullFlavor. */
  private static @Nullable ObjectNode absent(Object flavor) {
    String code = flavor instanceof Node node ? node.text() : flavor.toString();
    String reason =
        switch (code) {
          case "" -> "";
          case "UNK", "QS", "TRC" -> "unknown";
          case "ASKU" -> "asked-unknown";
          case "NAV" -> "temp-unknown";
          case "NASK" -> "not-asked";
          case "MSK" -> "masked";
          case "NA" -> "not-applicable";
          case "NINF" -> "negative-infinity";
          case "PINF" -> "positive-infinity";
          case "UNC", "OTH" -> "unsupported";
          default -> "unknown";
        };
    if (reason.isEmpty()) {
      return null;
    }
    ObjectNode concept = Run.object();
    concept
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/data-absent-reason")
        .put("code", reason);
    return concept;
  }

  /**
   * The value of an observation as {@code valueQuantity} and so on, by its xsi:type; {@code
   * dataAbsentReason} where it has none.
   */
  private static @Nullable ObjectNode measured(Run run, Node observation) {
    ObjectNode value = Run.object();
    List<? extends Node> values = observation.select("value");
    if (values.isEmpty()) {
      String flavor = at(observation, "value/@nullFlavor");
      ObjectNode reason = flavor.isEmpty() ? null : absent(flavor);
      if (reason != null) {
        value.set("dataAbsentReason", reason);
      }
      return value;
    }
    Node given = values.getFirst();
    String type = at(given, "@type");
    switch (type) {
      case "PQ", "INT", "REAL", "MO" -> {
        ObjectNode quantity = quantity(given);
        if (quantity != null) {
          value.set("valueQuantity", quantity);
        }
      }
      case "IVL_PQ", "IVL_INT", "IVL_REAL" -> interval(given, value);
      case "CD", "CE", "CV", "CO", "CS" -> {
        ObjectNode concept = concept(run, given, "");
        if (concept != null) {
          value.set("valueCodeableConcept", concept);
        }
      }
      case "TS" -> {
        String time = time(run, given);
        if (time != null) {
          value.put("valueDateTime", time);
        }
      }
      case "IVL_TS" -> {
        ObjectNode period = period(run, given);
        if (period != null) {
          value.set("valuePeriod", period);
        }
      }
      case "BL" -> {
        String word = at(given, "@value");
        if (word.equals("true") || word.equals("false")) {
          value.set("valueBoolean", BooleanNode.valueOf(word.equals("true")));
        }
      }
      case "RTO", "RTO_PQ_PQ", "RTO_QTY_QTY" -> {
        Node numerator = first(given, "numerator");
        Node denominator = first(given, "denominator");
        ObjectNode above = numerator == null ? null : quantity(numerator);
        ObjectNode below = denominator == null ? null : quantity(denominator);
        if (above != null && below != null) {
          ObjectNode ratio = value.putObject("valueRatio");
          ratio.set("numerator", above);
          ratio.set("denominator", below);
        }
      }
      default -> put(value, "valueString", given.whole());
    }
    if (value.isEmpty()) {
      // Of another kind than its type says, or only a text beside a nullFlavor: kept as text.
      String text = given.whole().isEmpty() ? given.text() : given.whole();
      if (!text.isEmpty()) {
        run.find("gateway.found-other-kind", given.place(), type);
        value.put("valueString", text);
      } else {
        ObjectNode reason = absent(at(given, "@nullFlavor"));
        if (reason != null) {
          value.set("dataAbsentReason", reason);
        }
      }
    }
    return value;
  }

  /** An interval with one end is a comparison: more than, less than. */
  private static void interval(Node ivl, ObjectNode value) {
    Node low = first(ivl, "low");
    Node high = first(ivl, "high");
    ObjectNode from = low == null ? null : quantity(low);
    ObjectNode to = high == null ? null : quantity(high);
    if (from != null && to != null) {
      value.set("valueRange", Objects.requireNonNull(range(ivl)));
    } else if (from != null && low != null) {
      from.put("comparator", at(low, "@inclusive").equals("false") ? ">" : ">=");
      value.set("valueQuantity", from);
    } else if (to != null && high != null) {
      to.put("comparator", at(high, "@inclusive").equals("false") ? "<" : "<=");
      value.set("valueQuantity", to);
    } else {
      ObjectNode quantity = quantity(ivl);
      if (quantity != null) {
        value.set("valueQuantity", quantity);
      }
    }
  }
}
