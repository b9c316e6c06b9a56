package health.helan.foundation.trust.policy;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Searchsets;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * {@code POST Patient/$locate} with the whole identity number ({@code identifier}): the residents
 * who have it, masked, whatever institution they were entered by. For the desk that has the card in
 * hand, before a check-in, and for emergencies. One of the listed exceptions: whoever holds a
 * number learns that the region knows its bearer.
 */
final class LocateOperation implements FhirOperation {
  private static final String MOST = "10";

  @Override
  public Spec spec() {
    return new Spec(
        "locate",
        Set.of(Level.TYPE),
        Set.of("Patient"),
        true, // POST only: numbers do not belong into addresses
        "https://helan.health/fhir/OperationDefinition/Patient-locate");
  }

  @Override
  public Answer execute(Call call) {
    Staff.only(call.caller(), spec().name());
    String number = call.text("identifier");
    if (number == null || !IdNumbers.isValid(number.toUpperCase(Locale.ROOT))) {
      throw new Refusal(Refusal.Kind.VALUE, "access.no-such-identifier");
    }
    SearchResult found =
        call.store()
            .search(
                call.caller().asPlatform(),
                new SearchRequest(
                    "Patient",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("identifier", number.toUpperCase(Locale.ROOT)),
                        new SearchRequest.Parameter("_count", MOST)),
                    false));
    List<SearchResult.Entry> masked =
        found.entries().stream()
            .map(entry -> new SearchResult.Entry(mask(entry.resource()), true))
            .toList();
    return Searchsets.answer(
        call,
        "Patient/$locate",
        new SearchResult(masked, null, List.of(), null, found.watermark(), List.of(), null));
  }

  private static ResourceVersion mask(ResourceVersion whole) {
    return new ResourceVersion(
        whole.type(),
        whole.id(),
        whole.version(),
        whole.updated(),
        whole.method(),
        Masking.mask(Objects.requireNonNull(whole.content())),
        whole.patient());
  }
}
