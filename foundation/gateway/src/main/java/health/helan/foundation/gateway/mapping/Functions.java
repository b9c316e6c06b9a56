package health.helan.foundation.gateway.mapping;

import health.helan.foundation.gateway.CodeTranslation;
import health.helan.foundation.gateway.Feed;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

/** What stands behind {@code |} in an expression; the guide has the list with an example each. */
final class Functions {
  /** From a value (a {@link Node}, or what the function before it gave) to another. */
  interface Function {
    /**
     * @return null for nothing
     */
    @Nullable Object apply(Run run, Object value, String argument);
  }

  private static final Map<String, Function> ALL =
      Map.ofEntries(
          Map.entry("text", (_, value, _) -> text(value)),
          Map.entry("whole", (_, value, _) -> value instanceof Node n ? n.whole() : text(value)),
          Map.entry("upper", (_, value, _) -> text(value).toUpperCase(Locale.ROOT)),
          Map.entry("lower", (_, value, _) -> text(value).toLowerCase(Locale.ROOT)),
          Map.entry("date", (run, v, _) -> time(run, v, Times.date(text(v)))),
          Map.entry(
              "dateTime", (run, v, _) -> time(run, v, Times.dateTime(text(v), run.feed().zone()))),
          Map.entry(
              "instant", (run, v, _) -> time(run, v, Times.instant(text(v), run.feed().zone()))),
          Map.entry("canonical", Functions::canonical),
          Map.entry("time", (run, v, _) -> time(run, v, Times.time(text(v)))),
          Map.entry("decimal", (run, v, _) -> decimal(run, v)),
          Map.entry("integer", Functions::integer),
          Map.entry("positive", Functions::positive),
          Map.entry("boolean", Functions::bool),
          Map.entry("primary", (_, v, _) -> BooleanNode.valueOf(text(v).matches("00?|"))),
          Map.entry("code", Functions::code),
          Map.entry("concept", Functions::concept),
          Map.entry("cwe", (run, v, _) -> v instanceof Node n ? concept(run, n) : null),
          Map.entry("coding", (run, v, _) -> v instanceof Node n ? coding(run, n, 1) : null),
          Map.entry("textOnly", (_, v, _) -> textOnly(text(v))),
          Map.entry("cx", Functions::cx),
          Map.entry("ei", Functions::ei),
          Map.entry("identifier", Functions::identifier),
          Map.entry("xpn", (_, v, _) -> v instanceof Node n ? name(n, 1) : null),
          Map.entry("fullName", (_, v, _) -> v instanceof Node n ? fullName(n) : null),
          Map.entry("flag", (run, v, _) -> v instanceof Node n ? flag(run, n) : null),
          Map.entry("xad", (_, v, _) -> v instanceof Node n ? address(n) : null),
          Map.entry("xtn", (_, v, _) -> v instanceof Node n ? telecom(n) : null),
          Map.entry("xcn", (run, v, _) -> v instanceof Node n ? person(run, n) : null),
          Map.entry("ndl", (run, v, _) -> v instanceof Node n ? named(run, n) : null),
          Map.entry("xon", (run, v, _) -> v instanceof Node n ? organization(run, n) : null),
          Map.entry("pl", (run, v, _) -> v instanceof Node n ? place(run, n) : null),
          Map.entry("cq", (run, v, _) -> v instanceof Node n ? composite(run, n) : null),
          Map.entry("money", (run, v, _) -> v instanceof Node n ? money(run, n) : null),
          Map.entry("quantity", Functions::quantity),
          Map.entry("observed", (run, v, _) -> v instanceof Node n ? observed(run, n) : null),
          Map.entry("range", (_, v, _) -> range(text(v))),
          Map.entry("lines", (_, v, field) -> v instanceof Node n ? lines(n, field) : null),
          Map.entry("contents", (run, v, _) -> v instanceof Node n ? contents(run, n) : null),
          Map.entry("attachment", (run, v, _) -> v instanceof Node n ? attachment(run, n) : null));

  private Functions() {}

