package health.helan.app.access;

import health.helan.demo.NamedResident;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.SignIn;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Residents of the demo region to whom something happens in a demonstration. */
@Component
public final class DemoResidents {
  private static final int LOOKED_AT = 200;

  private final SignIn signIn;
  private final RecordStore store;

  DemoResidents(SignIn signIn, RecordStore store) {
    this.signIn = signIn;
    this.store = store;
  }

  /**
   * The same ones in every region of one size, however the store happens to find them; none who has
   * an account to try: who waits or has been seen has opened the record to those who serve, and a
   * demonstration of consent begins without.
   */
  public List<String> some(int most) {
    var some =
        new SearchRequest(
            "Patient",
            null,
            null,
            List.of(new SearchRequest.Parameter("_count", String.valueOf(LOOKED_AT))),
            false);
    var byNumber = new TreeMap<String, String>();
    for (SearchResult.Entry entry :
        store.search(Caller.platform("demo-residents"), some).entries()) {
      byte[] content = entry.resource().content();
      if (content != null) {
        for (JsonNode identifier : Json.MAPPER.readTree(content).path("identifier")) {
          if (IdNumbers.isValid(identifier.path("value").asString(""))) {
            byNumber.put(identifier.path("value").asString(), entry.resource().id());
          }
        }
      }
    }
    // Those who have a name in the guides come last: a small region has few others.
    var last = new TreeMap<String, String>();
    for (NamedResident named : NamedResident.values()) {
      String patient = byNumber.remove(named.identityNumber());
      if (patient != null && signIn.accounts().byLogin(named.identityNumber()) == null) {
        last.put(named.identityNumber(), patient);
      }
    }
    return Stream.concat(byNumber.values().stream(), last.values().stream()).limit(most).toList();
  }
}
