package health.helan.foundation.store.index;

import health.helan.foundation.store.index.Parameter.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Gathers the tokens and values of one resource.
 *
 * <p>{@code vals} by parameter: {@code true} for hidden ones; a plain string for scalar codes; else
 * an array, in order, of codes and {@code ~text}s (token), normalised texts (string), URIs,
 * numbers, {@code [lo,hi]} in microseconds (date), quantities {@code {v,u,t?,c?,k?}} or ranges
 * {@code {l,h,u,t?,m?,n?,k?}} (value, {@code code|system digest}, unit text, canonical value and
 * unit), tuples {@code [[…],[…]]} (composite), {@code [latitude,longitude]} (near). No entry for
 * the principal date and for what equals the column {@code patient}.
 */
public final class Values {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  /** Bounds of a range without one. Larger than any measured quantity. */
  static final BigDecimal LEAST = new BigDecimal("-1e40");

  static final BigDecimal MOST = new BigDecimal("1e40");

  private final Digests digests;
  private final ParameterRegistry registry;
  private final TypeIndex index;
  private final ObjectNode resource;
  private long[] tokens = new long[48];
  private int count;
  private final @Nullable Object[] slots;
  private @Nullable String patientId;
  private long patient;
  private @Nullable Moments date;
  private final List<Pending> references = new ArrayList<>(4);
  private final List<Pair> pairs = new ArrayList<>(2);
  private @Nullable List<List<Object>> tuple;
  private @Nullable List<Object> tuplePart;

  /** A local reference whose tokens depend on which patient the row belongs to. */
  private record Pending(Parameter parameter, String target, long digest, boolean tokens) {}

  private record Pair(Parameter parameter, long code) {}

  /** A number with its unit; {@code lo} and {@code hi} differ for ranges. */
  record Quantity(
      boolean isRange,
      BigDecimal lo,
      BigDecimal hi,
      String unitKey,
      @Nullable String unitText,
      Units.@Nullable Canonical canonical,
      boolean isCanonical) {}

  private record Tuple(List<List<Object>> parts) {}

  private enum Mark {
    PRESENT
  }

  Values(ParameterRegistry registry, TypeIndex index, ObjectNode resource) {
    this.registry = registry;
    this.digests = registry.digests();
    this.index = index;
    this.resource = resource;
    slots = new Object[index.bySlot.length];
  }

  void patient(String id) {
    patientId = id;
    patient = digests.reference("Patient", id);
  }

  void beginTuple(int parts) {
    tuple = new ArrayList<>(parts);
    for (int i = 0; i < parts; i++) {
      tuple.add(new ArrayList<>(2));
    }
  }

  void tuplePart(int i) {
    if (tuple != null) {
      tuplePart = tuple.get(i);
    }
  }

  void endTuple(Parameter composite) {
    List<List<Object>> whole = tuple;
    tuple = null;
    tuplePart = null;
    if (whole != null && whole.stream().noneMatch(List::isEmpty)) {
      value(composite, new Tuple(whole));
    }
  }

