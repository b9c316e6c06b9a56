package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.mapping.Identifiers;
import health.helan.foundation.gateway.mapping.Plan;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Persons;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchEngine;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cross-reference and demographics queries, answered on the connection that they came on: {@code
 * QBP^Q23} by {@code RSP^K23} (IHE ITI TF-2 3.9, PIX Query [ITI-9]) and {@code QBP^Q22} by {@code
 * RSP^K22} (3.21, Patient Demographics Query [ITI-21]); HL7 v2.5, chapters 3 and 5. With the eyes
 * of the feed's institution: what it may not see is not there. Kept nowhere but in the audit.
 */
final class Queries {
  private static final DateTimeFormatter NOW = DateTimeFormatter.ofPattern("uuuuMMddHHmmssxx");
  private static final int PAGE = 50;
  private static final int MOST = 200;

  /** HL7 table 0357: unknown key identifier, required field missing, table value not found. */
  private static final int UNKNOWN = 204;

  private static final int MISSING = 101;
  private static final int NOT_IN_TABLE = 103;

  /** Fields of PID that are searched by: the parameter and how the value is written there. */
  private static final Map<String, String> FIELDS = new LinkedHashMap<>();

  static {
    FIELDS.put("PID.5.1.1", "family");
    FIELDS.put("PID.5.1", "family");
    FIELDS.put("PID.5.2", "given");
    FIELDS.put("PID.5", "name");
    FIELDS.put("PID.7.1", "birthdate");
    FIELDS.put("PID.7", "birthdate");
    FIELDS.put("PID.8", "gender");
    FIELDS.put("PID.11.1.1", "address");
    FIELDS.put("PID.11.1", "address");
    FIELDS.put("PID.11.3", "address-city");
    FIELDS.put("PID.11.4", "address-state");
    FIELDS.put("PID.11.5", "address-postalcode");
    FIELDS.put("PID.11.6", "address-country");
    FIELDS.put("PID.13.1", "telecom");
    FIELDS.put("PID.13", "telecom");
  }

  private final Er7 asked;
  private final Er7.Segment query;
  private final Er7.Separators by;
  private final Charset charset;
  private final Feed feed;
  private final boolean isCross;

  private Queries(Er7 asked, Er7.Segment query, Charset charset, Feed feed, boolean isCross) {
    this.asked = asked;
    this.query = query;
    this.by = asked.separators();
    this.charset = charset;
    this.feed = feed;
    this.isCross = isCross;
  }

  /**
   * False for what is certainly none: its header, which stands at its beginning, names another
   * kind. In all character sets but UTF-16, which shows by its zeros, the name is these three
   * bytes.
   */
  private static boolean mayAsk(byte[] bytes) {
    int most = Math.min(bytes.length, 1_000);
    for (int i = 0; i < most; i++) {
      if (bytes[i] == 0
          || i + 2 < most && bytes[i] == 'Q' && bytes[i + 1] == 'B' && bytes[i + 2] == 'P') {
        return true;
      }
    }
    return false;
  }

  /** The answer; null for a message that is no such query. */
  static byte @Nullable [] answer(Gateway gateway, Feed feed, byte[] bytes, String remote) {
    if (!mayAsk(bytes)) {
      return null; // Nearly all messages end here.
    }
    Charsets.Decoded decoded = Charsets.decode(bytes, feed.charset(), new ArrayList<>());
    Er7 asked;
    try {
      asked = Er7.parse(decoded.text());
    } catch (Refusal e) {
      return null; // Kept, and refused with the reason.
    }
    String event = asked.value(asked.header(), 9, 2);
    if (!asked.value(asked.header(), 9, 1).equals("QBP")
        || !event.equals("Q22") && !event.equals("Q23")) {
      return null;
    }
    Er7.Segment query = asked.first("QPD");
    var queries =
        new Queries(
            asked,
            query == null ? new Er7.Segment("QPD", List.of()) : query,
            decoded.charset(),
            feed,
            event.equals("Q23"));
    String operation = queries.isCross ? "pix-query" : "pdq-query";
    try {
      return gateway.ask(
          feed,
          remote,
          operation,
          (store, caller) ->
              queries.isCross ? queries.cross(store, caller) : queries.demographics(store, caller));
    } catch (Wrong e) {
      return queries.wrong("AE", e.code, e.place, e.messageKey(), e.arguments());
    } catch (Refusal e) {
      return queries.wrong("AR", 207, "", e.messageKey(), e.arguments());
    }
  }

