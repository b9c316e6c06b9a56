package health.helan.oversight.settlement;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.oversight.settlement.rules.PayerKind;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who stands behind a resident on a day, by Coverages that are active. The kind is the code of the
 * type: {@code 310} and {@code 390} are employees' and residents' basic insurance (codes of the
 * national insurance, from general knowledge), others are named as the rules name their payers. A
 * Coverage counts that its payor wrote ({@link Writers}).
 *
 * @param scheme {@code employee}, {@code resident} or {@code none}
 * @param covers by payer; one payer's at most
 */
record Insured(String scheme, Set<String> groups, Map<PayerKind, Cover> covers) {
  private static final int MOST = 50;

  /**
   * @param coverage its id
   * @param payor id of the Organization that pays
   * @param number of the insured; empty for none
   */
  record Cover(String coverage, String payor, String number) {}

  static Insured of(
      RecordStore store, Writers writers, Caller platform, String patient, LocalDate day) {
    String scheme = "none";
    Set<String> groups = new HashSet<>();
    Map<PayerKind, Cover> covers = new EnumMap<>(PayerKind.class);
    SearchResult found =
        store.search(
            platform,
            new SearchRequest(
                "Coverage",
                null,
                null,
                List.of(
                    new SearchRequest.Parameter("beneficiary", "Patient/" + patient),
                    new SearchRequest.Parameter("_count", String.valueOf(MOST))),
                false));
    Map<String, String> wrote =
        writers.of(
            "Coverage", found.entries().stream().map(entry -> entry.resource().id()).toList());
    for (SearchResult.Entry entry : found.entries()) {
      JsonNode coverage = Json.MAPPER.readTree(Objects.requireNonNull(entry.resource().content()));
      String payor = coverage.path("payor").path(0).path("reference").asString("");
      if (!coverage.path("status").asString("").equals("active")
          || !payor.startsWith("Organization/")
          || !Writers.counts(
              wrote.getOrDefault(entry.resource().id(), "?"),
              payor.substring("Organization/".length()))
          || !isOn(coverage.path("period"), day)) {
        continue;
      }
      Cover cover =
          new Cover(
              coverage.path("id").asString(""),
              payor.substring("Organization/".length()),
              coverage.path("identifier").path(0).path("value").asString(""));
      for (JsonNode coding : coverage.path("type").path("coding")) {
        String code = coding.path("code").asString("");
        PayerKind kind =
            code.equals("310") || code.equals("390") ? PayerKind.BASIC : PayerKind.of(code);
        // Of two of one kind the employees' counts, else the first.
        if (kind == null || covers.containsKey(kind) && !code.equals("310")) {
          continue;
        }
        covers.put(kind, cover);
        if (kind == PayerKind.BASIC) {
          scheme = code.equals("310") ? "employee" : "resident";
        } else {
          groups.add(kind.code());
        }
      }
    }
    return new Insured(scheme, Set.copyOf(groups), covers);
  }

  private static boolean isOn(JsonNode period, LocalDate day) {
    String start = period.path("start").asString("");
    String end = period.path("end").asString("");
    String on = day.toString();
    return (start.length() < 10 || start.substring(0, 10).compareTo(on) <= 0)
        && (end.length() < 10 || end.substring(0, 10).compareTo(on) >= 0);
  }

  /**
   * Who pays a share: who is named for it, else the bureau of the basic insurance, which advances
   * it and clears it with the fund; null for nobody.
   */
  @Nullable Cover cover(PayerKind kind) {
    Cover own = covers.get(kind);
    return own != null || kind == PayerKind.COMMERCIAL ? own : covers.get(PayerKind.BASIC);
  }
}