  /** Takes what an element has for a parameter. */
  void take(Parameter p, Extract extract, @Nullable String resolved, JsonNode e) {
    switch (extract) {
      case CODE -> {
        if (e.isString()) {
          String code = Texts.fold(e.stringValue());
          token(p, Kind.CODE, code);
          coded(p, code, null);
        }
      }
      case PLAIN -> {
        if (e.isValueNode()) {
          String text = e.asString();
          token(p, Kind.CODE, text);
          coded(p, text, null);
        }
      }
      case NOT_FALSE -> {
        if (!e.isBoolean() || e.booleanValue()) {
          token(p, Kind.CODE, "true");
          coded(p, "true", null);
        }
      }
      case CODING -> coding(p, e);
      case CONCEPT -> {
        JsonNode codings = e.get("coding");
        if (codings != null && codings.isArray()) {
          for (int i = 0; i < codings.size(); i++) {
            coding(p, codings.get(i));
          }
        }
        label(p, text(e, "text"));
      }
      case IDENTIFIER -> identifier(p, e);
      case CONTACT -> contact(p, e);
      case TEXT -> {
        if (e.isString()) {
          string(p, e.stringValue());
        }
      }
      case CONCEPT_TEXT -> string(p, text(e, "text"));
      case NAME, ADDRESS -> {
        if (e instanceof ObjectNode object) {
          parts(p, extract, object);
        }
      }
      case REFERENCE -> {
        if (e instanceof ObjectNode object) {
          reference(p, resolved, object);
        }
      }
      case CANONICAL -> {
        if (e.isString()) {
          url(p, e.stringValue());
          present(p);
        }
      }
      case CONTAINED -> {
        String type = text(e, "resourceType");
        String id = text(e, "id");
        if (type != null && (resolved == null || resolved.equals(type))) {
          if (id != null) {
            reference(p, type + "/" + id);
          }
          present(p);
        }
      }
      case DATE -> {
        if (e.isString()) {
          Moments moments = Moments.parse(e.stringValue());
          if (moments != null) {
            date(p, moments);
          }
        }
      }
      case PERIOD -> {
        Moments period = period(e);
        if (period != null) {
          date(p, period);
        }
      }
      case TIMING -> timing(p, e);
      case NUMBER -> {
        if (e.isNumber()) {
          BigDecimal number = bounded(e.decimalValue());
          value(
              p,
              p.type() == Parameter.Type.QUANTITY
                  ? new Quantity(false, number, number, "|", null, null, false)
                  : number);
        }
      }
      case NUMBER_RANGE, RANGE -> range(p, e);
      case QUANTITY -> quantity(p, e);
      case MONEY -> {
        BigDecimal number = number(e, "value");
        if (number != null) {
          String key = unitKey(text(e, "currency"), "urn:iso:std:iso:4217");
          value(p, new Quantity(false, number, number, key, null, null, false));
        }
      }
      case URI -> {
        if (e.isString()) {
          String uri = e.stringValue();
          url(p, uri);
          if (p.isHidden() && tuplePart == null) {
            present(p);
          } else {
            value(p, uri);
          }
        }
      }
      case POSITION -> {
        BigDecimal latitude = number(e, "latitude");
        BigDecimal longitude = number(e, "longitude");
        if (latitude != null && longitude != null) {
          value(p, latitude);
          value(p, longitude);
        }
      }
      case PRESENCE, TUPLE -> present(p);
    }
  }

  private void coding(Parameter p, JsonNode coding) {
    if (!coding.isObject()) {
      return;
    }
    String code = text(coding, "code");
    String system = text(coding, "system");
    if (code != null) {
      code = Texts.fold(code);
      long digest = digests.of(code);
      if (tuplePart == null) {
        add(p.space(Kind.CODE) ^ digest);
        if (system != null) {
          add(p.space(Kind.FULL) ^ digests.of(system + "|" + code));
        } else {
          add(p.space(Kind.NO_SYSTEM) ^ digest);
        }
        if (p.isPaired()) {
          pairs.add(new Pair(p, digest));
        }
      }
      coded(p, code, system);
    }
    if (system != null && tuplePart == null) {
      token(p, Kind.SYSTEM, system);
      if (code == null) {
        present(p);
      }
    }
    label(p, text(coding, "display"));
  }

  private void coded(Parameter p, String code, @Nullable String system) {
    if (tuplePart != null) {
      tuplePart.add(unitKey(code, system));
    } else if (p.isHidden()) {
      present(p);
    } else {
      value(p, code);
    }
  }

  /** Display texts, searched by {@code :text}; a mark tells them from codes. */
  private void label(Parameter p, @Nullable String text) {
    if (text == null || tuplePart != null || p.isHidden()) {
      return;
    }
    String normalised = Texts.cut(Texts.normalise(text));
    if (!normalised.isEmpty()) {
      value(p, "~" + normalised);
    }
  }

  private void identifier(Parameter p, JsonNode e) {
    String value = text(e, "value");
    String system = text(e, "system");
    if (tuplePart != null) {
      if (value != null) {
        tuplePart.add(BASE64.encodeToString(bytes(digests.of(system + "|" + value))));
      }
      return;
    }
    present(p);
    if (value != null) {
      token(p, Kind.CODE, value);
      if (system != null) {
        token(p, Kind.FULL, system + "|" + value);
      } else {
        token(p, Kind.NO_SYSTEM, value);
      }
      JsonNode types = e.path("type").path("coding");
      for (int i = 0; i < types.size(); i++) {
        String code = text(types.get(i), "code");
        if (code != null) {
          String typeSystem = text(types.get(i), "system");
          String full = (typeSystem == null ? "" : typeSystem) + "|" + Texts.fold(code) + "|";
          token(p, Kind.OF_TYPE, full + value);
        }
      }
    }
    if (system != null) {
      token(p, Kind.SYSTEM, system);
    }
  }

