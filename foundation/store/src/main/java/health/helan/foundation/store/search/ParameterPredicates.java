package health.helan.foundation.store.search;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.Moments;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.index.Texts;
import health.helan.foundation.store.index.TypeIndex;
import health.helan.foundation.store.index.Units;
import health.helan.foundation.store.index.Values;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * From one parameter with its modifier and values to a condition on rows: no database needed. The
 * meaning of prefixes and modifiers is that of FHIR R4, 3.1.1.
 */
final class ParameterPredicates {
  private static final BigDecimal HALF = new BigDecimal("0.5");
  private static final BigDecimal TENTH = new BigDecimal("0.1");

  /** A number longer than this is no measured value but an attempt to keep the server busy. */
  private static final int LONGEST_NUMBER = 60;

  /** So many codes of a value set go into one statement. */
  private static final int MOST_CODES = 5_000;

  private final ParameterRegistry registry;
  private final Digests digests;
  private final ValueSets valueSets;
  private final Clock clock;

  ParameterPredicates(ParameterRegistry registry, ValueSets valueSets, Clock clock) {
    this.registry = registry;
    this.digests = registry.digests();
    this.valueSets = valueSets;
    this.clock = clock;
  }

  /**
   * @param modifier without colon; null for none
   * @param value as given, with its escapes and commas
   * @param linked who else a Patient is that the value names
   */
  Predicate of(
      TypeIndex type,
      Parameter parameter,
      @Nullable String modifier,
      String value,
      LinkedPatients linked) {
    if ("missing".equals(modifier)) {
      Predicate missing = missing(type, parameter);
      return switch (value) {
        case "true" -> missing;
        case "false" -> Predicate.not(missing);
        default -> throw invalid("search.missing-is-true-or-false", parameter.code());
      };
    }
    if (value.isEmpty()) {
      throw invalid("search.empty-value", parameter.code());
    }
    if ("not".equals(modifier) && parameter.type() == Parameter.Type.TOKEN) {
      return Predicate.not(any(type, parameter, null, value, linked));
    }
    if ("not-in".equals(modifier) && parameter.type() == Parameter.Type.TOKEN) {
      return Predicate.not(any(type, parameter, "in", value, linked));
    }
    return any(type, parameter, modifier, value, linked);
  }

