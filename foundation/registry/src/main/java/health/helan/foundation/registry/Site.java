package health.helan.foundation.registry;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A place of practice where FHIR keeps it: a PractitionerRole, with the extension {@link
 * #EXTENSION} for what R4 has no place for: state, since when, who filed it, whether it is the main
 * place (主执业机构) or one beside (多点执业), whether it is for online care, the main institution's
 * agreement, and the prescribing rights held there.
 */
public final class Site {
  public static final String EXTENSION =
      "https://helan.health/fhir/StructureDefinition/practice-site";

  /** 主执业机构, 多点执业, 医联体内执业. */
  public static final Set<String> KINDS = Set.of("main", "additional", "alliance");

  private final ObjectNode role;
  private final @Nullable ObjectNode extension;

  private Site(ObjectNode role) {
    this.role = role;
    extension = Parts.find(role, EXTENSION);
  }

  static Site of(JsonNode role) {
    return new Site((ObjectNode) role);
  }

  /** What the registry alone may write of a post that is filed: compared before and after. */
  static List<JsonNode> registered(JsonNode role) {
    ObjectNode own = Parts.find(role, EXTENSION);
    return own == null
        ? List.of()
        : List.of(
            own,
            role.path("practitioner").path("reference"),
            role.path("organization").path("reference"),
            role.path("period"));
  }

  private Parts parts() {
    return new Parts(extension == null ? Parts.make(role, EXTENSION) : extension);
  }

  private String text(String name) {
    return extension == null ? "" : new Parts(extension).text(name);
  }

  public SiteState state() {
    return SiteState.of(text("state"));
  }

  public @Nullable Instant since() {
    return Spans.from(text("since"));
  }

  /** {@code main}, {@code additional} or {@code alliance}; empty where nobody has said. */
  public String kind() {
    return text("site");
  }

  public boolean isOnline() {
    return extension != null && new Parts(extension).node("online").asBoolean(false);
  }

  public String filedBy() {
    return text("filed-by");
  }

  public List<String> rights() {
    var rights = new ArrayList<String>();
    if (extension != null) {
      new Parts(extension).all("right").forEach(one -> rights.add(one.asString("")));
    }
    return rights;
  }

  boolean isAgreed() {
    return !text("agreed-by").isEmpty();
  }

  /** Why one person filed and agreed alone; empty where two did. */
  public String agreedAlone() {
    return text("agreed-alone");
  }

  /** When the practitioner may act there, and when it might under earlier filings. */
  Spans valid() {
    return current().with(held());
  }

  /** Times of earlier filings that have ended: what was done in them stays lawful. */
  private Spans held() {
    var spans = new ArrayList<Spans.Span>();
    if (extension != null) {
      for (JsonNode period : new Parts(extension).all("held")) {
        Spans.Span span = Spans.of(period);
        if (!span.isEmpty()) {
          spans.add(span);
        }
      }
    }
    return new Spans(List.copyOf(spans));
  }

  private Spans current() {
    if (state() != SiteState.APPROVED && state() != SiteState.ENDED) {
      return Spans.NONE;
    }
    Spans.Span period = Spans.of(role.path("period"));
    Instant from = Spans.from(text("from"));
    if (state() == SiteState.ENDED && text("from").isEmpty()) {
      return Spans.NONE; // Refused.
    }
    Spans spans = Spans.of(period);
    if (from != null) {
      spans = spans.without(new Spans.Span(null, from));
    }
    return state() == SiteState.ENDED ? spans.without(new Spans.Span(since(), null)) : spans;
  }

  /**
   * What a step needs to know beside.
   *
   * @param kind of {@link #KINDS}, of {@link SiteStep#FILE}
   * @param rights of {@link SiteStep#FILE} and {@link SiteStep#PRESCRIBING_RIGHTS}; null for those
   *     there are
   * @param alone of {@link SiteStep#AGREE}: why who filed agrees too; null where two persons do
   */
  public record Asked(
      String reason,
      @Nullable String kind,
      boolean online,
      @Nullable List<String> rights,
      @Nullable String alone) {

    /** Of a step that asks for no second person. */
    Asked(String reason, @Nullable String kind, boolean online, @Nullable List<String> rights) {
      this(reason, kind, online, rights, null);
    }
  }

  /**
   * Takes a step.
   *
   * @throws Refusal with the reason for which it is not open to the caller, or not now
   */
  void take(SiteStep step, Caller caller, Asked asked, Instant now) {
    SiteState to = step.take(caller, state());
    String at = now.truncatedTo(ChronoUnit.MILLIS).toString();
    Parts parts = parts();
    switch (step) {
      case FILE -> {
        if (state() == SiteState.ENDED) {
          for (Spans.Span span : current().all()) {
            ObjectNode period = parts.add("held").putObject("valuePeriod");
            if (span.from() != null) {
              period.put("start", span.from().toString());
            }
            if (span.to() != null) {
              period.put("end", span.to().toString());
            }
          }
        }
        parts.put("site", "valueCode", asked.kind());
        parts.put("online", asked.online());
        parts.put("filed-by", "valueString", caller.subject());
        parts.remove("agreed-by").remove("agreed-alone").remove("from");
        rights(parts, asked.rights() == null ? List.of() : asked.rights());
      }
      case AGREE -> {
        parts.put("agreed-alone", "valueString", alone(caller, asked.alone()));
        parts.put("agreed-by", "valueString", caller.subject());
        return;
      }
      case PRESCRIBING_RIGHTS -> {
        if (asked.rights() == null) {
          throw Faults.missing("right");
        }
        rights(parts, asked.rights());
        return;
      }
      case APPROVE -> {
        if (!caller.isRoot() && filedBy().equals(caller.subject())) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.own-filing");
        }
        if (isOnline() && !kind().equals("main") && !isAgreed()) {
          throw new Refusal(Refusal.Kind.BUSINESS_RULE, "registry.not-agreed");
        }
        if (!kind().equals("main") || !parts.all("held").isEmpty()) {
          // The main place goes with the licence: what was done there before the platform was told
          // was lawful too. A place beside counts from its approval, and so does one that had
          // ended:
          // what was done in between does not become lawful.
          parts.put("from", "valueDateTime", at);
        }
      }
      case END -> {
        if (text("from").isEmpty()) {
          // Loaded as approved: since its first day, as far as anybody knows.
          String start = role.path("period").path("start").asString("1900-01-01");
          parts.put("from", "valueDateTime", start);
        }
      }
      case REFUSE -> {
        // The state says it all.
      }
    }
    parts.put("state", "valueCode", to.word());
    parts.put("since", "valueDateTime", at);
    parts.put("reason", "valueString", asked.reason());
  }

  /**
   * Two persons look at a place before a third approves it. An operator that stands in for the main
   * institution may be the one who filed; then the reason stays with the place.
   */
  private @Nullable String alone(Caller caller, @Nullable String why) {
    if (caller.isRoot() || !filedBy().equals(caller.subject())) {
      return null;
    }
    if (caller.role() != Caller.Role.OPERATOR || why == null) {
      throw Faults.of(Refusal.Kind.FORBIDDEN, "alone", "registry.own-agreement");
    }
    return why;
  }

  private static void rights(Parts parts, List<String> codes) {
    parts.remove("right");
    for (String code : codes) {
      if (PrescribingRight.of(code) == null) {
        throw Faults.wrong("right");
      }
      parts.add("right").put("valueCode", code);
    }
  }
}