  /** R4 searches a contact point by its value, and takes its use for a system. */
  private void contact(Parameter p, JsonNode e) {
    String value = text(e, "value");
    if (tuplePart != null) {
      return;
    }
    present(p);
    if (value != null) {
      String folded = Texts.fold(value);
      String use = text(e, "use");
      token(p, Kind.CODE, folded);
      if (use != null) {
        token(p, Kind.FULL, use + "|" + folded);
        token(p, Kind.SYSTEM, use);
      } else {
        token(p, Kind.NO_SYSTEM, folded);
      }
    }
  }

  private void parts(Parameter p, Extract extract, ObjectNode e) {
    String[] names =
        extract == Extract.NAME
            ? new String[] {"text", "family", "given", "prefix", "suffix"}
            : new String[] {"text", "line", "city", "district", "state", "postalCode", "country"};
    for (String name : names) {
      if (p.coveredByParts().contains(name)) {
        continue;
      }
      JsonNode part = e.get(name);
      if (part == null) {
        continue;
      }
      if (part.isString()) {
        string(p, part.stringValue());
      } else if (part.isArray()) {
        for (int i = 0; i < part.size(); i++) {
          if (part.get(i).isString()) {
            string(p, part.get(i).stringValue());
          }
        }
      }
    }
  }

  private void string(Parameter p, @Nullable String text) {
    if (text == null) {
      return;
    }
    String normalised = Texts.cut(Texts.normalise(text));
    if (tuplePart != null) {
      tuplePart.add(normalised);
      return;
    }
    token(p, Kind.EXACT, text);
    long space = p.space(Kind.PREFIX);
    int points = 0;
    for (int i = 0; i < normalised.length() && points < Texts.PREFIX_LENGTH; points++) {
      i += Character.charCount(normalised.codePointAt(i));
      add(space ^ digests.of(normalised.substring(0, i)));
    }
    if (p.isHidden()) {
      present(p);
    } else {
      value(p, normalised);
    }
  }

  private void reference(Parameter p, @Nullable String resolved, ObjectNode e) {
    String reference = text(e, "reference");
    if (reference != null) {
      if (reference.startsWith("#")) {
        if (resolved != null && !resolved.equals(containedType(reference.substring(1)))) {
          return;
        }
      } else {
        String local = Indexer.local(reference);
        if (resolved != null && !resolved.equals(typeOf(reference, local))) {
          return;
        }
        if (local != null) {
          reference(p, local);
        } else {
          url(p, reference);
        }
      }
    } else if (resolved != null && !resolved.equals(text(e, "type"))) {
      return;
    }
    if (e.get("identifier") instanceof ObjectNode identifier && tuplePart == null) {
      String value = text(identifier, "value");
      if (value != null) {
        token(p, Kind.REFERENCE_VALUE, value);
        String system = text(identifier, "system");
        token(p, Kind.REFERENCE_IDENTIFIER, (system == null ? "" : system) + "|" + value);
      }
      present(p);
    } else if (reference == null || Indexer.local(reference) == null) {
      present(p);
    } else if (!p.followsPatient()) {
      present(p);
    }
  }

  private static @Nullable String typeOf(String reference, @Nullable String local) {
    if (local != null) {
      return local.substring(0, local.indexOf('/'));
    }
    if (!reference.startsWith("http")) {
      return null;
    }
    String path = reference;
    int history = path.indexOf("/_history/");
    if (history > 0) {
      path = path.substring(0, history);
    }
    int slash = path.lastIndexOf('/');
    return slash < 0 ? null : path.substring(path.lastIndexOf('/', slash - 1) + 1, slash);
  }

  private @Nullable String containedType(String id) {
    JsonNode contained = resource.get("contained");
    if (contained != null) {
      for (int i = 0; i < contained.size(); i++) {
        if (id.equals(text(contained.get(i), "id"))) {
          return text(contained.get(i), "resourceType");
        }
      }
    }
    return null;
  }