  private Predicate any(
      TypeIndex type,
      Parameter parameter,
      @Nullable String modifier,
      String value,
      LinkedPatients linked) {
    List<String> alternatives = Escapes.split(value, ',');
    if (alternatives.size() > 1_000) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.too-many-values", parameter.code());
    }
    List<Predicate> any = new ArrayList<>(alternatives.size());
    for (String one : alternatives) {
      if (one.isEmpty()) {
        throw invalid("search.empty-value", parameter.code());
      }
      any.add(one(type, parameter, modifier, one, linked));
    }
    return Predicate.or(any);
  }

  private Predicate one(
      TypeIndex type,
      Parameter parameter,
      @Nullable String modifier,
      String value,
      LinkedPatients linked) {
    if (parameter.type() == Parameter.Type.COMPOSITE) {
      if (modifier != null) {
        throw modifier(parameter, modifier);
      }
      return composite(type, parameter, value);
    }
    List<Predicate> parts = new ArrayList<>();
    for (String part : parameter.parts()) {
      parts.add(one(type, part(type, part), modifier, value, linked));
    }
    if (!parameter.isIndexed()) {
      if (parts.isEmpty()) {
        throw new Refusal(
            Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", parameter.code());
      }
      return Predicate.or(parts);
    }
    parts.add(
        switch (parameter.type()) {
          case TOKEN -> token(parameter, modifier, value);
          case STRING -> string(parameter, modifier, value);
          case REFERENCE -> reference(parameter, modifier, value, linked);
          case URI -> uri(parameter, modifier, value);
          case DATE -> date(parameter, modifier, value);
          case NUMBER, QUANTITY -> number(parameter, modifier, value);
          case SPECIAL -> near(parameter, modifier, value);
          case COMPOSITE -> throw new IllegalStateException();
        });
    return Predicate.or(parts);
  }

  static Parameter part(TypeIndex type, String code) {
    return Objects.requireNonNull(type.parameters().get(code), code);
  }

  // ---- missing

  private static Predicate missing(TypeIndex type, Parameter parameter) {
    if (parameter.code().equals("_id") || parameter.code().equals("_lastUpdated")) {
      return Predicate.FALSE;
    }
    List<Predicate> all = new ArrayList<>();
    for (String part : parameter.parts()) {
      all.add(missing(type, part(type, part)));
    }
    if (parameter.isPrincipalDate()) {
      all.add(Predicate.raw("r.date_lo is null"));
    } else if (parameter.type() == Parameter.Type.COMPOSITE && !parameter.isIndexed()) {
      if (parameter.parts().isEmpty()) {
        List<Predicate> some = new ArrayList<>();
        for (Parameter.Component component : parameter.components()) {
          some.add(missing(type, component.like()));
        }
        return Predicate.or(some);
      }
    } else if (parameter.isIndexed()) {
      all.add(Predicate.raw("(r.vals -> '" + parameter.code() + "') is null"));
      if (parameter.followsPatient()) {
        all.add(Predicate.raw("r.patient is null"));
      }
    } else if (all.isEmpty()) {
      throw new Refusal(
          Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", parameter.code());
    }
    return Predicate.and(all);
  }

  // ---- token

  private Predicate token(Parameter p, @Nullable String modifier, String value) {
    if (modifier == null) {
      return tokens(p, value);
    }
    switch (modifier) {
      case "text" -> {
        if (p.isHidden()) {
          throw modifier(p, modifier);
        }
        return jsonPath(
            p.code(),
            "@ starts with $q",
            vars().put("q", "~" + normal(p, Escapes.unescape(value))));
      }
      case "of-type" -> {
        if (!p.leafTypes().contains("Identifier")) {
          throw modifier(p, modifier);
        }
        List<String> pieces = Escapes.split(value, '|');
        if (pieces.size() != 3 || pieces.stream().anyMatch(String::isEmpty)) {
          throw invalid("search.of-type-has-three-parts", p.code());
        }
        String full =
            Escapes.unescape(pieces.get(0))
                + "|"
                + Texts.fold(Escapes.unescape(pieces.get(1)))
                + "|"
                + Escapes.unescape(pieces.get(2));
        return Predicate.token(p.space(Kind.OF_TYPE) ^ digests.of(full));
      }
      case "in" -> {
        List<String> codes = valueSets.codes(Escapes.unescape(value));
        if (codes == null) {
          throw new Refusal(
              Refusal.Kind.NOT_SUPPORTED, "search.value-set-unknown", Escapes.unescape(value));
        }
        return codes(p, codes);
      }
      case "above", "below" -> {
        return codes(p, related(p, value, modifier.equals("below")));
      }
      default -> throw modifier(p, modifier);
    }
  }

  /** A code alone is one of the systems that the element itself implies. */
  private List<String> related(Parameter p, String value, boolean below) {
    List<String> pieces = Escapes.split(value, '|');
    if (pieces.size() > 2 || pieces.getLast().isEmpty()) {
      throw invalid("search.token-has-two-parts", p.code());
    }
    String code = Escapes.unescape(pieces.getLast());
    Collection<String> systems =
        pieces.size() == 2 ? List.of(Escapes.unescape(pieces.getFirst())) : p.systems();
    List<String> found = new ArrayList<>();
    boolean known = !systems.isEmpty();
    for (String system : systems) {
      List<String> codes = valueSets.related(system, code, below);
      if (codes == null) {
        known = false;
      } else {
        found.addAll(codes);
      }
    }
    if (found.isEmpty()) {
      throw new Refusal(
          known ? Refusal.Kind.VALUE : Refusal.Kind.NOT_SUPPORTED,
          known ? "search.code-unknown" : "search.hierarchy-unknown",
          Escapes.unescape(value));
    }
    return found;
  }

  private Predicate codes(Parameter p, List<String> codes) {
    if (codes.size() > MOST_CODES) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.too-many-values", p.code());
    }
    Set<Long> tokens = new LinkedHashSet<>();
    for (String full : codes) {
      int bar = full.indexOf('|');
      String system = full.substring(0, bar);
      String code = Texts.fold(full.substring(bar + 1));
      tokens.add(p.space(Kind.FULL) ^ digests.of(system + "|" + code));
      if (p.systems().contains(system)) {
        tokens.add(p.space(Kind.CODE) ^ digests.of(code));
      }
    }
    return Predicate.token(tokens.stream().mapToLong(Long::longValue).toArray());
  }

  private static boolean isCoded(Parameter p) {
    return p.leafTypes().contains("code")
        || p.leafTypes().contains("Coding")
        || p.leafTypes().contains("CodeableConcept")
        || p.leafTypes().contains("ContactPoint")
        || p.leafTypes().isEmpty();
  }

  /** The forms a code may have been indexed in. */
  private static List<String> forms(Parameter p, String code) {
    if (!isCoded(p)) {
      return List.of(code);
    }
    String folded = Texts.fold(code);
    boolean onlyCoded =
        p.leafTypes().stream()
            .allMatch(
                t ->
                    t.equals("code")
                        || t.equals("Coding")
                        || t.equals("CodeableConcept")
                        || t.equals("ContactPoint"));
    return onlyCoded && !p.leafTypes().isEmpty() || folded.equals(code)
        ? List.of(folded)
        : List.of(code, folded);
  }

  private Predicate tokens(Parameter p, String value) {
    List<String> pieces = Escapes.split(value, '|');
    if (pieces.size() > 2) {
      throw invalid("search.token-has-two-parts", p.code());
    }
    if (pieces.size() == 1) {
      return Predicate.token(spaced(p, Kind.CODE, forms(p, Escapes.unescape(value))));
    }
    String system = Escapes.unescape(pieces.get(0));
    String code = Escapes.unescape(pieces.get(1));
    if (system.isEmpty() && code.isEmpty()) {
      throw invalid("search.empty-value", p.code());
    }
    boolean implied = p.systems().contains(system);
    boolean primitive = p.leafTypes().stream().anyMatch(t -> Character.isLowerCase(t.charAt(0)));
    if (code.isEmpty()) {
      Predicate bySystem = Predicate.token(p.space(Kind.SYSTEM) ^ digests.of(system));
      return implied
          ? Predicate.or(bySystem, Predicate.raw("(r.vals -> '" + p.code() + "') is not null"))
          : bySystem;
    }
    if (system.isEmpty()) {
      long[] without = spaced(p, Kind.NO_SYSTEM, forms(p, code));
      // A code element carries no system, a plain value never has one.
      return primitive
          ? Predicate.or(
              Predicate.token(without), Predicate.token(spaced(p, Kind.CODE, forms(p, code))))
          : Predicate.token(without);
    }
    List<String> full = forms(p, code).stream().map(form -> system + "|" + form).toList();
    Predicate whole = Predicate.token(spaced(p, Kind.FULL, full));
    return implied
        ? Predicate.or(whole, Predicate.token(spaced(p, Kind.CODE, forms(p, code))))
        : whole;
  }

  private long[] spaced(Parameter p, Kind kind, List<String> values) {
    long[] tokens = new long[values.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = p.space(kind) ^ digests.of(values.get(i));
    }
    return tokens;
  }

  /**
   * Tokens of a patient's rows with a code, for {@code patient=X&code=Y}; null when the values are
   * not of the kind that has them.
   *
   * @param exact set to false at index 0 when rows found need a look at the system as well
   */
  @Nullable Predicate paired(Parameter p, String value, long[] patients, boolean[] exact) {
    List<Long> tokens = new ArrayList<>();
    for (String one : Escapes.split(value, ',')) {
      List<String> pieces = Escapes.split(one, '|');
      if (pieces.size() > 2 || pieces.getLast().isEmpty()) {
        return null;
      }
      exact[0] &= pieces.size() == 1;
      long code = digests.of(Texts.fold(Escapes.unescape(pieces.getLast())));
      for (long patient : patients) {
        tokens.add(p.pair(code, patient));
      }
    }
    return Predicate.token(tokens.stream().mapToLong(Long::longValue).toArray());
  }

  // ---- string

  private Predicate string(Parameter p, @Nullable String modifier, String value) {
    String text = Escapes.unescape(value);
    if (modifier == null) {
      String normal = normal(p, text);
      String head = Texts.head(normal, Texts.PREFIX_LENGTH);
      Predicate byHead = Predicate.token(p.space(Kind.PREFIX) ^ digests.of(head));
      if (p.isHidden() && head.length() < normal.length()) {
        throw new Refusal(
            Refusal.Kind.NOT_SUPPORTED, "search.beginning-too-long", p.code(), Texts.PREFIX_LENGTH);
      }
      return head.length() == normal.length()
          ? byHead
          : Predicate.and(byHead, jsonPath(p.code(), "@ starts with $q", vars().put("q", normal)));
    }
    if (p.isHidden() && !modifier.equals("exact")) {
      throw modifier(p, modifier);
    }
    return switch (modifier) {
      case "exact" -> Predicate.token(p.space(Kind.EXACT) ^ digests.of(text));
      case "contains" ->
          Predicate.raw(
              "exists (select from jsonb_array_elements_text(case jsonb_typeof(r.vals -> '"
                  + p.code()
                  + "') when 'array' then r.vals -> '"
                  + p.code()
                  + "' else '[]' end) v where strpos(v, ?) > 0)",
              normal(p, text));
      default -> throw modifier(p, modifier);
    };
  }

  private static String normal(Parameter p, String text) {
    String normal = Texts.normalise(text);
    if (normal.isEmpty()) {
      throw invalid("search.empty-value", p.code());
    }
    return normal;
  }

  // ---- uri

  private Predicate uri(Parameter p, @Nullable String modifier, String value) {
    String uri = Escapes.unescape(value);
    if (modifier == null) {
      return Predicate.token(p.space(Kind.URI) ^ digests.of(uri));
    }
    if (p.isHidden()) {
      throw modifier(p, modifier);
    }
    return switch (modifier) {
      case "below" ->
          jsonPath(
              p.code(),
              "@ == $q || @ starts with $s",
              vars().put("q", uri).put("s", uri.endsWith("/") ? uri : uri + "/"));
      case "above" -> {
        // Every address on the way up, each a token of its own.
        List<String> up = new ArrayList<>();
        up.add(uri);
        int host = uri.indexOf("://");
        int end = uri.length();
        while ((end = uri.lastIndexOf('/', end - 1)) > host + 2 && up.size() < 100) {
          up.add(uri.substring(0, end));
          up.add(uri.substring(0, end + 1));
        }
        yield Predicate.token(spaced(p, Kind.URI, up));
      }
      default -> throw modifier(p, modifier);
    };
  }

  // ---- reference

  private Predicate reference(
      Parameter p, @Nullable String modifier, String value, LinkedPatients linked) {
    if ("identifier".equals(modifier)) {
      List<String> pieces = Escapes.split(value, '|');
      if (pieces.size() == 1) {
        return Predicate.token(p.space(Kind.REFERENCE_VALUE) ^ digests.of(Escapes.unescape(value)));
      }
      if (pieces.size() != 2 || pieces.get(1).isEmpty()) {
        throw invalid("search.token-has-two-parts", p.code());
      }
      String full = Escapes.unescape(pieces.get(0)) + "|" + Escapes.unescape(pieces.get(1));
      return Predicate.token(p.space(Kind.REFERENCE_IDENTIFIER) ^ digests.of(full));
    }
    List<String> targets = p.targets();
    if (modifier != null) {
      if (!registry.definitions().resourceTypes().contains(modifier)) {
        throw modifier(p, modifier);
      }
      if (!targets.isEmpty() && !targets.contains(modifier)) {
        throw invalid("search.not-a-target", p.code(), modifier);
      }
      targets = List.of(modifier);
    }
    String text = Escapes.unescape(value);
    List<String> references = new ArrayList<>();
    String local = Indexer.local(text);
    if (local != null && local.indexOf('/') > 0) {
      String named = local.substring(0, local.indexOf('/'));
      if (modifier != null && !modifier.equals(named)) {
        return Predicate.FALSE;
      }
      references.add(local);
    } else if (text.indexOf('/') >= 0 || text.indexOf(':') >= 0) {
      references.add(text);
    } else {
      if (targets.isEmpty()) {
        targets = List.copyOf(registry.definitions().resourceTypes());
      }
      for (String target : targets) {
        references.add(target + "/" + text);
      }
    }
    return references(p, references, linked);
  }

  /** Rows whose references under a parameter point to one of these. */
  Predicate references(Parameter p, List<String> references, LinkedPatients linked) {
    List<Predicate> any = new ArrayList<>();
    List<Long> patients = new ArrayList<>();
    for (String reference : references) {
      boolean isPatient = reference.startsWith("Patient/");
      long[] named =
          isPatient ? linked.with(digests.of(reference)) : new long[] {digests.of(reference)};
      if (p.followsPatient() && isPatient) {
        for (long digest : named) {
          patients.add(digest);
        }
        if (!p.repeats()) {
          continue; // Such a reference is the column, and no token.
        }
      }
      any.add(Predicate.token(xor(p.tokensOf().space(Kind.REFERENCE), named)));
    }
    if (!patients.isEmpty()) {
      any.add(patients(patients.stream().mapToLong(Long::longValue).toArray()));
    }
    return Predicate.or(any);
  }

  static Predicate patients(long[] patients) {
    return new Predicate.OfPatients(patients);
  }

  /**
   * Digests of the patients when the value asks for rows of certain patients by their column alone;
   * null otherwise.
   */
  long @Nullable [] patientsOf(Parameter p, @Nullable String modifier, String value) {
    if (!p.followsPatient() || p.repeats() || (modifier != null && !modifier.equals("Patient"))) {
      return null;
    }
    List<String> values = Escapes.split(value, ',');
    long[] patients = new long[values.size()];
    for (int i = 0; i < patients.length; i++) {
      String text = Escapes.unescape(values.get(i));
      String local = Indexer.local(text);
      if (local != null && local.startsWith("Patient/")) {
        patients[i] = digests.of(local);
      } else if (text.indexOf('/') < 0
          && text.indexOf(':') < 0
          && (p.isPatient() || "Patient".equals(modifier))
          && !text.isEmpty()) {
        patients[i] = digests.reference("Patient", text);
      } else {
        return null;
      }
    }
    return patients;
  }

  // ---- date

  private Predicate date(Parameter p, @Nullable String modifier, String value) {
    if (modifier != null) {
      throw modifier(p, modifier);
    }
    Prefix prefix = Prefix.of(value);
    Moments moments = moments(p.code(), value);
    if (p.isPrincipalDate()) {
      return range(prefix, moments, "r.date_lo", "r.date_hi");
    }
    ObjectNode vars = vars();
    return jsonPath(p.code(), dates(prefix, moments, "@[0]", "@[1]", vars, ""), vars);
  }

  /** Condition on when a row was last written. */
  Predicate lastUpdated(@Nullable String modifier, String value) {
    if ("missing".equals(modifier)) {
      return value.equals("true") ? Predicate.FALSE : Predicate.TRUE;
    }
    if (modifier != null) {
      throw invalid("search.modifier-not-supported", "_lastUpdated", modifier);
    }
    List<Predicate> any = new ArrayList<>();
    for (String one : Escapes.split(value, ',')) {
      any.add(written(Prefix.of(one), moments("_lastUpdated", one)));
    }
    return Predicate.or(any);
  }

  /**
   * A row is written at one moment, so that ge and le are one comparison: one range of the index,
   * in its order.
   */
  private Predicate written(Prefix prefix, Moments m) {
    return switch (prefix) {
      case GE -> Predicate.raw("r.updated >= ?", instant(m.lo()));
      case LE -> Predicate.raw("r.updated <= ?", instant(m.hi()));
      case EQ ->
          Predicate.raw("r.updated >= ? and r.updated <= ?", instant(m.lo()), instant(m.hi()));
      default -> range(prefix, m, "r.updated", "r.updated");
    };
  }

  /**
   * Rows whose principal date is not before {@code start}, or not behind {@code end}; or without.
   */
  Predicate caredFor(String bound, String value) {
    Moments moments = moments(bound, value);
    return bound.equals("start")
        ? Predicate.raw("r.date_hi is null or r.date_hi >= ?", instant(moments.lo()))
        : Predicate.raw("r.date_lo is null or r.date_lo <= ?", instant(moments.hi()));
  }

  private static Moments moments(String code, String value) {
    // A plus that was not percent-encoded has become a space by now.
    String text = Prefix.strip(Escapes.unescape(value)).replace(' ', '+');
    Moments moments = Moments.parse(text);
    if (moments == null) {
      throw invalid("search.not-a-date", code);
    }
    return moments;
  }

  private long slack(Moments moments) {
    long now = clock.instant().toEpochMilli() * 1000;
    long middle = moments.lo() / 2 + moments.hi() / 2;
    return Math.abs(now - middle) / 10;
  }

  private Predicate range(Prefix prefix, Moments m, String lo, String hi) {
    Instant first = instant(m.lo());
    Instant last = instant(m.hi());
    return switch (prefix) {
      case EQ ->
          Predicate.raw(lo + " >= ? and " + lo + " <= ? and " + hi + " <= ?", first, last, last);
      case NE -> Predicate.raw(lo + " < ? or " + hi + " > ?", first, last);
      case GT -> Predicate.raw(hi + " > ?", last);
      case LT -> Predicate.raw(lo + " < ?", first);
      case GE ->
          Predicate.raw(hi + " > ? or (" + lo + " >= ? and " + hi + " <= ?)", last, first, last);
      case LE ->
          Predicate.raw(lo + " < ? or (" + lo + " >= ? and " + hi + " <= ?)", first, first, last);
      case SA -> Predicate.raw(lo + " > ?", last);
      case EB -> Predicate.raw(hi + " < ?", first);
      case AP -> {
        long slack = slack(m);
        yield Predicate.raw(
            lo + " <= ? and " + hi + " >= ?",
            instant(Math.min(m.hi() + slack, Moments.LAST)),
            instant(Math.max(m.lo() - slack, Moments.FIRST)));
      }
    };
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private String dates(
      Prefix prefix, Moments m, String lo, String hi, ObjectNode vars, String suffix) {
    String a = "$a" + suffix;
    String b = "$b" + suffix;
    long first = m.lo();
    long last = m.hi();
    if (prefix == Prefix.AP) {
      long slack = slack(m);
      first -= slack;
      last += slack;
    }
    vars.put("a" + suffix, first).put("b" + suffix, last);
    String within = "(" + lo + " >= " + a + " && " + hi + " <= " + b + ")";
    return switch (prefix) {
      case EQ -> within;
      case NE -> lo + " < " + a + " || " + hi + " > " + b;
      case GT -> hi + " > " + b;
      case LT -> lo + " < " + a;
      case GE -> hi + " > " + b + " || " + within;
      case LE -> lo + " < " + a + " || " + within;
      case SA -> lo + " > " + b;
      case EB -> hi + " < " + a;
      case AP -> lo + " <= " + b + " && " + hi + " >= " + a;
    };
  }

  // ---- number and quantity

  private Predicate number(Parameter p, @Nullable String modifier, String value) {
    if (modifier != null) {
      throw modifier(p, modifier);
    }
    ObjectNode vars = vars();
    String test =
        p.type() == Parameter.Type.NUMBER
            ? numbers(p.code(), value, vars, "")
            : quantities(p.code(), value, vars, "");
    return jsonPath(p.code(), test, vars);
  }

  private String numbers(String code, String value, ObjectNode vars, String suffix) {
    Asked asked = asked(code, Prefix.of(value), Prefix.strip(value));
    return "(" + compare(asked, "@", "@.l", "@.h", null, vars, suffix) + ")";
  }

  /** A number asked for with the range its precision implies. */
  private record Asked(Prefix prefix, BigDecimal number, BigDecimal low, BigDecimal high) {
    Asked scaled(Units.Canonical unit) {
      return new Asked(prefix, unit.of(number), unit.of(low), unit.of(high));
    }
  }

  private static Asked asked(String code, Prefix prefix, String text) {
    if (text.length() > LONGEST_NUMBER) {
      throw invalid("search.not-a-number", code);
    }
    BigDecimal number;
    try {
      number = new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw invalid("search.not-a-number", code);
    }
    if (Math.abs((long) number.precision() - number.scale()) > 40) {
      throw invalid("search.not-a-number", code);
    }
    BigDecimal half = BigDecimal.ONE.movePointLeft(number.scale()).multiply(HALF);
    BigDecimal low = number.subtract(half);
    BigDecimal high = number.add(half);
    if (prefix == Prefix.AP) {
      BigDecimal tenth = number.abs().multiply(TENTH);
      low = low.min(number.subtract(tenth));
      high = high.max(number.add(tenth));
    }
    return new Asked(prefix, number, low, high);
  }

  /**
   * Test on a value that is a point or a range; the members not there make their part false.
   *
   * @param extra further condition on the value; null for none
   */
  private static String compare(
      Asked asked,
      String point,
      String low,
      String high,
      @Nullable String extra,
      ObjectNode vars,
      String suffix) {
    String q = "$n" + suffix;
    String a = "$l" + suffix;
    String b = "$h" + suffix;
    switch (asked.prefix) {
      case EQ, NE, AP -> {
        vars.put("l" + suffix, asked.low);
        vars.put("h" + suffix, asked.high);
      }
      default -> vars.put("n" + suffix, asked.number);
    }
    String test =
        switch (asked.prefix) {
          case EQ ->
              "(%s >= %s && %s < %s) || (%s >= %s && %s < %s)"
                  .formatted(point, a, point, b, low, a, high, b);
          case NE ->
              "%s < %s || %s >= %s || %s < %s || %s >= %s"
                  .formatted(point, a, point, b, low, a, high, b);
          case GT -> "%s > %s || %s > %s".formatted(point, q, high, q);
          case LT -> "%s < %s || %s < %s".formatted(point, q, low, q);
          case GE -> "%s >= %s || %s >= %s".formatted(point, q, high, q);
          case LE -> "%s <= %s || %s <= %s".formatted(point, q, low, q);
          case SA -> "%s > %s || %s > %s".formatted(point, q, low, q);
          case EB -> "%s < %s || %s < %s".formatted(point, q, high, q);
          case AP ->
              "(%s >= %s && %s <= %s) || (%s <= %s && %s >= %s)"
                  .formatted(point, a, point, b, low, b, high, a);
        };
    return extra == null ? test : "(" + test + ") && " + extra;
  }

  private String quantities(String code, String value, ObjectNode vars, String suffix) {
    List<String> pieces = Escapes.split(value, '|');
    if (pieces.size() != 1 && pieces.size() != 3) {
      throw invalid("search.quantity-has-three-parts", code);
    }
    Asked asked = asked(code, Prefix.of(pieces.get(0)), Prefix.strip(pieces.get(0)));
    String unit = pieces.size() == 1 ? "" : Escapes.unescape(pieces.get(2));
    String system = pieces.size() == 1 ? "" : Escapes.unescape(pieces.get(1));
    if (unit.isEmpty() && system.isEmpty()) {
      return "(" + compare(asked, "@.v", "@.l", "@.h", null, vars, suffix) + ")";
    }
    String own;
    if (!system.isEmpty()) {
      vars.put("u" + suffix, Values.key(digests, unit.isEmpty() ? null : unit, system));
      own =
          unit.isEmpty()
              ? "@.u like_regex \"\\\\|" + Values.systemKey(digests, system) + "$\""
              : "@.u == $u" + suffix;
    } else {
      vars.put("u" + suffix, unit + "|").put("t" + suffix, unit);
      own = "(@.u starts with $u" + suffix + " || @.t == $t" + suffix + ")";
    }
    String test = "(" + compare(asked, "@.v", "@.l", "@.h", own, vars, suffix) + ")";
    Units.Canonical canonical =
        system.isEmpty() || system.equals(Units.UCUM) ? Units.canonical(unit) : null;
    if (canonical == null) {
      return test;
    }
    // The same in base units: rows in other units, and rows that are in base units themselves.
    Asked scaled = asked.scaled(canonical);
    vars.put("k" + suffix, canonical.unit());
    vars.put("ku" + suffix, Values.key(digests, canonical.unit(), Units.UCUM));
    return "("
        + test
        + " || ("
        + compare(scaled, "@.c", "@.m", "@.n", "@.k == $k" + suffix, vars, "c" + suffix)
        + ") || ("
        + compare(scaled, "@.v", "@.l", "@.h", "@.u == $ku" + suffix, vars, "c" + suffix)
        + "))";
  }

  // ---- composite

  private Predicate composite(TypeIndex type, Parameter p, String value) {
    if (!p.parts().isEmpty()) {
      List<Predicate> any = new ArrayList<>();
      for (String part : p.parts()) {
        any.add(composite(type, part(type, part), value));
      }
      return Predicate.or(any);
    }
    List<String> pieces = Escapes.split(value, '$');
    if (pieces.size() != p.components().size() || pieces.stream().anyMatch(String::isEmpty)) {
      throw invalid(
          "search.composite-has-parts", p.code(), Integer.toString(p.components().size()));
    }
    List<Predicate> all = new ArrayList<>();
    if (!p.isIndexed()) {
      for (int i = 0; i < pieces.size(); i++) {
        all.add(one(type, p.components().get(i).like(), null, pieces.get(i), LinkedPatients.NONE));
      }
      return Predicate.and(all);
    }
    ObjectNode vars = vars();
    List<String> tests = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      Parameter.Component component = p.components().get(i);
      String test = inTuple(component.like(), pieces.get(i), vars, Integer.toString(i));
      tests.add("exists(@[" + i + "][*] ? (" + test + "))");
      // The tokens of a part narrow the rows down before tuples are looked at.
      Parameter real = type.parameters().get(component.code());
      if (real != null
          && real.type() == Parameter.Type.TOKEN
          && component.like().type() == Parameter.Type.TOKEN
          && real.isIndexed()) {
        all.add(one(type, real, null, pieces.get(i), LinkedPatients.NONE));
      }
    }
    all.add(jsonPath(p.code(), String.join(" && ", tests), vars));
    return Predicate.and(all);
  }

  private String inTuple(Parameter like, String value, ObjectNode vars, String suffix) {
    String text = Escapes.unescape(value);
    return switch (like.type()) {
      case TOKEN -> {
        List<String> pieces = Escapes.split(value, '|');
        if (pieces.size() > 2) {
          throw invalid("search.token-has-two-parts", like.code());
        }
        String code = Texts.fold(Escapes.unescape(pieces.getLast()));
        if (pieces.size() == 1) {
          vars.put("q" + suffix, code + "|");
          yield "@ starts with $q" + suffix;
        }
        String system = Escapes.unescape(pieces.get(0));
        if (code.isEmpty()) {
          yield "@ like_regex \"\\\\|" + Values.systemKey(digests, system) + "$\"";
        }
        vars.put("q" + suffix, Values.key(digests, code, system.isEmpty() ? null : system));
        // A code element implies its system, which the tokens of the row have looked at.
        if (like.leafTypes().contains("code")) {
          vars.put("p" + suffix, code + "|");
          yield "@ == $q" + suffix + " || @ == $p" + suffix;
        }
        yield "@ == $q" + suffix;
      }
      case STRING -> {
        vars.put("q" + suffix, normal(like, text));
        yield "@ starts with $q" + suffix;
      }
      case REFERENCE, URI -> {
        String local = Indexer.local(text);
        if (local == null && text.indexOf('/') < 0 && text.indexOf(':') < 0) {
          vars.put("q" + suffix, text);
          yield "@ == $q" + suffix + " || @ like_regex \"/" + regexLiteral(text) + "$\"";
        }
        vars.put("q" + suffix, local == null ? text : local);
        yield "@ == $q" + suffix;
      }
      case DATE ->
          dates(Prefix.of(value), moments(like.code(), value), "@[0]", "@[1]", vars, suffix);
      case NUMBER -> numbers(like.code(), value, vars, suffix);
      case QUANTITY -> quantities(like.code(), value, vars, suffix);
      case COMPOSITE, SPECIAL ->
          throw new Refusal(
              Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", like.code());
    };
  }

  /** Ids are letters, digits, hyphens and dots; anything else can match nothing. */
  private static String regexLiteral(String id) {
    if (!id.matches("[A-Za-z0-9.-]{1,64}")) {
      throw invalid("search.not-an-id", "reference");
    }
    return id.replace(".", "[.]");
  }

  // ---- near

  private static Predicate near(Parameter p, @Nullable String modifier, String value) {
    if (modifier != null) {
      throw modifier(p, modifier);
    }
    if (!p.code().equals("near")) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", p.code());
    }
    List<String> pieces = Escapes.split(value, '|');
    if (pieces.size() < 2 || pieces.size() > 4) {
      throw invalid("search.near-has-parts", p.code());
    }
    double latitude = number(p, pieces.get(0), 90);
    double longitude = number(p, pieces.get(1), 180);
    double distance =
        pieces.size() < 3 || pieces.get(2).isEmpty() ? 50 : number(p, pieces.get(2), 50_000_000);
    String unit = pieces.size() < 4 || pieces.get(3).isEmpty() ? "km" : pieces.get(3);
    double kilometres =
        switch (unit.toLowerCase(Locale.ROOT)) {
          case "km" -> distance;
          case "m" -> distance / 1000;
          case "[mi_us]", "mi", "[mi_i]" -> distance * 1.609344;
          default -> throw invalid("search.near-unit", p.code());
        };
    // Haversine on a sphere of 6371 km: off by 0.5 % at most.
    return Predicate.raw(
        """
        2 * 6371 * asin(least(1, sqrt(
          power(sin(radians((r.vals -> 'near' ->> 0)::float8 - ?) / 2), 2)
          + cos(radians(?)) * cos(radians((r.vals -> 'near' ->> 0)::float8))
            * power(sin(radians((r.vals -> 'near' ->> 1)::float8 - ?) / 2), 2)))) <= ?""",
        latitude,
        latitude,
        longitude,
        Math.abs(kilometres));
  }

  private static double number(Parameter p, String text, double most) {
    try {
      double number = Double.parseDouble(text);
      if (Math.abs(number) <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid("search.not-a-number", p.code());
    }
    throw invalid("search.not-a-number", p.code());
  }

  // ----

  private static ObjectNode vars() {
    return Json.MAPPER.createObjectNode();
  }

  private static Predicate jsonPath(String code, String test, ObjectNode vars) {
    return Predicate.raw(
        // Strict: a lax filter would look into the arrays that stand for one value. Silent: a row
        // without the parameter is no error.
        "jsonb_path_exists(r.vals, 'strict $.\""
            + code
            + "\"[*] ? ("
            + test
            + ")', ?::jsonb, true)",
        vars.toString());
  }

  static Refusal invalid(String key, Object... arguments) {
    return new Refusal(Refusal.Kind.INVALID, key, arguments);
  }

  private static Refusal modifier(Parameter p, String modifier) {
    return new Refusal(
        Refusal.Kind.NOT_SUPPORTED, "search.modifier-not-supported", p.code(), modifier);
  }

  static long[] xor(long space, long[] digests) {
    long[] tokens = Arrays.copyOf(digests, digests.length);
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] ^= space;
    }
    return tokens;
  }
}
