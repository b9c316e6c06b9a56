package health.helan.foundation.registry;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A licence where FHIR keeps it. Of a practitioner it is a {@code Practitioner.qualification}
 * (identifier: its number; code: its kind; period; issuer) that bears the extension {@link
 * #EXTENSION} with what R4 has no place for: the state, since when, who filed it and for which
 * institution, scopes of practice, the yearly check, and times in which it did not hold. R4 knows
 * no qualification of organizations and services: there the same extension stands on the resource
 * and holds number, kind, period and issuer too.
 */
public final class Licence {
  public static final String EXTENSION =
      "https://helan.health/fhir/StructureDefinition/registration";

  /** Identifier system of numbers that come by {@code $file}. */
  public static final String NUMBER = "https://helan.health/fhir/sid/licence-number";

  /** Ten years are more than any scope list needs. */
  private static final int MOST_SCOPES = 20;

  /** Months to the next check, where nothing else is said. */
  static final int CHECK_MONTHS = 12;

  private final ObjectNode element;
  private final boolean isQualification;
  private final Parts parts;

  private Licence(ObjectNode element, ObjectNode extension, boolean isQualification) {
    this.element = element;
    this.isQualification = isQualification;
    parts = new Parts(extension);
  }

  /** Those of a resource that have been filed, in their order. */
  public static List<Licence> of(JsonNode resource) {
    var found = new ArrayList<Licence>();
    if (resource.path("resourceType").asString("").equals("Practitioner")) {
      for (JsonNode qualification : resource.path("qualification")) {
        ObjectNode extension = Parts.find(qualification, EXTENSION);
        if (extension != null) {
          found.add(new Licence((ObjectNode) qualification, extension, true));
        }
      }
      return found;
    }
    for (JsonNode extension : resource.path("extension")) {
      if (EXTENSION.equals(extension.path("url").asString(""))
          && extension instanceof ObjectNode own) {
        found.add(new Licence(own, own, false));
      }
    }
    return found;
  }

  /** What the registry alone may write of a resource: compared before and after. */
  static List<JsonNode> registered(JsonNode resource) {
    return of(resource).stream().map(one -> (JsonNode) one.element).toList();
  }

  /**
   * What is filed.
   *
   * @param scopes {@code code|display} of the national list of clinical departments, or texts
   * @param issuer {@code Organization/id} or a name; null for none
   */
  public record Filing(
      LicenceKind kind,
      String number,
      @Nullable LocalDate start,
      @Nullable LocalDate end,
      @Nullable String issuer,
      List<String> scopes) {}

  /** A new one on a resource. */
  static Licence add(ObjectNode resource, Filing filing) {
    boolean isPractitioner = resource.path("resourceType").asString("").equals("Practitioner");
    Licence made;
    if (isPractitioner) {
      ObjectNode qualification = resource.withArray("qualification").addObject();
      made = new Licence(qualification, Parts.make(qualification, EXTENSION), true);
    } else {
      ObjectNode extension = resource.withArray("extension").addObject().put("url", EXTENSION);
      made = new Licence(extension, extension, false);
    }
    return made;
  }

  /** Puts in what is filed, in the place of what was. */
  void file(Filing filing) {
    if (filing.scopes().size() > MOST_SCOPES) {
      throw new Refusal(Refusal.Kind.VALUE, "registry.parameter", "scope");
    }
    if (isQualification) {
      element
          .putArray("identifier")
          .addObject()
          .put("system", NUMBER)
          .put("value", filing.number());
      ObjectNode code = element.putObject("code");
      code.putArray("coding")
          .addObject()
          .put("system", LicenceKind.SYSTEM)
          .put("code", filing.kind().code())
          .put("display", filing.kind().title());
      code.put("text", filing.kind().title());
      element.remove("period");
      if (hasPeriod(filing)) {
        period(element.putObject("period"), filing);
      }
      if (filing.issuer() != null) {
        issuer(element.putObject("issuer"), filing.issuer());
      }
    } else {
      parts.object("number", "valueIdentifier").put("system", NUMBER).put("value", filing.number());
      parts
          .object("kind", "valueCoding")
          .put("system", LicenceKind.SYSTEM)
          .put("code", filing.kind().code())
          .put("display", filing.kind().title());
      parts.remove("period");
      if (hasPeriod(filing)) {
        period(parts.object("period", "valuePeriod"), filing);
      }
      if (filing.issuer() != null) {
        issuer(parts.object("issuer", "valueReference"), filing.issuer());
      }
    }
    parts.remove("scope");
    for (String scope : filing.scopes()) {
      int bar = scope.indexOf('|');
      ObjectNode concept = parts.add("scope").putObject("valueCodeableConcept");
      if (bar > 0) {
        concept
            .putArray("coding")
            .addObject()
            .put("system", Registry.SPECIALTY)
            .put("code", scope.substring(0, bar))
            .put("display", scope.substring(bar + 1));
        concept.put("text", scope.substring(bar + 1));
      } else {
        concept.put("text", scope);
      }
    }
  }

  /** FHIR knows no empty period. */
  private static boolean hasPeriod(Filing filing) {
    return filing.start() != null || filing.end() != null;
  }

  private static void period(ObjectNode period, Filing filing) {
    if (filing.start() != null) {
      period.put("start", filing.start().toString());
    }
    if (filing.end() != null) {
      period.put("end", filing.end().toString());
    }
  }

  private static void issuer(ObjectNode issuer, String text) {
    issuer.put(text.matches("Organization/[A-Za-z0-9.-]{1,64}") ? "reference" : "display", text);
  }

  // ------------------------------------------------------------------ what it says

  public LicenceState state() {
    return LicenceState.of(parts.text("state"));
  }

  /** When it came to the state; null where nobody has said. */
  public @Nullable Instant since() {
    return Spans.from(parts.text("since"));
  }

  /** Code of a {@link LicenceKind}; empty for a kind that is none of them. */
  public String kind() {
    JsonNode codings =
        isQualification
            ? element.path("code").path("coding")
            : tools.jackson.databind.node.JsonNodeFactory.instance
                .arrayNode()
                .add(parts.node("kind"));
    for (JsonNode coding : codings) {
      if (LicenceKind.SYSTEM.equals(coding.path("system").asString(""))) {
        return coding.path("code").asString("");
      }
    }
    return "";
  }

  public String number() {
    return identifier().path("value").asString("");
  }

  JsonNode identifier() {
    return isQualification ? element.path("identifier").path(0) : parts.node("number");
  }

  private JsonNode period() {
    return isQualification ? element.path("period") : parts.node("period");
  }

  /** First instant after its last day; null for no end. */
  public @Nullable Instant ends() {
    return Spans.of(period()).to();
  }

  public String filedBy() {
    return parts.text("filed-by");
  }

  /** Id of the institution that filed it; empty for none. */
  public String filedAt() {
    String reference = parts.node("filed-at").path("reference").asString("");
    return reference.startsWith("Organization/") ? reference.substring(13) : "";
  }

  /** The day by which the next check has to be passed; empty for none. */
  public String checkDue() {
    return parts.text("check-due");
  }

  public boolean isRevoked() {
    return parts.node("revoked").asBoolean(false);
  }

  /**
   * When it holds, as far as is known now. Nothing for one that was never active: what is only
   * filed gives no right.
   */
  Spans valid() {
    if (!state().isRegistered()) {
      return Spans.NONE;
    }
    Spans spans = Spans.of(Spans.of(period()));
    for (JsonNode gap : parts.all("not-valid")) {
      spans = spans.without(Spans.of(gap));
    }
    if (state() == LicenceState.SUSPENDED) {
      spans = spans.without(new Spans.Span(since(), null));
    }
    return spans;
  }

  // ------------------------------------------------------------------ steps

  /**
   * What a step needs to know beside.
   *
   * @param end the new last day, of {@link LicenceStep#RENEW}
   * @param passed the result, of {@link LicenceStep#CHECK}
   * @param due the day of the next check; null for a year on
   */
  public record Asked(
      String reason,
      @Nullable LocalDate end,
      @Nullable Boolean passed,
      @Nullable LocalDate due,
      String institution) {}

  /**
   * Takes a step.
   *
   * @throws Refusal with the reason for which it is not open to the caller, or not now
   */
  void take(LicenceStep step, Caller caller, Asked asked, Instant now) {
    LicenceState before = state();
    LicenceState to = step.take(caller, before);
    switch (step) {
      case FILE -> {
        parts.put("filed-by", "valueString", caller.subject());
        if (!asked.institution().isEmpty()) {
          parts
              .object("filed-at", "valueReference")
              .put("reference", "Organization/" + asked.institution());
        }
      }
      case VERIFY -> {
        if (!caller.isRoot() && filedBy().equals(caller.subject())) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.own-filing");
        }
      }
      case ACTIVATE -> {
        Instant ends = ends();
        if (ends != null && !now.isBefore(ends)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.period-over", lastDay());
        }
        nextCheck(asked, now);
      }
      case RENEW -> renew(asked, now);
      case CHECK -> {
        if (asked.passed() == null) {
          throw new Refusal(Refusal.Kind.INVALID, "registry.parameter-missing", "passed");
        }
        parts.put("checked", "valueDate", day(now).toString());
        parts.put("check-result", "valueCode", asked.passed() ? "passed" : "failed");
        if (asked.passed()) {
          nextCheck(asked, now);
          return; // The state, and since when, stay.
        }
        to = LicenceState.SUSPENDED;
      }
      case RESUME -> gap(Spans.from(parts.text("since")), now);
      case EXPIRE -> {
        Instant ends = ends();
        if (ends == null || now.isBefore(ends)) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.not-over", lastDay());
        }
        if (before == LicenceState.SUSPENDED) {
          gap(Spans.from(parts.text("since")), ends);
        }
      }
      case REVOKE -> {
        parts.put("revoked", true);
        gap(before == LicenceState.SUSPENDED ? Spans.from(parts.text("since")) : now, null);
      }
      case SUSPEND, SEND_BACK -> {
        // The state says it all.
      }
    }
    parts.put("state", "valueCode", to.word());
    parts.put("since", "valueDateTime", now.truncatedTo(ChronoUnit.MILLIS).toString());
    parts.put("reason", "valueString", asked.reason());
  }

  private void renew(Asked asked, Instant now) {
    if (isRevoked()) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.revoked");
    }
    LocalDate end = asked.end();
    if (end == null) {
      throw new Refusal(Refusal.Kind.INVALID, "registry.parameter-missing", "end");
    }
    Instant ends = ends();
    if (!end.isAfter(day(now))
        || ends != null && !end.plusDays(1).atStartOfDay(Spans.BEIJING).toInstant().isAfter(ends)) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.end-not-later", lastDay());
    }
    if (ends != null && ends.isBefore(now)) {
      gap(ends, now); // What was done without a licence does not become lawful by its renewal.
    }
    ObjectNode period = period() instanceof ObjectNode own ? own : null;
    if (period == null) {
      period =
          isQualification ? element.putObject("period") : parts.object("period", "valuePeriod");
    }
    period.put("end", end.toString());
  }

  private void nextCheck(Asked asked, Instant now) {
    LocalDate due = asked.due() == null ? day(now).plusMonths(CHECK_MONTHS) : asked.due();
    if (!due.isAfter(day(now))) {
      throw new Refusal(Refusal.Kind.VALUE, "registry.parameter", "due");
    }
    parts.put("check-due", "valueDate", due.toString());
  }

  /** Notes that it did not hold for a while. */
  private void gap(@Nullable Instant from, @Nullable Instant to) {
    ObjectNode period = parts.add("not-valid").putObject("valuePeriod");
    if (from != null) {
      period.put("start", from.truncatedTo(ChronoUnit.MILLIS).toString());
    }
    if (to != null) {
      period.put("end", to.truncatedTo(ChronoUnit.MILLIS).toString());
    }
  }

  /** For sentences. */
  private String lastDay() {
    String end = period().path("end").asString("");
    return end.isEmpty() ? "-" : end;
  }

  static LocalDate day(Instant at) {
    return LocalDate.ofInstant(at, Spans.BEIJING);
  }
}