  private void reference(Parameter p, String local) {
    if (tuplePart != null) {
      tuplePart.add(local);
      return;
    }
    boolean toPatient = local.startsWith("Patient/");
    boolean inCompartment = toPatient && index.patientCompartment.contains(p);
    boolean ownTokens = p.tokensOf() == p;
    long digest = digests.of(local);
    if (toPatient && p.isPatient() && patientId == null) {
      patientId = local.substring("Patient/".length());
      patient = digest;
    }
    if (p.followsPatient() || inCompartment) {
      references.add(new Pending(p, local, digest, ownTokens));
    } else if (ownTokens) {
      add(p.space(Kind.REFERENCE) ^ digest);
    }
  }

  /** A URL is found with its version and without. */
  private void url(Parameter p, String url) {
    if (tuplePart != null) {
      return;
    }
    if (p.tokensOf() != p) {
      return;
    }
    Kind kind = p.type() == Parameter.Type.URI ? Kind.URI : Kind.REFERENCE;
    token(p, kind, url);
    int bar = url.indexOf('|');
    if (bar > 0) {
      token(p, kind, url.substring(0, bar));
    }
    int history = url.indexOf("/_history/");
    if (history > 0) {
      token(p, kind, url.substring(0, history));
    }
  }

  private void date(Parameter p, Moments moments) {
    if (p.isPrincipalDate() && tuplePart == null) {
      date = moments;
    } else {
      value(p, moments);
    }
  }

  private static @Nullable Moments period(JsonNode e) {
    String start = text(e, "start");
    String end = text(e, "end");
    Moments first = start == null ? null : Moments.parse(start);
    Moments last = end == null ? null : Moments.parse(end);
    if (first == null && last == null) {
      return null;
    }
    return new Moments(
        first == null ? Moments.FIRST : first.lo(), last == null ? Moments.LAST : last.hi());
  }

  /** Only the outer limits count (FHIR R4, 3.1.1.4.7). */
  private void timing(Parameter p, JsonNode e) {
    long lo = Long.MAX_VALUE;
    long hi = Long.MIN_VALUE;
    JsonNode events = e.path("event");
    for (int i = 0; i < events.size(); i++) {
      Moments event = events.get(i).isString() ? Moments.parse(events.get(i).stringValue()) : null;
      if (event != null) {
        lo = Math.min(lo, event.lo());
        hi = Math.max(hi, event.hi());
      }
    }
    Moments bounds = period(e.path("repeat").path("boundsPeriod"));
    if (bounds != null) {
      lo = Math.min(lo, bounds.lo());
      hi = Math.max(hi, bounds.hi());
    }
    if (lo <= hi) {
      date(p, new Moments(lo, hi));
    } else {
      present(p);
    }
  }

  private void quantity(Parameter p, JsonNode e) {
    BigDecimal number = number(e, "value");
    if (number == null) {
      return;
    }
    String comparator = text(e, "comparator");
    BigDecimal lo = number;
    BigDecimal hi = number;
    if (comparator != null) {
      if (comparator.startsWith("<")) {
        lo = LEAST;
      } else if (comparator.startsWith(">")) {
        hi = MOST;
      }
    }
    value(p, quantity(comparator != null, lo, hi, e));
  }

  private void range(Parameter p, JsonNode e) {
    BigDecimal low = number(e.path("low"), "value");
    BigDecimal high = number(e.path("high"), "value");
    if (low != null || high != null) {
      value(
          p,
          quantity(
              true,
              low == null ? LEAST : low,
              high == null ? MOST : high,
              low == null ? e.path("high") : e.path("low")));
    }
  }

  private Quantity quantity(boolean isRange, BigDecimal lo, BigDecimal hi, JsonNode unit) {
    String code = text(unit, "code");
    String system = text(unit, "system");
    String unitText = text(unit, "unit");
    Units.Canonical canonical =
        Units.UCUM.equals(system) && code != null ? Units.canonical(code) : null;
    boolean isCanonical =
        canonical != null
            && canonical.unit().equals(code)
            && canonical.factor().compareTo(BigDecimal.ONE) == 0;
    return new Quantity(
        isRange,
        lo,
        hi,
        unitKey(code, system),
        unitText == null || unitText.equals(code) ? null : Texts.head(unitText, 50),
        canonical,
        isCanonical);
  }

