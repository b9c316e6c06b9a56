package health.helan.oversight.supervision;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.ProvenanceJson;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.erasure.Erasable;
import health.helan.oversight.supervision.rules.RatingTimes;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Ratings by residents (满意度) of a visit, a parcel or drugs that were handed over: once, and changed
 * for a few days. Who is rated sees figures, no rating (docs/guide/supervision.md).
 */
public final class Ratings implements Erasable {
  private static final String DATA_OPERATION =
      "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
  private static final Pattern REFERENCE = Pattern.compile("[A-Za-z]{1,64}/[A-Za-z0-9.-]{1,64}");
  private static final int MOST_OWN = 100;

  private final RecordStore store;
  private final Sql sql;
  private final Cases cases;
  private final Clock clock;

  /**
   * @param cases know who answers for an institution, and who supervises
   */
  public Ratings(RecordStore store, DataSource database, Cases cases, Clock clock) {
    this.store = store;
    this.sql = new Sql(database);
    this.cases = cases;
    this.clock = clock;
  }

  public List<FhirOperation> operations() {
    return RatingOperations.all(store, this);
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static RatingTimes times() {
    return ShippedRules.ratingTimes();
  }

  /**
   * What may be rated, as the caller sees it.
   *
   * @param patient {@code Patient/[id]}
   * @param institution that owns it
   * @param ended null while it goes on
   * @param row null where it was not rated yet
   */
  record About(
      String reference,
      Rating.Thing thing,
      JsonNode resource,
      String patient,
      String institution,
      @Nullable Instant ended,
      RatingTable.@Nullable Row row) {

    /** Until when it may be rated, or the rating be changed; null for never. */
    @Nullable Instant until() {
      if (row != null) {
        return row.at().plus(times().change());
      }
      return ended == null ? null : ended.plus(times().first());
    }
  }

  /**
   * @throws Refusal VALUE for what cannot be rated, NOT_FOUND for what is not the caller's,
   *     BUSINESS_RULE for what no institution did
   */
  About about(Caller caller, String reference) {
    Rating.Thing thing = REFERENCE.matcher(reference).matches() ? Rating.Thing.of(reference) : null;
    if (thing == null) {
      throw new Refusal(Refusal.Kind.VALUE, "rating.about");
    }
    String id = reference.substring(thing.type.length() + 1);
    JsonNode resource =
        Json.MAPPER.readTree(Objects.requireNonNull(store.read(caller, thing.type, id).content()));
    String patient = Resources.text(resource.path(thing.patient), "reference");
    String institution = sql.on(connection -> store.rows().owner(connection, thing.type, id));
    if (institution.isEmpty() || !patient.startsWith("Patient/")) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "rating.nobodys");
    }
    return new About(
        reference,
        thing,
        resource,
        patient,
        institution,
        thing.ended(resource),
        RatingTable.find(sql, subject(patient), reference));
  }

  private long subject(String patient) {
    return store.purges().subject(patient.substring("Patient/".length()));
  }

  /**
   * Rates, or changes what was rated.
   *
   * @return the rating as it stands now
   * @throws Refusal of {@link #about}; FORBIDDEN for who is no resident; BUSINESS_RULE for what is
   *     not over, or too late; CONFLICT where another call rates the same
   */
  Own rate(Caller caller, String reference, Rating.Said said) {
    if (caller.role() != Role.RESIDENT) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "rating.residents");
    }
    About about = about(caller, reference);
    Instant now = now();
    Instant until = about.until();
    if (until == null) {
      throw new Refusal(Refusal.Kind.BUSINESS_RULE, "rating.not-over");
    }
    RatingTable.Row row = about.row();
    if (now.isAfter(until)) {
      throw row == null
          ? new Refusal(Refusal.Kind.BUSINESS_RULE, "rating.late", times().first().toDays())
          : new Refusal(Refusal.Kind.BUSINESS_RULE, "rating.stands", times().change().toDays());
    }
    if (row == null) {
      make(caller, about, said, now);
    } else {
      amend(caller, about, row, said, now);
    }
    return own(caller, about.patient.substring("Patient/".length()), reference).getFirst();
  }

  /**
   * The same without words.
   *
   * @param overall 1 to 5
   * @param yes the answer to each question
   */
  public void rate(Caller caller, String reference, int overall, boolean yes) {
    Map<String, Boolean> answers = new TreeMap<>();
    Rating.Thing thing = Rating.Thing.of(reference);
    if (thing != null) {
      thing.form().questions().forEach(question -> answers.put(question.id(), yes));
    }
    var unused = rate(caller, reference, new Rating.Said(overall, answers, null));
  }

  private void make(Caller caller, About about, Rating.Said said, Instant now) {
    // Who acts for others too may be anybody of them: the Provenance names the account.
    String source = caller.binding().patients().size() == 1 ? about.patient : null;
    ObjectNode response =
        Rating.made(about.thing, about.reference, about.patient, source, said, now);
    String urn = "urn:uuid:" + UUID.randomUUID();
    var unused =
        store.transact(
            caller.asPlatform(),
            List.of(
                new Interaction.Create(
                    "QuestionnaireResponse",
                    Interaction.Body.of(response),
                    null,
                    urn,
                    about.patient),
                provenance(caller, urn, about.patient, "CREATE", now)),
            (connection, ids, _) ->
                RatingTable.belongsTo(
                    connection,
                    Objects.requireNonNull(
                        store.rows().home(connection, "QuestionnaireResponse", ids.getFirst())),
                    ids.getFirst(),
                    subject(about.patient),
                    about.institution,
                    about.thing.isOnline(about.resource)));
  }

  private void amend(
      Caller caller, About about, RatingTable.Row row, Rating.Said said, Instant now) {
    var unused =
        store.transact(
            caller.asPlatform(),
            List.of(
                new Interaction.Patch(
                    "QuestionnaireResponse",
                    row.id(),
                    null,
                    tree -> Rating.of(tree).amend(said, now),
                    null),
                provenance(
                    caller, "QuestionnaireResponse/" + row.id(), about.patient, "UPDATE", now)),
            Set.of(),
            null);
  }

  private static Interaction provenance(
      Caller caller, String target, String patient, String what, Instant now) {
    ObjectNode provenance =
        ProvenanceJson.of(caller, List.of(target), DATA_OPERATION, what, null, now);
    ComplaintTask.keepFromStaff(provenance);
    return new Interaction.Create(
        "Provenance", Interaction.Body.of(provenance), null, null, patient);
  }

  /** A rating as its resident reads it. */
  record Own(RatingTable.Row row, Rating rating) {
    Instant until() {
      return row.at().plus(times().change());
    }
  }

  /** Those of a resident that the caller sees, the last made first; {@code about} empty for any. */
  List<Own> own(Caller caller, String patient, String about) {
    List<RatingTable.Row> rows =
        RatingTable.of(sql, store.purges().subject(patient), about, MOST_OWN);
    if (rows.isEmpty()) {
      return List.of();
    }
    List<Own> all = new ArrayList<>();
    for (var entry :
        store
            .search(
                caller,
                new SearchRequest(
                    "QuestionnaireResponse",
                    null,
                    null,
                    List.of(
                        new Parameter("subject", "Patient/" + patient),
                        new Parameter(
                            "_id",
                            String.join(",", rows.stream().map(RatingTable.Row::id).toList())),
                        new Parameter("_count", Integer.toString(MOST_OWN))),
                    false))
            .entries()) {
      Rating rating =
          Rating.of(
              (ObjectNode)
                  Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content())));
      rows.stream()
          .filter(row -> row.id().equals(entry.resource().id()))
          .forEach(row -> all.add(new Own(row, rating)));
    }
    all.sort((one, other) -> other.row().at().compareTo(one.row().at()));
    return all;
  }

  /** Figures of institutions with enough ratings, of what the caller may ask about. */
  List<RatingTable.Figure> figures(Caller caller, String institution, Instant from, Instant until) {
    return RatingTable.figures(
        sql, ShippedRules.satisfaction(), cases.scope(caller, institution), from, until);
  }

  @Override
  public void erase(long subject) {
    int unused = sql.together(connection -> RatingTable.erase(connection, subject));
  }
}