  /** What the question itself is wrong in; answered AE with its place. */
  private static final class Wrong extends Refusal {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String place;

    Wrong(int code, String place, String key, Object... arguments) {
      super(Refusal.Kind.UNPROCESSABLE, key, arguments);
      this.code = code;
      this.place = place;
    }
  }

  // ---- cross-reference

  private byte[] cross(RecordStore store, Caller caller) {
    String value = asked.value(query, 3, 1);
    if (value.isEmpty()) {
      throw new Wrong(MISSING, "QPD^1^3", "gateway.query-incomplete", "QPD-3");
    }
    Persons persons = store.persons();
    Plan.Key key = key(query.field(3));
    Persons.Found found = persons.ofIdentifier(caller, key.system(), key.value());
    if (found.bearers().isEmpty()) {
      // Case 4: the domain (component 4) is unknown. Case 3: the number (component 1) is.
      boolean isKnown = persons.knows(caller, key.system());
      throw new Wrong(
          UNKNOWN,
          "QPD^1^3^1^" + (isKnown ? 1 : 4),
          isKnown ? "gateway.query-unknown-number" : "gateway.query-unknown-domain");
    }
    if (found.isOfSeveral()) {
      throw new Wrong(UNKNOWN, "QPD^1^3^1^1", "gateway.query-several-people");
    }
    Set<String> domains = domains(store, caller, 4);
    Set<String> numbers = new LinkedHashSet<>();
    for (ObjectNode patient : found.patients()) {
      for (JsonNode identifier : patient.path("identifier")) {
        String system = identifier.path("system").asString("");
        String number = identifier.path("value").asString("");
        boolean isSource = system.equals(key.system()) && number.equals(key.value());
        if (!system.isEmpty()
            && !number.isEmpty()
            && !isSource
            && (domains.isEmpty() || domains.contains(system))) {
          numbers.add(cx(system, number));
        }
      }
    }
    var out = head("AA", null, 0, "", List.of());
    out.append(segment("QAK", raw(query, 2), numbers.isEmpty() ? "NF" : "OK"));
    out.append(echo());
    if (!numbers.isEmpty()) {
      // The name is one blank of type S: no more is told than the numbers (3.9.4.2.2.5).
      out.append(
          segment(
              "PID",
              "",
              "",
              String.join(String.valueOf(by.repetition()), numbers),
              "",
              String.valueOf(by.repetition()) + ("" + by.component()).repeat(6) + "S"));
    }
    return out.toString().getBytes(charset);
  }

  private Plan.Key key(String field) {
    String cx = Er7.nth(field, by.repetition(), 1);
    return Identifiers.ofNumber(
        feed,
        asked.unescape(Er7.nth(cx, by.component(), 1)).strip(),
        part(cx, 4, 1),
        part(cx, 4, 2),
        part(cx, 4, 3));
  }

  private String part(String cx, int component, int sub) {
    return asked.unescape(Er7.nth(Er7.nth(cx, by.component(), component), by.sub(), sub)).strip();
  }

  /** Systems of the domains wanted (QPD-4 of Q23, QPD-8 of Q22); empty for all. */
  private Set<String> domains(RecordStore store, Caller caller, int number) {
    Set<String> systems = new TreeSet<>();
    String field = query.field(number);
    int repetition = 0;
    for (String cx : field.isEmpty() ? List.<String>of() : Er7.split(field, by.repetition())) {
      repetition++;
      if (part(cx, 4, 1).isEmpty() && part(cx, 4, 2).isEmpty()) {
        continue;
      }
      String system = Identifiers.ofAuthority(feed, part(cx, 4, 1), part(cx, 4, 2), part(cx, 4, 3));
      if (!store.persons().knows(caller, system)) {
        throw new Wrong(
            UNKNOWN, "QPD^1^" + number + "^" + repetition, "gateway.query-unknown-domain");
      }
      systems.add(system);
    }
    return systems;
  }