  /** {@code code|} and 24 bits of the system's digest; without a system nothing after the bar. */
  private String unitKey(@Nullable String code, @Nullable String system) {
    return key(digests, code, system);
  }

  /**
   * As {@code u} of quantities and codes in tuples: {@code code|} and a short digest of the system.
   */
  public static String key(Digests digests, @Nullable String code, @Nullable String system) {
    return (code == null ? "" : code) + "|" + (system == null ? "" : systemKey(digests, system));
  }

  public static String systemKey(Digests digests, String system) {
    long digest = digests.of(system);
    return BASE64.encodeToString(
        new byte[] {(byte) digest, (byte) (digest >> 8), (byte) (digest >> 16)});
  }

  private static byte[] bytes(long value) {
    return java.nio.ByteBuffer.allocate(8).putLong(value).array();
  }

  private void token(Parameter p, Kind kind, String value) {
    if (tuplePart == null) {
      add(p.space(kind) ^ digests.of(value));
    }
  }

  private void add(long token) {
    if (count == tokens.length) {
      tokens = Arrays.copyOf(tokens, count * 2);
    }
    tokens[count++] = token;
  }

  private void present(Parameter p) {
    if (tuplePart != null) {
      return;
    }
    if (p.slot() >= 0 && slots[p.slot()] == null) {
      slots[p.slot()] = Mark.PRESENT;
    }
  }

  @SuppressWarnings("unchecked") // Slots hold a mark or a list of values, set here alone.
  private void value(Parameter p, Object value) {
    if (tuplePart != null && !(value instanceof Tuple)) {
      tuplePart.add(value);
      return;
    }
    Object before = slots[p.slot()];
    if (before instanceof List<?> list) {
      if (!list.contains(value) || p.type() == Parameter.Type.SPECIAL) {
        ((List<Object>) list).add(value);
      }
    } else {
      List<Object> list = new ArrayList<>(2);
      list.add(value);
      slots[p.slot()] = list;
    }
  }

  IndexEntry finish() {
    for (Pending reference : references) {
      Parameter p = reference.parameter;
      boolean isPatient = patientId != null && reference.digest == patient;
      if (isPatient && p.followsPatient()) {
        continue; // The column says it.
      }
      if (reference.tokens) {
        add(p.space(Kind.REFERENCE) ^ reference.digest);
      }
      if (p.followsPatient()) {
        present(p);
      }
      if (!isPatient
          && reference.target.startsWith("Patient/")
          && index.patientCompartment.contains(p)) {
        add(registry.compartmentParameter().space(Kind.REFERENCE) ^ reference.digest);
      }
    }
    if (patientId != null) {
      for (Pair pair : pairs) {
        add(pair.parameter.pair(pair.code, patient));
      }
    }
    return new IndexEntry(
        patientId == null ? null : patient,
        patientId,
        date == null ? null : date.lo(),
        date == null ? null : date.hi(),
        distinct(),
        json().getBytes(StandardCharsets.UTF_8));
  }

