package health.helan.pharmacy.review;

import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Given;
import health.helan.foundation.rest.NamedOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Sql;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Figures of pharmacists' work in a month: how many prescriptions were decided, in what time, how
 * many too late, how many returned or refused and by which comment code. By institution; by
 * pharmacist for the institution's head of pharmacy and for supervision. Nothing is counted by
 * doctor, drug or resident: the rows do not have them ({@link Decision}, docs/adr/0115).
 */
public final class ReviewFigures {
  /** What the policy calls it. */
  static final String READ = "review-figures";

  /** Code of PractitionerRole.code that makes the head of an institution's pharmacy. */
  static final String POST = "https://helan.health/fhir/CodeSystem/post";

  static final String HEAD = "pharmacy-head";

  /** Six seconds, a tenth of a minute: as exactly as the answer tells. */
  private static final int TENTH = 6;

  /** A fan-out over homes, by index {@code review_decision_of}. */
  private static final String OF_ONE =
      "select institution, pharmacist, decision, code, late, (seconds + 5) / 6, count(*)"
          + " from review_decision where month = ? and institution = ? group by 1, 2, 3, 4, 5, 6";

  private static final String OF_ALL =
      "select institution, '', decision, code, late, (seconds + 5) / 6, count(*)"
          + " from review_decision where month = ? group by 1, 3, 4, 5, 6";

  private final RecordStore store;
  private final Registry registry;
  private final Prescriptions prescriptions;
  private final Sql sql;

  public ReviewFigures(
      RecordStore store, Registry registry, Prescriptions prescriptions, DataSource database) {
    this.store = store;
    this.registry = registry;
    this.prescriptions = prescriptions;
    sql = new Sql(database);
  }

  public FhirOperation operation() {
    return NamedOperation.of(
        "prescription-review",
        "review-figures",
        FhirOperation.Level.SYSTEM,
        "",
        false,
        READ,
        this::answer);
  }

  private record Row(
      String institution,
      String pharmacist,
      String decision,
      @Nullable String code,
      boolean isLate,
      int tenths,
      int count) {}

  /** Rows added up. */
  private static final class Sum {
    final Map<Integer, Integer> byTenths = new TreeMap<>();
    final Map<String, Integer> byDecision = new TreeMap<>();
    final Map<String, Integer> byCode = new TreeMap<>();
    int all;
    int late;

    void add(Row row) {
      all += row.count;
      late += row.isLate ? row.count : 0;
      byTenths.merge(row.tenths, row.count, Integer::sum);
      byDecision.merge(row.decision, row.count, Integer::sum);
      if (row.code != null) {
        byCode.merge(row.code, row.count, Integer::sum);
      }
    }

    /** The time within which a part of them was decided, in minutes: the nearest rank. */
    double minutes(double part) {
      int wanted = (int) Math.ceil(part * all);
      int seen = 0;
      for (var one : byTenths.entrySet()) {
        seen += one.getValue();
        if (seen >= wanted) {
          return one.getKey() * TENTH / 60.0;
        }
      }
      return 0;
    }

    void put(ArrayNode parts) {
      ReviewOperations.put(parts, "reviewed", all);
      ReviewOperations.put(parts, "passed", byDecision.getOrDefault("pass", 0));
      ReviewOperations.put(parts, "returned", byDecision.getOrDefault("return", 0));
      ReviewOperations.put(parts, "refused", byDecision.getOrDefault("refuse", 0));
      ReviewOperations.put(parts, "late", late);
      parts.addObject().put("name", "medianMinutes").put("valueDecimal", minutes(0.5));
      parts.addObject().put("name", "p95Minutes").put("valueDecimal", minutes(0.95));
      byCode.forEach(
          (code, count) -> {
            ArrayNode one = parts.addObject().put("name", "byCode").putArray("part");
            ReviewOperations.put(one, "code", code);
            ReviewOperations.put(one, "count", count);
          });
    }
  }

