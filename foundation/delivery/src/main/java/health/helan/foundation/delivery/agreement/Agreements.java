package health.helan.foundation.delivery.agreement;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Agreements: making, signing, ending and looking them up. */
public final class Agreements {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MOST_CRITERIA = 50;
  private static final Duration LONGEST = Duration.ofDays(5 * 366);

  /** Never delivered: bytes, traces, and addresses with secrets. */
  private static final Set<String> NEVER = Set.of("Subscription", "Binary", "AuditEvent");

  private static final Pattern SHAPING =
      Pattern.compile(
          "_(include|revinclude|sort|count|cursor|summary|elements|total|type|contained|id)(:.*)?");

  private final AgreementTable table;
  private final RecordStore store;
  private final Clock clock;
  private final boolean required;

  /**
   * @param required whether systems deliver under an agreement only; uploads always do
   */
  public Agreements(DataSource dataSource, RecordStore store, Clock clock, boolean required) {
    this.table = new AgreementTable(dataSource);
    this.store = store;
    this.clock = clock;
    this.required = required;
  }

  /** {@code $agreement}, {@code $agreements}, {@code $agreement-sign}, {@code $agreement-end}. */
  public List<FhirOperation> operations() {
    List<FhirOperation> all = new ArrayList<>();
    for (AgreementOperation.Of of : AgreementOperation.Of.values()) {
      all.add(new AgreementOperation(of, this));
    }
    return all;
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  // ------------------------------------------------------------------ for what delivers

  /** Whether what it names may be delivered now. */
  public boolean isInForce(String id) {
    Agreement agreement = table.find(id);
    return agreement != null && agreement.isInForce(now());
  }

  /** Null for none. */
  public @Nullable Agreement find(String id) {
    return table.find(id);
  }

  /** The one if it is in force, else null. */
  public @Nullable Agreement inForce(String id) {
    Agreement agreement = table.find(id);
    return agreement != null && agreement.isInForce(now()) ? agreement : null;
  }

  /**
   * The agreement that a delivery is to stand on; null where it names none and needs none.
   *
   * @param id empty for none
   * @throws Refusal UNPROCESSABLE where one is required, NOT_FOUND for one that is not there or of
   *     others, UNPROCESSABLE for one that is not in force
   */
  public @Nullable Agreement standing(Caller caller, String id) {
    if (id.isEmpty()) {
      if (required && !caller.isRoot()) {
        throw new Refusal(Refusal.Kind.BUSINESS_RULE, "agreement.required");
      }
      return null;
    }
    Agreement agreement = visible(caller, id);
    if (!agreement.isInForce(now())) {
      throw notInForce(id);
    }
    return agreement;
  }

  /** For what stands on an agreement that is no longer, or not yet. */
  public static Refusal notInForce(String id) {
    return new Refusal(Refusal.Kind.BUSINESS_RULE, "agreement.not-in-force", id);
  }

  /**
   * One that the caller is a party of, or any for who runs the platform.
   *
   * @throws Refusal NOT_FOUND
   */
  public Agreement visible(Caller caller, String id) {
    Agreement agreement = table.find(id);
    if (agreement == null || !sees(caller, agreement)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "agreement.not-found", id.replaceAll("\\W", "?"));
    }
    return agreement;
  }

  /** Whether an institution gives by it: the caller's own, or a department of it. */
  public boolean isGiver(Caller caller, Agreement agreement) {
    return caller.isRoot() ? true : isWithin(agreement.giver(), caller.institution());
  }

  private static boolean isStaff(Caller caller) {
    return caller.isRoot() || caller.role() == Caller.Role.OPERATOR;
  }

  private boolean sees(Caller caller, Agreement agreement) {
    return isStaff(caller)
        || isWithin(agreement.giver(), caller.institution())
        || isWithin(agreement.receiver(), caller.institution());
  }

  /** The institution itself, or what is part of it. */
  private boolean isWithin(String organization, String institution) {
    if (organization.isEmpty() || institution.isEmpty()) {
      return false;
    }
    String at = organization;
    for (int i = 0; i < 10; i++) {
      if (at.equals(institution)) {
        return true;
      }
      JsonNode read = organization(at);
      String above = read == null ? "" : read.path("partOf").path("reference").asString("");
      if (!above.startsWith("Organization/")) {
        return false;
      }
      at = above.substring("Organization/".length());
    }
    return false;
  }