  private long[] distinct() {
    Arrays.sort(tokens, 0, count);
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || tokens[i] != tokens[i - 1]) {
        tokens[n++] = tokens[i];
      }
    }
    return Arrays.copyOf(tokens, n);
  }

  private String json() {
    StringBuilder out = new StringBuilder(300);
    out.append('{');
    for (int slot = 0; slot < slots.length; slot++) {
      Object values = slots[slot];
      if (values == null) {
        continue;
      }
      if (out.length() > 1) {
        out.append(',');
      }
      Parameter p = index.bySlot[slot];
      quoted(out, p.code());
      out.append(':');
      if (values instanceof List<?> list) {
        if (p.isScalar()) {
          write(out, list.get(0));
        } else {
          array(out, list, p.type() != Parameter.Type.SPECIAL);
        }
      } else {
        out.append("true");
      }
    }
    return out.append('}').toString();
  }

  private static void array(StringBuilder out, List<?> list, boolean sorted) {
    List<?> values = list;
    if (sorted && list.size() > 1) {
      values = list.stream().sorted(ORDER).toList();
    }
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      write(out, values.get(i));
    }
    out.append(']');
  }

  /** Least first, so that the first value is the sort key of an ascending search. */
  private static final Comparator<Object> ORDER =
      (a, b) ->
          switch (a) {
            case String text when b instanceof String other -> compare(text, other);
            case BigDecimal number when b instanceof BigDecimal other -> number.compareTo(other);
            case Moments moments when b instanceof Moments other ->
                moments.lo() != other.lo()
                    ? Long.compare(moments.lo(), other.lo())
                    : Long.compare(moments.hi(), other.hi());
            case Quantity quantity when b instanceof Quantity other ->
                quantity.lo.compareTo(other.lo);
            default -> 0;
          };

  /** By code points, as PostgreSQL compares in collation C. */
  private static int compare(String a, String b) {
    int n = Math.min(a.length(), b.length());
    for (int i = 0; i < n; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        if (Character.isSurrogate(x) != Character.isSurrogate(y)) {
          return Character.isSurrogate(x) ? 1 : -1;
        }
        return Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private static void write(StringBuilder out, Object value) {
    switch (value) {
      case String text -> quoted(out, text);
      case BigDecimal number -> out.append(number);
      case Moments moments ->
          out.append('[').append(moments.lo()).append(',').append(moments.hi()).append(']');
      case Quantity quantity -> quantity(out, quantity);
      case Tuple tuple -> {
        out.append('[');
        for (int i = 0; i < tuple.parts.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          array(out, tuple.parts.get(i), false);
        }
        out.append(']');
      }
      default -> throw new IllegalStateException(value.getClass().getName());
    }
  }

  private static void quantity(StringBuilder out, Quantity quantity) {
    out.append('{');
    if (quantity.isRange) {
      out.append("\"l\":").append(quantity.lo).append(",\"h\":").append(quantity.hi);
    } else {
      out.append("\"v\":").append(quantity.lo);
    }
    if (!quantity.unitKey.equals("|")) {
      out.append(",\"u\":");
      quoted(out, quantity.unitKey);
    }
    if (quantity.unitText != null) {
      out.append(",\"t\":");
      quoted(out, quantity.unitText);
    }
    Units.Canonical canonical = quantity.canonical;
    if (canonical != null && !quantity.isCanonical) {
      if (quantity.isRange) {
        out.append(",\"m\":").append(bound(canonical, quantity.lo));
        out.append(",\"n\":").append(bound(canonical, quantity.hi));
      } else {
        out.append(",\"c\":").append(canonical.of(quantity.lo));
      }
      out.append(",\"k\":");
      quoted(out, canonical.unit());
    }
    out.append('}');
  }

  private static BigDecimal bound(Units.Canonical canonical, BigDecimal bound) {
    return bound.equals(LEAST) || bound.equals(MOST) ? bound : canonical.of(bound);
  }

  private static void quoted(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        if (c != 0) { // PostgreSQL's jsonb knows no character 0.
          out.append(String.format("\\u%04x", (int) c));
        }
      } else if (Character.isSurrogate(c)
          && !(Character.isHighSurrogate(c)
              ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
              : i > 0 && Character.isHighSurrogate(text.charAt(i - 1)))) {
        out.append('\uFFFD'); // Half a pair is no character in UTF-8.
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static @Nullable String text(JsonNode e, String name) {
    JsonNode value = e.get(name);
    return value != null && value.isString() && !value.stringValue().isEmpty()
        ? value.stringValue()
        : null;
  }

  private static @Nullable BigDecimal number(JsonNode e, String name) {
    JsonNode value = e.get(name);
    return value != null && value.isNumber() ? bounded(value.decimalValue()) : null;
  }

  /** A number with a monstrous exponent would fill pages of the database with digits. */
  private static BigDecimal bounded(BigDecimal number) {
    long magnitude = (long) number.precision() - number.scale();
    if (magnitude > 40 && number.signum() != 0) {
      return number.signum() > 0 ? MOST : LEAST;
    }
    if (magnitude < -40) {
      return BigDecimal.ZERO;
    }
    return number.scale() > 60 ? number.setScale(60, RoundingMode.HALF_EVEN) : number;
  }
}