  static @Nullable Function named(String name) {
    Function found = ALL.get(name);
    if (found == null) {
      found = Instances.ALL.get(name);
    }
    return found != null ? found : Written.ALL.get(name);
  }

  private static String text(Object value) {
    return switch (value) {
      case Node node -> node.text();
      case JsonNode json -> json.asString("");
      default -> value.toString();
    };
  }

  private static String place(Object value) {
    return value instanceof Node node ? node.place() : "";
  }

  private static void put(ObjectNode object, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      object.put(name, value.strip());
    }
  }

  // ------------------------------------------------------------------ simple values

  private static @Nullable Object time(Run run, Object value, @Nullable String made) {
    if (made == null && !text(value).isEmpty()) {
      run.find("gateway.found-no-time", place(value));
    }
    return made;
  }

  static @Nullable BigDecimal number(String text) {
    if (!text.matches("[+-]?\\d{1,30}(\\.\\d{0,30})?|[+-]?\\.\\d{1,30}")) {
      return null;
    }
    String number = text.startsWith("+") ? text.substring(1) : text;
    return new BigDecimal(number.endsWith(".") ? number + "0" : number);
  }

  private static @Nullable JsonNode decimal(Run run, Object value) {
    BigDecimal number = number(text(value));
    if (number == null && !text(value).isEmpty()) {
      run.find("gateway.found-no-number", place(value));
    }
    return number == null ? null : DecimalNode.valueOf(number);
  }

  private static @Nullable Object integer(Run run, Object value, String argument) {
    String text = text(value);
    if (text.matches("\\d{1,9}")) {
      return IntNode.valueOf(Integer.parseInt(text));
    }
    if (!text.isEmpty()) {
      run.find("gateway.found-no-number", place(value));
    }
    return null;
  }

  private static @Nullable Object positive(Run run, Object value, String argument) {
    Object number = integer(run, value, argument);
    return number instanceof IntNode node && node.intValue() > 0 ? node : null;
  }

  private static @Nullable Object bool(Run run, Object value, String argument) {
    return switch (text(value).toUpperCase(Locale.ROOT)) {
      case "Y", "YES", "1", "TRUE" -> BooleanNode.TRUE;
      case "N", "NO", "0", "FALSE" -> BooleanNode.FALSE;
      default -> null;
    };
  }

  private static @Nullable Object code(Run run, Object value, String argument) {
    return run.translate(argument, text(value), place(value));
  }

  /** A code of a table with a system of its own: {@code concept encounter-class http://…}. */
  private static @Nullable Object concept(Run run, Object value, String argument) {
    int space = argument.indexOf(' ');
    String code = run.translate(argument.substring(0, space), text(value), place(value));
    if (code == null || code.isEmpty()) {
      return null;
    }
    ObjectNode concept = Run.object();
    concept
        .putArray("coding")
        .addObject()
        .put("system", argument.substring(space + 1).strip())
        .put("code", code);
    return concept;
  }

  // ------------------------------------------------------------------ codes and identifiers

  private static @Nullable ObjectNode textOnly(String text) {
    return text.isEmpty() ? null : Run.object().put("text", text);
  }

  private static @Nullable ObjectNode coding(Run run, Node cwe, int first) {
    String code = cwe.part(first).text().replaceAll("\\s+", " ");
    String display = cwe.part(first + 1).text();
    if (code.isEmpty()) {
      return null;
    }
    ObjectNode coding = Run.object();
    coding.put("system", Identifiers.codeSystem(run.feed(), cwe.part(first + 2).text()));
    coding.put("code", code);
    put(coding, "display", display);
    return coding;
  }

  /** CWE, CE, CNE: both codings, and the original text. */
  private static @Nullable ObjectNode concept(Run run, Node cwe) {
    ObjectNode concept = Run.object();
    ObjectNode one = coding(run, cwe, 1);
    ObjectNode other = coding(run, cwe, 4);
    if (one != null || other != null) {
      var codings = concept.putArray("coding");
      if (one != null) {
        codings.add(one);
      }
      if (other != null && !other.equals(one)) {
        codings.add(other);
      }
      translate(run, codings);
    }
    String text = cwe.part(9).text();
    if (text.isEmpty()) {
      text = cwe.part(2).text();
    }
    if (text.isEmpty()) {
      text = cwe.part(5).text();
    }
    put(concept, "text", text);
    return concept.isEmpty() ? null : concept;
  }

  /** Puts beside the institution's own codes what they mean, where there is no other. */
  static void translate(Run run, ArrayNode codings) {
    var found = new ArrayList<ObjectNode>();
    for (JsonNode coding : codings) {
      String system = coding.path("system").asString("");
      if (!Identifiers.isOwnCodeSystem(run.feed(), system)) {
        return;
      }
      CodeTranslation.Code meaning =
          run.meaning(
              new CodeTranslation.Code(
                  system, coding.path("code").asString(""), coding.path("display").asString("")));
      if (meaning != null) {
        ObjectNode translated = Run.object();
        put(translated, "system", meaning.system());
        translated.put("code", meaning.code());
        put(translated, "display", meaning.display());
        found.add(translated);
      }
    }
    codings.addAll(found);
  }

  /** An abnormal flag: HL7's own code where no other table is named. */
  private static @Nullable ObjectNode flag(Run run, Node flag) {
    String code = flag.text();
    if (code.isEmpty() || !flag.part(3).text().isEmpty() || code.matches(".*\\s.*")) {
      return concept(run, flag);
    }
    ObjectNode concept = Run.object();
    concept
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation")
        .put("code", code);
    return concept;
  }

  private static @Nullable String fullName(Node xpn) {
    ObjectNode name = name(xpn, 1);
    return name == null ? null : name.path("text").asString("");
  }

  private static @Nullable Object cx(Run run, Object value, String kind) {
    if (!(value instanceof Node cx) || cx.text().isEmpty()) {
      return null;
    }
    ObjectNode identifier = Run.object();
    String type = cx.part(5).text();
    if (type.matches("[A-Z0-9]{1,10}")) {
      identifier
          .putObject("type")
          .putArray("coding")
          .addObject()
          .put("system", "http://terminology.hl7.org/CodeSystem/v2-0203")
          .put("code", type);
    }
    Plan.Key key = Identifiers.cx(run.feed(), cx, kind);
    identifier.put("system", key.system());
    identifier.put("value", key.value());
    ObjectNode period = Run.object();
    put(period, "start", Times.date(cx.part(7).text()));
    put(period, "end", Times.date(cx.part(8).text()));
    if (!period.isEmpty() && isInOrder(period)) {
      identifier.set("period", period);
    }
    return identifier;
  }

  private static boolean isInOrder(ObjectNode period) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    return start.isEmpty() || end.isEmpty() || start.compareTo(end) <= 0;
  }

  private static @Nullable Object ei(Run run, Object value, String kind) {
    return value instanceof Node ei && !ei.text().isEmpty()
        ? Identifiers.json(Identifiers.ei(run.feed(), ei, kind))
        : null;
  }

  /** An address of its own for what is a definition: the identifier's system, then its value. */
  private static @Nullable Object canonical(Run run, Object value, String kind) {
    String text = text(value);
    return text.isEmpty() ? null : Identifiers.canonical(run.feed(), text, kind);
  }

  private static @Nullable Object identifier(Run run, Object value, String kind) {
    String text = text(value);
    return text.isEmpty() ? null : Identifiers.json(Identifiers.text(run.feed(), text, kind));
  }

  // ------------------------------------------------------------------ people and places

  /** XPN, and XCN from its second component on. */
  private static @Nullable ObjectNode name(Node xpn, int first) {
    String family = xpn.part(first).text();
    String given = xpn.part(first + 1).text();
    String further = xpn.part(first + 2).text();
    if (family.isEmpty() && given.isEmpty() && further.isEmpty()) {
      return null;
    }
    ObjectNode name = Run.object();
    String use =
        switch (first == 1 ? xpn.part(7).text() : "") {
          case "L" -> "official";
          case "D" -> "usual";
          case "M" -> "maiden";
          case "N" -> "nickname";
          case "A", "S" -> "anonymous";
          case "TEMP" -> "temp";
          case "BAD" -> "old";
          default -> "";
        };
    put(name, "use", use);
    String text = isHan(family + given) ? family + given : (given + " " + family).strip();
    put(name, "text", text);
    put(name, "family", family);
    var givens = new ArrayList<String>();
    if (!given.isEmpty()) {
      givens.add(given);
    }
    for (String each : further.split(" ")) {
      if (!each.isBlank()) {
        givens.add(each);
      }
    }
    if (!givens.isEmpty()) {
      var array = name.putArray("given");
      givens.forEach(array::add);
    }
    String prefix = xpn.part(first + 4).text();
    if (!prefix.isEmpty()) {
      name.putArray("prefix").add(prefix);
    }
    String suffix = xpn.part(first + 3).text();
    if (!suffix.isEmpty()) {
      name.putArray("suffix").add(suffix);
    }
    return name;
  }

  private static boolean isHan(String text) {
    return text.codePoints()
        .anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
  }

  private static @Nullable ObjectNode address(Node xad) {
    ObjectNode address = Run.object();
    put(
        address,
        "use",
        switch (xad.part(7).text()) {
          case "H", "P", "L" -> "home";
          case "B", "O" -> "work";
          case "C", "V" -> "temp";
          case "BA" -> "old";
          default -> "";
        });
    var lines = new ArrayList<String>();
    for (int part = 1; part <= 2; part++) {
      String line = xad.part(part).text();
      if (!line.isEmpty()) {
        lines.add(line);
      }
    }
    if (!lines.isEmpty()) {
      var array = address.putArray("line");
      lines.forEach(array::add);
    }
    put(address, "city", xad.part(3).text());
    put(address, "district", xad.part(9).text());
    put(address, "state", xad.part(4).text());
    put(address, "postalCode", xad.part(5).text());
    put(address, "country", xad.part(6).text());
    return address.size() == 1 && address.has("use") || address.isEmpty() ? null : address;
  }

  private static @Nullable ObjectNode telecom(Node xtn) {
    String equipment = xtn.part(3).text();
    String mail = xtn.part(4).text();
    String value = xtn.text();
    if (value.isEmpty()) {
      value = xtn.part(12).text();
    }
    if (value.isEmpty() && !xtn.part(7).text().isEmpty()) {
      value =
          String.join(
                  " ",
                  xtn.part(5).text().isEmpty() ? "" : "+" + xtn.part(5).text(),
                  xtn.part(6).text(),
                  xtn.part(7).text())
              .strip()
              .replaceAll(" +", " ");
    }
    boolean isMail = mail.contains("@") || value.contains("@");
    ObjectNode telecom = Run.object();
    telecom.put(
        "system",
        isMail
            ? "email"
            : switch (equipment) {
              case "FX" -> "fax";
              case "BP" -> "pager";
              case "SAT", "TDD", "TTY", "MD" -> "other";
              default -> "phone";
            });
    put(telecom, "value", isMail && mail.contains("@") ? mail : value);
    String use =
        equipment.equals("CP")
            ? "mobile"
            : switch (xtn.part(2).text()) {
              case "PRN", "ORN", "VHN" -> "home";
              case "WPN" -> "work";
              case "PRS" -> "mobile";
              default -> "";
            };
    put(telecom, "use", use);
    return telecom.has("value") ? telecom : null;
  }

  /**
   * XCN as a logical reference: name and number, without a Practitioner of ours. The registry of
   * practitioners is the region's; a message does not write it.
   */
  private static @Nullable ObjectNode person(Run run, Node xcn) {
    ObjectNode reference = Run.object();
    String number = xcn.text();
    if (!number.isEmpty()) {
      reference.put("type", "Practitioner");
      Node authority = xcn.part(9);
      reference.set(
          "identifier",
          Identifiers.json(
              new Plan.Key(
                  Identifiers.system(
                      run.feed(),
                      authority.part(1).text(),
                      authority.part(2).text(),
                      authority.part(3).text(),
                      "staff"),
                  number)));
    }
    ObjectNode name = name(xcn, 2);
    if (name != null) {
      put(reference, "display", name.path("text").asString(""));
    }
    return reference.isEmpty() ? null : reference;
  }

  /** NDL: the person is its first component; some senders write an XCN in its place. */
  private static @Nullable ObjectNode named(Run run, Node ndl) {
    Node person = ndl.part(1);
    boolean isXcn = person.part(2).text().isEmpty() && !ndl.part(2).text().isEmpty();
    return person(run, isXcn && !ndl.part(2).text().matches("\\d{6,}.*") ? ndl : person);
  }

  /** XON as a logical reference. */
  private static @Nullable ObjectNode organization(Run run, Node xon) {
    ObjectNode reference = Run.object();
    put(reference, "display", xon.text());
    String number = xon.part(10).text();
    if (!number.isEmpty()) {
      reference.set(
          "identifier", Identifiers.json(Identifiers.text(run.feed(), number, "organization")));
    }
    return reference.isEmpty() ? null : reference;
  }

  /** PL as a logical reference: point of care, room, bed. */
  private static @Nullable ObjectNode place(Run run, Node pl) {
    var words = new ArrayList<String>();
    for (int part : new int[] {7, 8, 1, 2, 3}) {
      String word = pl.part(part).text();
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    if (words.isEmpty()) {
      String described = pl.part(9).text();
      return described.isEmpty() ? null : Run.object().put("display", described);
    }
    return Run.object().put("display", String.join(" ", words));
  }

  // ------------------------------------------------------------------ numbers with units

  private static @Nullable ObjectNode composite(Run run, Node cq) {
    BigDecimal number = number(cq.text());
    if (number == null) {
      return null;
    }
    ObjectNode quantity = Run.object();
    quantity.put("value", number);
    put(quantity, "unit", cq.part(2).text());
    return quantity;
  }

  private static @Nullable ObjectNode money(Run run, Node cp) {
    BigDecimal number = number(cp.part(1).text());
    if (number == null) {
      return null;
    }
    ObjectNode money = Run.object();
    money.put("value", number);
    String currency = cp.part(1).part(2).text();
    if (currency.isEmpty()) {
      currency = cp.part(2).text();
    }
    money.put("currency", currency.matches("[A-Z]{3}") ? currency : "CNY");
    return money;
  }

  /** A number with the unit of another field: {@code RXE-3 | quantity RXE-5}. */
  private static @Nullable Object quantity(Run run, Object value, String unitPath) {
    BigDecimal number = number(text(value));
    if (number == null) {
      if (!text(value).isEmpty()) {
        run.find("gateway.found-no-number", place(value));
      }
      return null;
    }
    ObjectNode quantity = Run.object();
    quantity.put("value", number);
    if (value instanceof Node node && !unitPath.isEmpty()) {
      List<? extends Node> unit = node.select(unitPath);
      if (!unit.isEmpty()) {
        unit(run, quantity, unit.getFirst());
      }
    }
    return quantity;
  }

  private static void unit(Run run, ObjectNode quantity, Node cwe) {
    String code = cwe.text();
    String display = cwe.part(2).text();
    put(quantity, "unit", display.isEmpty() ? code : display);
    String system = cwe.part(3).text();
    if (!code.isEmpty() && system.toUpperCase(Locale.ROOT).startsWith("UCUM")) {
      quantity.put("system", "http://unitsofmeasure.org");
      quantity.put("code", code.replaceAll("\\s", ""));
    }
  }

  private static @Nullable ObjectNode range(String text) {
    if (text.isEmpty()) {
      return null;
    }
    ObjectNode range = Run.object();
    var matcher =
        java.util.regex.Pattern.compile("\\s*(-?[\\d.]+)\\s*-\\s*(-?[\\d.]+)\\s*").matcher(text);
    if (matcher.matches()) {
      BigDecimal low = number(matcher.group(1));
      BigDecimal high = number(matcher.group(2));
      if (low != null && high != null && low.compareTo(high) <= 0) {
        range.putObject("low").put("value", low);
        range.putObject("high").put("value", high);
      }
    }
    range.put("text", text);
    return range;
  }

  // ------------------------------------------------------------------ OBX

  /** The value of an OBX as {@code valueQuantity} and so on, by its type in OBX-2. */
  private static @Nullable ObjectNode observed(Run run, Node obx) {
    List<? extends Node> values = obx.select(".5");
    if (values.isEmpty()) {
      return null;
    }
    Node first = values.getFirst();
    ObjectNode value = Run.object();
    String type = obx.part(2).text();
    switch (type) {
      case "NM" -> {
        BigDecimal number = number(first.text());
        if (number != null) {
          ObjectNode quantity = value.putObject("valueQuantity");
          quantity.put("value", number);
          unit(run, quantity, obx.part(6));
        } else {
          structured(run, obx, first.whole(), value);
        }
      }
      case "SN" -> numeric(run, obx, first, value);
      case "CE", "CWE", "CNE", "CF", "IS", "ID" -> {
        ObjectNode concept = concept(run, first);
        if (concept != null) {
          value.set("valueCodeableConcept", concept);
        }
      }
      case "DT" -> put(value, "valueDateTime", Times.date(first.text()));
      case "TS", "DTM" ->
          put(value, "valueDateTime", Times.dateTime(first.text(), run.feed().zone()));
      case "TM" -> put(value, "valueTime", Times.time(first.text()));
      case "CQ" -> {
        ObjectNode quantity = composite(run, first);
        if (quantity != null) {
          value.set("valueQuantity", quantity);
        }
      }
      default -> put(value, "valueString", joined(values));
    }
    if (value.isEmpty()) {
      // Of another type than OBX-2 says: the text is kept.
      String text = joined(values);
      if (text.isBlank()) {
        return null;
      }
      run.find("gateway.found-other-type", "OBX-5", type);
      value.put("valueString", text);
    }
    return value;
  }

  private static String joined(List<? extends Node> values) {
    return String.join("\n", values.stream().map(Node::whole).toList()).strip();
  }

  /** A number that is not only one: {@code <5}, {@code >= 10}. */
  private static void structured(Run run, Node obx, String text, ObjectNode value) {
    var matcher = java.util.regex.Pattern.compile("\\s*(<=|>=|<|>)\\s*([\\d.]+)\\s*").matcher(text);
    BigDecimal number = matcher.matches() ? number(matcher.group(2)) : null;
    if (number != null) {
      ObjectNode quantity = value.putObject("valueQuantity");
      quantity.put("value", number);
      quantity.put("comparator", matcher.group(1));
      unit(run, quantity, obx.part(6));
    }
  }

  private static void numeric(Run run, Node obx, Node sn, ObjectNode value) {
    String comparator = sn.part(1).text();
    BigDecimal low = number(sn.part(2).text());
    String separator = sn.part(3).text();
    BigDecimal high = number(sn.part(4).text());
    if (low == null) {
      structured(run, obx, sn.whole(), value);
    } else if (high == null) {
      ObjectNode quantity = value.putObject("valueQuantity");
      quantity.put("value", low);
      if (List.of("<", "<=", ">", ">=").contains(comparator)) {
        quantity.put("comparator", comparator);
      }
      unit(run, quantity, obx.part(6));
    } else if (separator.equals("-") && low.compareTo(high) <= 0) {
      ObjectNode range = value.putObject("valueRange");
      unit(run, range.putObject("low").put("value", low), obx.part(6));
      unit(run, range.putObject("high").put("value", high), obx.part(6));
    } else if (separator.equals(":") || separator.equals("/")) {
      ObjectNode ratio = value.putObject("valueRatio");
      ratio.putObject("numerator").put("value", low);
      ratio.putObject("denominator").put("value", high);
    }
  }

  /** ED, RP or text of an OBX as an Attachment. */
  private static @Nullable ObjectNode attachment(Run run, Node obx) {
    ObjectNode attachment = Run.object();
    List<? extends Node> values = obx.select(".5");
    if (values.isEmpty()) {
      return null;
    }
    Node value = values.getFirst();
    put(attachment, "title", obx.part(3).part(2).text());
    switch (obx.part(2).text()) {
      case "ED" -> {
        attachment.put("contentType", contentType(value.part(2).text(), value.part(3).text()));
        byte[] data = data(run, value.part(4).text(), value.part(5).whole());
        if (data == null || data.length == 0) {
          return null;
        }
        attachment.put("data", Base64.getEncoder().encodeToString(data));
      }
      case "RP" -> {
        String address = value.text();
        if (address.isEmpty() || address.matches(".*\\s.*")) {
          return null;
        }
        attachment.put("contentType", contentType(value.part(3).text(), value.part(4).text()));
        attachment.put("url", address);
      }
      default -> {
        String text = joined(values);
        if (text.isEmpty()) {
          return null;
        }
        attachment.put("contentType", "text/plain");
        attachment.put(
            "data", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return attachment;
  }

  /** All repetitions of a field, one below the other. */
  private static String lines(Node segment, String field) {
    return joined(segment.select("." + field));
  }

  /**
   * What a document consists of, from all OBX that lie here: each ED or RP as a content of its own,
   * the lines of text as one.
   */
  private static @Nullable JsonNode contents(Run run, Node group) {
    var contents = Run.array();
    var text = new ArrayList<String>();
    for (Node obx : group.select("OBX")) {
      String type = obx.part(2).text();
      if (type.equals("ED") || type.equals("RP")) {
        ObjectNode attachment = attachment(run, obx);
        if (attachment != null) {
          contents.addObject().set("attachment", attachment);
        }
      } else {
        text.add(lines(obx, "5"));
      }
    }
    String all = String.join("\n", text).strip();
    if (!all.isEmpty()) {
      contents
          .addObject()
          .putObject("attachment")
          .put("contentType", "text/plain")
          .put("data", Base64.getEncoder().encodeToString(all.getBytes(StandardCharsets.UTF_8)));
    }
    return contents.isEmpty() ? null : contents;
  }

  /** The bytes of the ED in OBX-5; null when they are not encoded as they say, or none. */
  static byte @Nullable [] embedded(Node obx) {
    List<? extends Node> values = obx.select(".5");
    if (values.isEmpty()) {
      return null;
    }
    Node ed = values.getFirst();
    try {
      byte[] bytes = decoded(ed.part(4).text(), ed.part(5).whole());
      return bytes.length == 0 ? null : bytes;
    } catch (IllegalArgumentException e) {
      return null; // Noted where the attachment is made.
    }
  }

  private static byte[] decoded(String encoding, String text) {
    return switch (encoding.toUpperCase(Locale.ROOT)) {
      case "BASE64" -> Base64.getMimeDecoder().decode(text);
      case "HEX" -> HexFormat.of().parseHex(text.replaceAll("\\s", ""));
      default -> text.getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte @Nullable [] data(Run run, String encoding, String text) {
    try {
      return decoded(encoding, text);
    } catch (IllegalArgumentException e) {
      run.find("gateway.found-broken-data", "OBX-5");
      return null;
    }
  }

  private static String contentType(String main, String sub) {
    String lower = sub.toLowerCase(Locale.ROOT);
    if (lower.contains("/")) {
      return lower;
    }
    String type =
        switch (main.toUpperCase(Locale.ROOT)) {
          case "IM", "IMAGE" -> "image";
          case "TX", "TEXT" -> "text";
          case "AU", "AUDIO" -> "audio";
          case "MULTIPART" -> "multipart";
          default -> "application";
        };
    return Objects.equals(lower, "")
        ? (type.equals("text") ? "text/plain" : "application/octet-stream")
        : type + "/" + lower.replaceAll("[^a-z0-9.+-]", "");
  }

  static Plan.@Nullable Key key(Feed feed, String shape, Node node, String kind) {
    if (node.text().isEmpty()) {
      return null;
    }
    return switch (shape) {
      case "ii" -> Identifiers.instance(feed, node);
      case "cx" -> Identifiers.cx(feed, node, kind);
      case "ei" -> Identifiers.ei(feed, node, kind);
      default -> Identifiers.text(feed, node.text(), kind);
    };
  }
}