  private String cx(String system, String number) {
    String[] authority = Identifiers.authority(feed, system);
    String component = "" + by.component();
    String hd =
        authority[1].isEmpty()
            ? escaped(authority[0])
            : escaped(authority[0])
                + by.sub()
                + escaped(authority[1])
                + by.sub()
                + escaped(authority[2]);
    return escaped(number) + component.repeat(3) + hd + component + "PI";
  }

  // ---- demographics

  private byte[] demographics(RecordStore store, Caller caller) {
    List<SearchRequest.Parameter> criteria = criteria();
    Set<String> domains = domains(store, caller, 8);
    int count = count();
    List<SearchRequest.Parameter> parameters = new ArrayList<>(criteria);
    parameters.add(new SearchRequest.Parameter("_count", Integer.toString(count)));
    parameters.add(new SearchRequest.Parameter("_total", "accurate"));
    String pointer = asked.value(asked.first("DSC"), 1, 1);
    if (!pointer.isEmpty()) {
      parameters.add(new SearchRequest.Parameter(SearchEngine.CURSOR, pointer));
    }
    SearchResult result;
    try {
      result = store.search(caller, new SearchRequest("Patient", null, null, parameters, false));
    } catch (Refusal e) {
      if (!pointer.isEmpty() && e.messageKey().contains("cursor")) {
        throw new Wrong(UNKNOWN, "DSC^1^1", "gateway.query-continuation");
      }
      if (e.kind() == Refusal.Kind.INVALID || e.kind() == Refusal.Kind.NOT_SUPPORTED) {
        throw new Wrong(NOT_IN_TABLE, "QPD^1^3", e.messageKey(), e.arguments().toArray());
      }
      throw e;
    }
    Long total = result.total();
    int found = result.entries().size();
    var out = head("AA", null, 0, "", List.of());
    out.append(
        segment(
            "QAK",
            raw(query, 2),
            found == 0 ? "NF" : "OK",
            raw(query, 1),
            total == null ? "" : Long.toString(total),
            Integer.toString(found)));
    out.append(echo());
    int number = 0;
    for (SearchResult.Entry entry : result.entries()) {
      ObjectNode patient =
          (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content()));
      out.append(pid(++number, patient, domains));
    }
    String next = result.next();
    if (next != null) {
      out.append(segment("DSC", escaped(next), "I"));
    }
    return out.toString().getBytes(charset);
  }

  /** RCP-2: how many at once. */
  private int count() {
    String wanted = asked.value(asked.first("RCP"), 2, 1);
    return wanted.matches("[1-9][0-9]{0,5}") ? Math.min(Integer.parseInt(wanted), MOST) : PAGE;
  }

  /** QPD-3: {@code @PID.5.1.1^张~@PID.7^19850307}. */
  private List<SearchRequest.Parameter> criteria() {
    List<SearchRequest.Parameter> criteria = new ArrayList<>();
    String number = "";
    String[] authority = {"", "", ""};
    int repetition = 0;
    for (String one : Er7.split(query.field(3), by.repetition())) {
      repetition++;
      String field = asked.unescape(Er7.nth(one, by.component(), 1)).strip();
      String value = asked.unescape(Er7.nth(one, by.component(), 2)).strip();
      if (field.isEmpty() || value.isEmpty()) {
        continue;
      }
      String name = field.startsWith("@") ? field.substring(1) : field;
      switch (name) {
        case "PID.3", "PID.3.1" -> number = value;
        case "PID.3.4", "PID.3.4.1" -> authority[0] = value;
        case "PID.3.4.2" -> authority[1] = value;
        case "PID.3.4.3" -> authority[2] = value;
        default -> {
          String parameter = FIELDS.get(name);
          if (parameter == null) {
            throw new Wrong(
                NOT_IN_TABLE, "QPD^1^3^" + repetition + "^1", "gateway.query-field", name);
          }
          criteria.add(criterion(parameter, value, repetition));
        }
      }
    }
    String system =
        authority[0].isEmpty() && authority[1].isEmpty()
            ? ""
            : Identifiers.ofAuthority(feed, authority[0], authority[1], authority[2]);
    if (!number.isEmpty()) {
      Plan.Key key = Identifiers.ofNumber(feed, number, authority[0], authority[1], authority[2]);
      criteria.add(
          new SearchRequest.Parameter(
              "identifier",
              system.isEmpty() && !number.equals(key.value())
                  ? SearchRequest.escaped(key.value())
                  : system.isEmpty()
                      ? SearchRequest.escaped(number)
                      : SearchRequest.escaped(key.system())
                          + "|"
                          + SearchRequest.escaped(key.value())));
    } else if (!system.isEmpty()) {
      criteria.add(new SearchRequest.Parameter("identifier", SearchRequest.escaped(system) + "|"));
    }
    if (criteria.isEmpty()) {
      throw new Wrong(MISSING, "QPD^1^3", "gateway.query-incomplete", "QPD-3");
    }
    return criteria;
  }

  private SearchRequest.Parameter criterion(String parameter, String value, int repetition) {
    return switch (parameter) {
      case "birthdate" -> {
        if (!value.matches("\\d{4}(\\d{2}(\\d{2}\\d*)?)?")) {
          throw new Wrong(
              NOT_IN_TABLE, "QPD^1^3^" + repetition + "^2", "search.not-a-date", "birthdate");
        }
        String date = value.substring(0, 4);
        date += value.length() >= 6 ? "-" + value.substring(4, 6) : "";
        date += value.length() >= 8 ? "-" + value.substring(6, 8) : "";
        yield new SearchRequest.Parameter(parameter, date);
      }
      case "gender" ->
          new SearchRequest.Parameter(
              parameter,
              switch (value.toUpperCase(java.util.Locale.ROOT)) {
                case "M", "1" -> "male";
                case "F", "2" -> "female";
                case "O", "A", "9" -> "other";
                case "U", "N", "0" -> "unknown";
                default ->
                    throw new Wrong(
                        NOT_IN_TABLE, "QPD^1^3^" + repetition + "^2", "gateway.query-field", value);
              });
      case "telecom" -> new SearchRequest.Parameter(parameter, SearchRequest.escaped(value));
      default -> {
        // A star at the end asks for what begins so; without one, a name is meant as it stands.
        boolean begins = value.endsWith("*");
        String text =
            SearchRequest.escaped(begins ? value.substring(0, value.length() - 1) : value);
        boolean isExact = !begins && (parameter.equals("family") || parameter.equals("given"));
        yield new SearchRequest.Parameter(isExact ? parameter + ":exact" : parameter, text);
      }
    };
  }

  /** Without meaning for the search. */
  private String pid(int number, ObjectNode patient, Set<String> domains) {
    String repetition = "" + by.repetition();
    String component = "" + by.component();
    List<String> numbers = new ArrayList<>();
    for (JsonNode identifier : patient.path("identifier")) {
      String system = identifier.path("system").asString("");
      if (domains.isEmpty() || domains.contains(system)) {
        numbers.add(cx(system, identifier.path("value").asString("")));
      }
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : patient.path("name")) {
      String family = name.path("family").asString("");
      String given = name.path("given").path(0).asString("");
      names.add(
          escaped(family.isEmpty() ? name.path("text").asString("") : family)
              + (family.isEmpty() || given.isEmpty() ? "" : component + escaped(given)));
    }
    String sex =
        switch (patient.path("gender").asString("")) {
          case "male" -> "M";
          case "female" -> "F";
          case "other" -> "O";
          default -> "U";
        };
    List<String> addresses = new ArrayList<>();
    for (JsonNode address : patient.path("address")) {
      String line = address.path("line").path(0).asString(address.path("text").asString(""));
      String all =
          String.join(
              component,
              escaped(line),
              "",
              escaped(address.path("city").asString("")),
              escaped(address.path("state").asString("")),
              escaped(address.path("postalCode").asString("")),
              escaped(address.path("country").asString("")));
      while (all.endsWith(component)) {
        all = all.substring(0, all.length() - component.length());
      }
      addresses.add(all);
    }
    List<String> phones = new ArrayList<>();
    for (JsonNode telecom : patient.path("telecom")) {
      phones.add(escaped(telecom.path("value").asString("")));
    }
    return segment(
        "PID",
        Integer.toString(number),
        "",
        String.join(repetition, numbers),
        "",
        String.join(repetition, names),
        "",
        patient.path("birthDate").asString("").replace("-", ""),
        sex,
        "",
        "",
        String.join(repetition, addresses),
        "",
        String.join(repetition, phones));
  }

  // ---- what is sent

  private byte[] wrong(String code, int error, String place, String key, List<Object> arguments) {
    var out = head(code, key, error, place, arguments);
    out.append(segment("QAK", raw(query, 2), code));
    out.append(echo());
    return out.toString().getBytes(charset);
  }

  private StringBuilder head(
      String code, @Nullable String key, int error, String place, List<Object> arguments) {
    Er7.Segment header = asked.header();
    String component = "" + by.component();
    String version = asked.value(header, 12, 1);
    var out = new StringBuilder();
    out.append(
        join(
            List.of(
                "MSH",
                by.encoding().replace("\0", ""),
                raw(header, 5),
                raw(header, 6),
                raw(header, 3),
                raw(header, 4),
                NOW.format(ZonedDateTime.ofInstant(Instant.now(), feed.zone())),
                "",
                "RSP"
                    + component
                    + (isCross ? "K23" : "K22")
                    + component
                    + (isCross ? "RSP_K23" : "RSP_K21"),
                UUID.randomUUID().toString().substring(0, 20),
                raw(header, 11).isEmpty() ? "P" : raw(header, 11),
                version.isEmpty() ? "2.5" : raw(header, 12),
                "",
                "",
                "",
                "",
                "",
                raw(header, 18))));
    String sentence =
        key == null ? "" : escaped(Messages.of(feed.language(), key, arguments).replace('\n', ' '));
    if (!charset.newEncoder().canEncode(sentence)) {
      sentence =
          escaped(Messages.of(java.util.Locale.ENGLISH, Objects.requireNonNull(key), arguments));
    }
    out.append(segment("MSA", code, raw(header, 10)));
    if (key != null) {
      String name =
          switch (error) {
            case UNKNOWN -> "Unknown Key Identifier";
            case MISSING -> "Required field missing";
            case NOT_IN_TABLE -> "Table value not found";
            default -> "Application internal error";
          };
      out.append(
          segment(
              "ERR",
              "",
              place.replace("^", component),
              error + component + name + component + "HL70357",
              "E",
              "",
              "",
              escaped(key),
              sentence));
    }
    return out;
  }

  private String echo() {
    List<String> fields = new ArrayList<>(List.of("QPD"));
    for (int i = 1; i <= query.size(); i++) {
      fields.add(query.field(i));
    }
    return join(fields);
  }

  private static String raw(Er7.Segment segment, int number) {
    return segment.field(number);
  }

  private String segment(String name, String... fields) {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(List.of(fields));
    return join(all);
  }

  private String join(List<String> fields) {
    int last = fields.size();
    while (last > 1 && fields.get(last - 1).isEmpty()) {
      last--;
    }
    return String.join(String.valueOf(by.field()), fields.subList(0, last)) + "\r";
  }

  private String escaped(String text) {
    var out = new StringBuilder();
    for (char c : text.toCharArray()) {
      String code = null;
      if (c == by.escape()) {
        code = "E";
      } else if (c == by.field()) {
        code = "F";
      } else if (c == by.component()) {
        code = "S";
      } else if (c == by.sub()) {
        code = "T";
      } else if (c == by.repetition()) {
        code = "R";
      }
      if (code == null) {
        out.append(c < ' ' ? ' ' : c);
      } else if (by.escape() == 0) {
        out.append(' ');
      } else {
        out.append(by.escape()).append(code).append(by.escape());
      }
    }
    return out.toString();
  }
}