  private @Nullable JsonNode organization(String id) {
    try {
      return ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
          .call(
              () ->
                  Json.MAPPER.readTree(
                      store.read(Caller.platform("agreements"), "Organization", id).content()));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.NOT_FOUND || e.kind() == Refusal.Kind.GONE) {
        return null;
      }
      throw e;
    }
  }

  // ------------------------------------------------------------------ making and signing

  /**
   * Proposes one. A system signs at once for the side that is its institution's.
   *
   * @param giver null for the caller's institution, and for the root the platform as a whole
   */
  Agreement propose(
      Caller caller,
      @Nullable String giver,
      String receiver,
      String receiverName,
      List<String> what,
      String purpose,
      @Nullable Instant since,
      Instant until) {
    Instant now = now();
    String from = giver == null ? caller.institution() : giver;
    Instant begins = since == null ? now : since;
    if (from.isEmpty() && !isStaff(caller)) {
      throw wrong("agreement.giver");
    }
    if (receiver.isEmpty() == receiverName.isBlank() || receiverName.length() > 200) {
      throw wrong("agreement.receiver");
    }
    if (!from.isEmpty() && organization(from) == null) {
      throw wrong("agreement.giver");
    }
    if (!receiver.isEmpty() && organization(receiver) == null) {
      throw wrong("agreement.receiver");
    }
    if (!purpose.matches("[A-Z]{2,20}")) {
      throw wrong("agreement.purpose");
    }
    if (!begins.isBefore(until)
        || !now.isBefore(until)
        || Duration.between(begins, until).compareTo(LONGEST) > 0) {
      throw wrong("agreement.until");
    }
    check(what);
    boolean isGiver = isWithin(from, caller.institution());
    boolean isReceiver = isWithin(receiver, caller.institution());
    if (!isStaff(caller) && !isGiver && !isReceiver) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "agreement.not-a-party");
    }
    boolean signs = caller.role() == Caller.Role.SYSTEM && !caller.isRoot();
    byte[] bits = new byte[12];
    RANDOM.nextBytes(bits);
    var agreement =
        new Agreement(
            HexFormat.of().formatHex(bits),
            from,
            receiver,
            receiverName.strip(),
            List.copyOf(what),
            purpose,
            begins.truncatedTo(ChronoUnit.MILLIS),
            until.truncatedTo(ChronoUnit.MILLIS),
            caller.subject(),
            now,
            signs && isGiver ? caller.subject() : "",
            signs && isGiver ? now : null,
            signs && isReceiver ? caller.subject() : "",
            signs && isReceiver ? now : null,
            "",
            null);
    table.add(agreement);
    return agreement;
  }

  private void check(List<String> what) {
    if (what.isEmpty() || what.size() > MOST_CRITERIA) {
      throw wrong("agreement.what");
    }
    for (String one : what) {
      String type = Agreement.type(one);
      if (one.length() > 2000
          || !R4.get().resourceTypes().contains(type)
          || NEVER.contains(type)
          || one.endsWith("?")) {
        throw wrong("agreement.what");
      }
      List<Parameter> query = new ArrayList<>();
      int mark = one.indexOf('?');
      if (mark > 0) {
        query.addAll(Query.parse(one.substring(mark + 1)).parameters());
      }
      if (query.stream().anyMatch(parameter -> SHAPING.matcher(parameter.name()).matches())) {
        throw wrong("agreement.what");
      }
      query.add(new Parameter("_id", "none"));
      // Criteria that are not understood are refused now; nothing is found, nothing is shown.
      ScopedValue.where(AccessTrail.CURRENT, new AccessTrail())
          .run(
              () ->
                  store.search(
                      Caller.platform("agreements"),
                      new SearchRequest(type, null, null, query, false)));
    }
  }

  static Refusal wrong(String key) {
    return new Refusal(Refusal.Kind.VALUE, key);
  }

  Agreement sign(Caller caller, String id) {
    Agreement agreement = visible(caller, id);
    Agreement.State state = agreement.state(now());
    if (state == Agreement.State.ENDED || state == Agreement.State.EXPIRED) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "agreement.over", id);
    }
    table.sign(
        id,
        isStaff(caller) || isWithin(agreement.giver(), caller.institution()),
        isStaff(caller) || isWithin(agreement.receiver(), caller.institution()),
        caller.subject(),
        now());
    return visible(caller, id);
  }

  Agreement end(Caller caller, String id) {
    visible(caller, id);
    table.end(id, caller.subject(), now());
    return visible(caller, id);
  }

  /** A page of those that the caller may see, in the order of their ids. */
  List<Agreement> list(Caller caller, String after, int count) {
    List<Agreement> seen = new ArrayList<>();
    String from = after;
    List<Agreement> some;
    do {
      some = table.all(from, 200);
      for (Agreement one : some) {
        from = one.id();
        if (sees(caller, one)) {
          seen.add(one);
          if (seen.size() == count) {
            return seen;
          }
        }
      }
    } while (some.size() == 200);
    return seen;
  }
}