  /**
   * {@code GET $review-figures}: {@code month} (2026-10), {@code institution} (the own one for
   * pharmacists; all for none), {@code by} ({@code pharmacist}; with an institution). Of one
   * institution also what is to be decided {@code now}, whatever the month.
   *
   * @throws Refusal FORBIDDEN for another institution's, and by pharmacist for whoever is no head
   */
  private Answer answer(FhirOperation.Call call) {
    var given = new Given(call);
    given.only(Set.of("month", "institution", "by"));
    YearMonth asked = given.month("month");
    if (asked == null) {
      throw Given.missing("month");
    }
    LocalDate month = asked.atDay(1);
    String by = given.text("by");
    if (by != null && !by.equals("pharmacist")) {
      throw Given.wrong("by"); // A doctor, for one: nobody counts those.
    }
    Caller caller = call.caller();
    String institution = institution(caller, given.id("institution", "Organization"));
    if (by != null && institution == null) {
      throw Given.missing("institution");
    }
    boolean isHead = by != null && isHead(caller);
    if (by != null && !isHead) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "review.figures-heads");
    }
    ObjectNode answer = ReviewOperations.parameters();
    Map<String, Sum> byInstitution = new TreeMap<>();
    Map<String, Sum> byPharmacist = new TreeMap<>();
    String own = caller.binding().practitioner();
    for (Row row : rows(month, institution)) {
      byInstitution.computeIfAbsent(row.institution, _ -> new Sum()).add(row);
      if (isHead || !own.isEmpty() && row.pharmacist.equals(own)) {
        byPharmacist.computeIfAbsent(row.pharmacist, _ -> new Sum()).add(row);
      }
    }
    byInstitution.forEach((id, sum) -> put(answer, "institution", "Organization", id, sum));
    byPharmacist.forEach((id, sum) -> put(answer, "pharmacist", "Practitioner", id, sum));
    if (institution != null) {
      ReviewOperations.put(ReviewOperations.part(answer, "may"), "byPharmacist", isHead(caller));
      PrescriptionLists.Pending pending = prescriptions.lists().pending(caller, institution);
      ArrayNode now = ReviewOperations.part(answer, "now");
      ReviewOperations.put(now, "undecided", pending.undecided());
      ReviewOperations.put(now, "late", pending.late());
      ReviewOperations.put(now, "more", pending.isMore());
    }
    return ReviewOperations.answer(answer);
  }

  private void put(ObjectNode answer, String name, String type, String id, Sum sum) {
    ArrayNode parts = ReviewOperations.part(answer, name);
    String called = name(type, id);
    ObjectNode who =
        parts
            .addObject()
            .put("name", "of")
            .putObject("valueReference")
            .put("reference", type + "/" + id);
    if (!called.isEmpty()) {
      who.put("display", called);
    }
    sum.put(parts);
  }

  private String name(String type, String id) {
    try {
      JsonNode found = FactReader.content(store.read(Caller.platform("review-figures"), type, id));
      JsonNode name = found.path("name");
      return name.isArray() ? name.path(0).path("text").asString("") : name.asString("");
    } catch (Refusal gone) {
      return "";
    }
  }

  private List<Row> rows(LocalDate month, @Nullable String institution) {
    Sql.Mapper<Row> mapper =
        row ->
            new Row(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getBoolean(5),
                row.getInt(6),
                row.getInt(7));
    return institution == null
        ? sql.list(OF_ALL, mapper, month)
        : sql.list(OF_ONE, mapper, month, institution);
  }

  /** Whose figures: null for those of all. */
  private @Nullable String institution(Caller caller, @Nullable String asked) {
    if (isSupervising(caller)) {
      return asked;
    }
    if (!prescriptions.isPharmacist(caller)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "prescription.no-pharmacist");
    }
    if (asked != null && !asked.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "review.figures-own");
    }
    return caller.institution();
  }

  private static boolean isSupervising(Caller caller) {
    return caller.isRoot() || caller.role() == Role.REGULATOR || caller.role() == Role.OPERATOR;
  }

  /** Supervision, or who holds a post at the institution that says so: its system writes posts. */
  private boolean isHead(Caller caller) {
    if (isSupervising(caller)) {
      return true;
    }
    SearchResult posts =
        store.search(
            caller.asPlatform(),
            new SearchRequest(
                "PractitionerRole",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter(
                        "practitioner", "Practitioner/" + caller.binding().practitioner()),
                    new SearchRequest.Parameter("role", POST + "|" + HEAD)),
                false));
    for (SearchResult.Entry post : posts.entries()) {
      Registry.Seat seat = registry.seat(post.resource().id());
      if (seat != null && seat.isActive() && seat.institution().equals(caller.institution())) {
        return true;
      }
    }
    return false;
  }
}
